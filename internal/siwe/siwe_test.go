package siwe_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"litsession/internal/eth"
	"litsession/internal/literr"
	"litsession/internal/siwe"
)

type vector struct {
	Name       string
	Fields     json.RawMessage // absent or another shape where a function with defaults made the text
	Text       string
	EIP191Hash string
}

type fields struct {
	Scheme, Domain, Address, Statement, URI, Version string
	ChainID                                          uint64
	Nonce, IssuedAt, ExpirationTime, NotBefore       string
	RequestID                                        string
	Resources                                        []string
}

func vectors(t testing.TB) (list []vector) {
	text, err := os.ReadFile("testdata/siwe.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestStringOfFields(t *testing.T) {
	built := 0
	for _, v := range vectors(t) {
		var f fields
		if err := json.Unmarshal(v.Fields, &f); err != nil || f.IssuedAt == "" {
			continue
		}
		built++
		address, err := eth.ParseAddress(f.Address)
		if err != nil {
			t.Fatal(err)
		}
		got := siwe.Message{
			Scheme: f.Scheme, Domain: f.Domain, Address: address, Statement: f.Statement,
			URI: f.URI, Version: f.Version, ChainID: f.ChainID, Nonce: f.Nonce,
			IssuedAt: f.IssuedAt, ExpirationTime: f.ExpirationTime, NotBefore: f.NotBefore,
			RequestID: f.RequestID, Resources: f.Resources,
		}
		if err := got.Validate(); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
		if got.String() != v.Text {
			t.Errorf("%s: got\n%s\nwant\n%s", v.Name, got, v.Text)
		}
	}
	if built < 5 {
		t.Errorf("only %d vectors have fields", built)
	}
}

func TestParseThenPrintIsTheText(t *testing.T) {
	for _, v := range vectors(t) {
		m, err := siwe.Parse(v.Text)
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		if m.String() != v.Text {
			t.Errorf("%s: got\n%s\nwant\n%s", v.Name, m, v.Text)
		}
		hash := eth.HashMessage(m.String())
		if got := eth.Hex(hash[:]); got != v.EIP191Hash {
			t.Errorf("%s: hash %s, want %s", v.Name, got, v.EIP191Hash)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	valid := vectors(t)[2].Text
	for name, change := range map[string]func(string) string{
		"an empty text":                   func(string) string { return "" },
		"another first line":              func(s string) string { return strings.Replace(s, "wants you", "asks you", 1) },
		"an address without checksum":     func(s string) string { return strings.ToLower(s) },
		"no empty line after the address": func(s string) string { return strings.Replace(s, "C8\n\n", "C8\n", 1) },
		"two lines of statement":          func(s string) string { return strings.Replace(s, "Hello there.", "Hello\nthere.", 1) },
		"no URI":                          func(s string) string { return strings.Replace(s, "\nURI: https://example.com/login", "", 1) },
		"a URI without scheme":            func(s string) string { return strings.Replace(s, "https://example.com/login", "login", 1) },
		"version 2":                       func(s string) string { return strings.Replace(s, "Version: 1", "Version: 2", 1) },
		"a chain id with a leading zero":  func(s string) string { return strings.Replace(s, "Chain ID: 1", "Chain ID: 01", 1) },
		"a negative chain id":             func(s string) string { return strings.Replace(s, "Chain ID: 1", "Chain ID: -1", 1) },
		"a nonce of seven characters": func(s string) string {
			return strings.Replace(s, "Nonce: 0x1f623ab8dfe6bbd3b3dc22c7a041deb697c14817bce471b1bd1d86a25d5a319c", "Nonce: abcdefg", 1)
		},
		"a nonce with a dash": func(s string) string { return strings.Replace(s, "Nonce: 0x", "Nonce: 0-", 1) },
		"a time that is none": func(s string) string {
			return strings.Replace(s, "Issued At: 2026-01-15T12:00:00.000Z", "Issued At: yesterday", 1)
		},
		"an expiration that is none": func(s string) string { return strings.Replace(s, "Time: 2026-01-16", "Time: 2026-13-16", 1) },
		"fields out of order": func(s string) string {
			return strings.Replace(strings.Replace(s, "Version: 1", "X", 1), "Chain ID: 1", "Version: 1", 1)
		},
		"a resource without its dash":      func(s string) string { return strings.Replace(s, "- urn:x:y", "urn:x:y", 1) },
		"a resource that is no URI":        func(s string) string { return strings.Replace(s, "- urn:x:y", "- x", 1) },
		"a newline at the end":             func(s string) string { return s + "\n" },
		"a carriage return in a statement": func(s string) string { return strings.Replace(s, "Hello there.", "Hello\rthere.", 1) },
	} {
		text := change(valid)
		if text == valid {
			t.Errorf("%s: the row changes nothing", name)
		}
		if _, err := siwe.Parse(text); !errors.Is(err, literr.InvalidParam) || !saysWhich(err) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestFormatTime(t *testing.T) {
	zone := time.FixedZone("", 3600)
	for want, in := range map[string]time.Time{
		"2026-01-15T12:00:00.000Z": time.Date(2026, 1, 15, 13, 0, 0, 0, zone),
		"2026-01-15T12:00:00.999Z": time.Date(2026, 1, 15, 12, 0, 0, 999_999_999, time.UTC),
	} {
		if got := siwe.FormatTime(in); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// FuzzParse: what is accepted prints as it was.
func FuzzParse(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := siwe.Parse(text)
		if err != nil {
			return
		}
		if m.String() != text {
			t.Errorf("parsed %q, printed %q", text, m.String())
		}
	})
}
