package recap_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"litsession/internal/literr"
	"litsession/internal/recap"
	"litsession/internal/siwe"
)

type attenuations map[string]map[string][]json.RawMessage

type vectors struct {
	Recaps []struct {
		Name         string
		Attenuations attenuations
		Proofs       []string
		Statement    string
		URN          string
		JSON         string
	}
	RecapDecode []struct {
		Name, URN string
		OK        *struct{ Attenuations attenuations }
		Error     *struct{ Name, Message string }
	}
	RecapVerify []struct {
		Capability    string
		Attenuations  attenuations
		ResourceClass string
		Resource      string
		Ability       recap.Ability
		Verified      bool
	}
	Abilities struct {
		Map map[recap.Ability]struct{ Class, RecapAbility string }
	}
	ValidAbility map[string]map[recap.Ability]bool
}

func read(t testing.TB) (v vectors) {
	text, err := os.ReadFile("testdata/recap.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

var prefixOf = map[string]string{
	"LitAccessControlConditionResource": recap.AccessControlCondition,
	"LitPKPResource":                    recap.PKP,
	"LitRLIResource":                    recap.RateLimitIncrease,
	"LitActionResource":                 recap.LitAction,
}

// build adds in reverse order, so that nothing can depend on the order.
func build(t testing.TB, from attenuations) (c recap.Capability) {
	resources := []string{}
	for resource := range from {
		resources = append(resources, resource)
	}
	slices.Sort(resources)
	slices.Reverse(resources)
	for _, resource := range resources {
		for ability, list := range from[resource] {
			for _, nb := range list {
				if err := c.Allow(resource, ability, nb); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return c
}

func TestEncoding(t *testing.T) {
	for _, v := range read(t).Recaps {
		if len(v.Proofs) > 0 {
			continue // written by nobody in Lit; reading them is tested below
		}
		c := build(t, v.Attenuations)
		if got := c.URN(); got != v.URN {
			t.Errorf("%s: got %s, want %s", v.Name, got, v.URN)
		}
		if got := c.Statement(); got != v.Statement {
			t.Errorf("%s: got %q, want %q", v.Name, got, v.Statement)
		}
	}
}

func TestDecodingThenEncodingIsTheSame(t *testing.T) {
	for _, v := range read(t).Recaps {
		c, err := recap.ParseURN(v.URN)
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		if got := c.URN(); got != v.URN {
			t.Errorf("%s: got %s, want %s", v.Name, got, v.URN)
		}
	}
}

func TestDecoding(t *testing.T) {
	for _, v := range read(t).RecapDecode {
		c, err := recap.ParseURN(v.URN)
		switch {
		case v.Error == nil:
			if err != nil {
				t.Errorf("%s: %v", v.Name, err)
			} else if want := build(t, v.OK.Attenuations); len(c.Resources()) != len(v.OK.Attenuations) ||
				c.Statement() != want.Statement() && len(want.Resources()) == len(c.Resources()) {
				t.Errorf("%s: got %s", v.Name, c.Statement())
			}
		case !errors.Is(err, literr.InvalidParam):
			t.Errorf("%s: got %v, want %s", v.Name, err, v.Error.Message)
		case v.Error.Name == "Error" && err.Error() != v.Error.Message:
			t.Errorf("%s: got %q, want %q", v.Name, err, v.Error.Message)
		}
	}
}

func TestCovers(t *testing.T) {
	for _, v := range read(t).RecapVerify {
		id := v.Resource
		if v.ResourceClass == "LitPKPResource" && id != "*" {
			id = strings.Repeat("0", 64-len(id)) + id // as the class normalises it
		}
		c := build(t, v.Attenuations)
		r := recap.Resource{Prefix: prefixOf[v.ResourceClass], ID: id}
		if got := c.Covers(r, v.Ability); got != v.Verified {
			t.Errorf("%s %s %s: got %v, want %v", v.Capability, r.Key(), v.Ability, got, v.Verified)
		}
	}
}

func TestAbilityNames(t *testing.T) {
	v := read(t)
	for ability, want := range v.Abilities.Map {
		if got := ability.Name(); got != want.RecapAbility {
			t.Errorf("%s: got %s, want %s", ability, got, want.RecapAbility)
		}
		for class, prefix := range prefixOf {
			if got := ability.Fits(prefix); got != (class == want.Class) {
				t.Errorf("%s on %s: got %v", ability, class, got)
			}
		}
	}
	if len(v.Abilities.Map) != 5 {
		t.Errorf("%d abilities in the vectors", len(v.Abilities.Map))
	}
}

func TestAllowRefuses(t *testing.T) {
	for _, ability := range []string{"", "Signing", "a/b/c", "a /b", "a/", "/b", "ä/b"} {
		var c recap.Capability
		if err := c.Allow("lit-pkp://*", ability, nil); !errors.Is(err, literr.InvalidParam) {
			t.Errorf("ability %q: got %v", ability, err)
		}
	}
	for _, restriction := range []string{"", "1", "[]", "null", "{"} {
		var c recap.Capability
		if err := c.Allow("lit-pkp://*", "a/b", []byte(restriction)); !errors.Is(err, literr.InvalidParam) {
			t.Errorf("restriction %q: got %v", restriction, err)
		}
	}
}

func allow(t *testing.T, resource, ability string) (c recap.Capability) {
	if err := c.Allow(resource, ability, nil); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestApplyToMergesIntoTheLastReCap(t *testing.T) {
	m := siwe.Message{Statement: "Hello."}
	allow(t, "lit-pkp://*", "Threshold/Signing").ApplyTo(&m)
	allow(t, "lit-litaction://*", "Threshold/Execution").ApplyTo(&m)
	allow(t, "lit-litaction://*", "Threshold/Execution").ApplyTo(&m)

	var both recap.Capability
	both.Merge(allow(t, "lit-litaction://*", "Threshold/Execution"))
	both.Merge(allow(t, "lit-pkp://*", "Threshold/Signing"))
	if want := "Hello. " + both.Statement(); m.Statement != want {
		t.Errorf("got %q, want %q", m.Statement, want)
	}
	if len(m.Resources) != 1 || m.Resources[0] != both.URN() {
		t.Errorf("got %v, want [%s]", m.Resources, both.URN())
	}
}

func TestApplyToAppendsBehindOtherResources(t *testing.T) {
	c := allow(t, "lit-pkp://*", "Threshold/Signing")
	for name, m := range map[string]siwe.Message{
		"no resources":                         {},
		"another resource":                     {Resources: []string{"https://example.com"}},
		"a ReCap that is not in the statement": {Statement: "x", Resources: []string{allow(t, "a:b", "c/d").URN()}},
	} {
		resources, statement := slices.Clone(m.Resources), m.Statement
		c.ApplyTo(&m)
		if got := m.Resources; len(got) != len(resources)+1 || got[len(got)-1] != c.URN() {
			t.Errorf("%s: resources %v", name, got)
		}
		if want := strings.TrimPrefix(statement+" "+c.Statement(), " "); m.Statement != want {
			t.Errorf("%s: statement %q, want %q", name, m.Statement, want)
		}
	}
}

func TestFromMessageChecksTheStatement(t *testing.T) {
	c := allow(t, "lit-pkp://*", "Threshold/Signing")
	var m siwe.Message
	c.ApplyTo(&m)
	if got, err := recap.FromMessage(m); err != nil || got.URN() != c.URN() {
		t.Errorf("got %v, %v", got, err)
	}
	m.Statement += " And more."
	if _, err := recap.FromMessage(m); !errors.Is(err, literr.InvalidParam) {
		t.Errorf("another statement: got %v", err)
	}
}

func TestWithoutLeavesTheOriginal(t *testing.T) {
	c := allow(t, "lit-pkp://*", "Threshold/Signing")
	if rest := c.Without("lit-pkp://*"); rest.Has("lit-pkp://*") || !c.Has("lit-pkp://*") {
		t.Error("Without removed from the wrong capability")
	}
}

// FuzzParseURN: what is accepted re-encodes to something that decodes to the
// same capability.
func FuzzParseURN(f *testing.F) {
	v := read(f)
	for _, r := range v.Recaps {
		f.Add(r.URN)
	}
	for _, r := range v.RecapDecode {
		f.Add(r.URN)
	}
	f.Fuzz(func(t *testing.T, urn string) {
		c, err := recap.ParseURN(urn)
		if err != nil {
			return
		}
		again, err := recap.ParseURN(c.URN())
		if err != nil || again.URN() != c.URN() || again.Statement() != c.Statement() {
			t.Errorf("%q: re-encoded to %q: %v", urn, c.URN(), err)
		}
	})
}
