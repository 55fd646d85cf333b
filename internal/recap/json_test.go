package recap_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/recap"
)

func decode(t *testing.T, text string) (recap.Capability, error) {
	t.Helper()
	v, err := jsjson.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return recap.Decode(v)
}

func TestDecodeTakesEveryVector(t *testing.T) {
	for _, v := range read(t).Recaps {
		proofs := v.Proofs
		if proofs == nil {
			proofs = []string{}
		}
		object, err := json.Marshal(map[string]any{"att": v.Attenuations, "prf": proofs})
		if err != nil {
			t.Fatal(err)
		}
		c, err := decode(t, string(object))
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		if got := c.URN(); got != v.URN {
			t.Errorf("%s: got %s, want %s", v.Name, got, v.URN)
		}
		if got := c.Statement(); got != v.Statement {
			t.Errorf("%s: got %q, want %q", v.Name, got, v.Statement)
		}
	}
}

func TestJSONIsWhatDecodeReads(t *testing.T) {
	const proof = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
	c, err := decode(t, `{"prf":["`+proof+`"],"att":{"b:":{"N/B":[{"y":1,"x":2}],"N/A":[]},"a:":{}}}`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.JSON()
	const want = `{"att":{"a:":{},"b:":{"N/A":[],"N/B":[{"x":2,"y":1}]}},"prf":["` + proof + `"]}`
	if string(got) != want || err != nil {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}

// The texts are what siwe-recap 0.0.2-alpha.0 shows for the same proofs.
func TestProof(t *testing.T) {
	for text, want := range map[string]string{
		"QmWfVY9y3xjsixTgbd9AorQxH7VtMpzfx2HaWtsoUYecaX":              "QmWfVY9y3xjsixTgbd9AorQxH7VtMpzfx2HaWtsoUYecaX",
		"bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy": "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
		"zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA":           "bafkreidon73zkcrwdb5iafqtijxildoonbwnpv7dyd6ef3qdgads2jc4su",
	} {
		if got, err := recap.Proof(text); got != want || err != nil {
			t.Errorf("%s: got %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "hello", "Qm", strings.Repeat("z", 1000)} {
		if got, err := recap.Proof(text); !errors.Is(err, literr.InvalidParam) {
			t.Errorf("%q: got %s, %v", text, got, err)
		}
	}
}

// Proofs travel in version 1 and base58, as siwe-recap writes them.
func TestProofsInTheURN(t *testing.T) {
	c, err := decode(t, `{"att":{},"prf":["QmWfVY9y3xjsixTgbd9AorQxH7VtMpzfx2HaWtsoUYecaX"]}`)
	if err != nil {
		t.Fatal(err)
	}
	const want = "urn:recap:eyJhdHQiOnt9LCJwcmYiOlsiemRqN1dka2p1YjJ1U0RVYmZtY0xONm5nRUZXdUtoTDVOUW9wTGg3QmhHVUh6RFdrVCJdfQ"
	if got := c.URN(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"prf":[]}`:                            "Invalid attenuation object",
		`{"att":{"a":7},"prf":[]}`:              "Invalid attenuation object",
		`{"att":{"a":{"b":[{}]}},"prf":[]}`:     "Invalid ability string: b",
		`{"att":{"a":{"N/A":[7]}},"prf":[]}`:    "Invalid nota-bene list for N/A",
		`{"att":{"a":{"N/A":[null]}},"prf":[]}`: "Invalid nota-bene list for N/A",
		`{"att":{}}`:                            "Invalid proof list",
		`{"att":{},"prf":[7]}`:                  "Invalid proof list",
		`{"att":{},"prf":["hello"]}`:            "Invalid proof: it is not a CID",
		`7`:                                     "Invalid attenuation object",
	} {
		if _, err := decode(t, text); !errors.Is(err, literr.InvalidParam) || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
