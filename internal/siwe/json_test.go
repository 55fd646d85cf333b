package siwe_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/siwe"
)

func decode(t *testing.T, text string) (siwe.Message, error) {
	t.Helper()
	v, err := jsjson.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return siwe.Decode(v)
}

func TestFieldsAndTextAreTheSame(t *testing.T) {
	raw, err := os.ReadFile("testdata/siwe.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name   string
		Fields json.RawMessage
		Text   string
	}
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		if parsed, err := siwe.Parse(v.Text); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		} else if again, err := decode(t, string(parsed.JSON())); err != nil || again.String() != v.Text {
			t.Errorf("%s: %v, %q", v.Name, err, again.String())
		}
		if !strings.Contains(string(v.Fields), `"address"`) {
			continue // the parameters of a function, not fields
		}
		m, err := decode(t, string(v.Fields))
		if err != nil || m.String() != v.Text {
			t.Errorf("%s: %v\ngot  %q\nwant %q", v.Name, err, m.String(), v.Text)
			continue
		}
		var got, want map[string]any
		if err := errors.Join(json.Unmarshal(m.JSON(), &got), json.Unmarshal(v.Fields, &want)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", v.Name, got, want)
		}
	}
}

const base = `"domain":"a.b","address":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8","uri":"x:y","version":"1",` +
	`"chainId":1,"nonce":"12345678","issuedAt":"2026-01-15T12:00:00.000Z"`

func TestDecodeIsKind(t *testing.T) {
	const text = "https://a.b wants you to sign in with your Ethereum account:\n0x70997970C51812dc3A010C7d01b50e0d17dc79C8\n\n\n" +
		"URI: x:y\nVersion: 1\nChain ID: 1\nNonce: 12345678\nIssued At: 2026-01-15T12:00:00.000Z"
	for name, fields := range map[string]string{
		"the scheme in the domain": `"domain":"https://a.b",` + base[len(`"domain":"a.b",`):],
		"null is absent":           `"scheme":"https","statement":null,"resources":null,"requestId":null,` + base,
	} {
		if m, err := decode(t, "{"+fields+"}"); err != nil || m.String() != text {
			t.Errorf("%s: %v, %q", name, err, m.String())
		}
	}
}

// saysWhich tells whether an error names the parameter at fault, and what it should be.
func saysWhich(err error) bool {
	var e *literr.Error
	return errors.As(err, &e) && e.Detail("param") != nil && e.Detail("want") != nil
}

func TestDecodeRefuses(t *testing.T) {
	for name, object := range map[string]string{
		"no object":               `7`,
		"no fields":               `{}`,
		"a statement of lines":    `{"statement":"a\nb",` + base + `}`,
		"a statement of no text":  `{"statement":7,` + base + `}`,
		"resources that are none": `{"resources":["a"],` + base + `}`,
		"resources of numbers":    `{"resources":[1],` + base + `}`,
		"a chain that is text":    `{"domain":"a.b","chainId":"1"}`,
		"a chain below zero":      `{"domain":"a.b","chainId":-1}`,
		"an address of wrong case": `{"domain":"a.b","address":"0x70997970c51812dc3A010C7d01b50e0d17dc79C8","uri":"x:y","version":"1",` +
			`"chainId":1,"nonce":"12345678","issuedAt":"2026-01-15T12:00:00.000Z"}`,
	} {
		if m, err := decode(t, object); !errors.Is(err, literr.InvalidParam) || !saysWhich(err) {
			t.Errorf("%s: got %v, %v", name, m, err)
		}
	}
}
