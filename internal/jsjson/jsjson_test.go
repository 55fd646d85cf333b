package jsjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

func TestAppendStringWritesWhatJSONStringifyWrites(t *testing.T) {
	for in, want := range map[string]string{
		``:                     `""`,
		`plain`:                `"plain"`,
		"\"\\/":                `"\"\\/"`,
		"\b\t\n\f\r\v\x00\x1f": `"\b\t\n\f\r\u000b\u0000\u001f"`,
		"\x7f":                 "\"\x7f\"",
		"<b>&amp;\u2028\u2029": "\"<b>&amp;\u2028\u2029\"",
		"żółw 🦀":               `"żółw 🦀"`,
		"\xff":                 "\"\ufffd\"",
	} {
		if got := string(jsjson.AppendString(nil, in)); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestObjectKeepsTheOrderOfCalls(t *testing.T) {
	var inner jsjson.Object
	got := new(jsjson.Object).String("z", "1").Int("a", -2).Bool("m", true).
		Raw("o", inner.Bytes()).Strings("s", []string{"x", `"`}).Raw("e", jsjson.Array(nil)).Bytes()
	const want = `{"z":"1","a":-2,"m":true,"o":{},"s":["x","\""],"e":[]}`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseKeepsTheSource(t *testing.T) {
	const text = ` { "b" : [ 1.0e2 , "é\"\\" , {} ] , "a" : null, "s":"\ud800" } `
	v, err := jsjson.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	items, ok := v.Get("b").Items()
	if !ok || len(items) != 3 {
		t.Fatalf("b = %v", items)
	}
	if got := string(items[0].Raw()); got != "1.0e2" {
		t.Errorf("number source %s", got)
	}
	if got, ok := items[0].Int(); !ok || got != 100 {
		t.Errorf("number %d %v", got, ok)
	}
	if got := string(items[1].Raw()); got != `"é\"\\"` {
		t.Errorf("string source %s", got)
	}
	if got, _ := items[1].Text(); got != `é"\` {
		t.Errorf("string %q", got)
	}
	if got := string(v.Get("b").Raw()); got != `[ 1.0e2 , "é\"\\" , {} ]` {
		t.Errorf("list source %s", got)
	}
	if !v.Get("a").IsNull() || v.Get("a").Truthy() {
		t.Error("a is not null")
	}
	if got := string(v.Get("s").Raw()); got != `"\ud800"` {
		t.Errorf("lone surrogate source %s", got)
	}
	if v.Get("none").Exists() {
		t.Error("an absent member exists")
	}
	members, _ := v.Members()
	if len(members) != 3 || members[0].Name != "b" || members[1].Name != "a" {
		t.Errorf("members out of order: %v", members)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":          ``,
		"two values":       `1 2`,
		"a repeated name":  `{"a":1,"a":2}`,
		"a trailing comma": `[1,]`,
		"single quotes":    `{'a':1}`,
		"an open list":     `[1`,
		"a bare bracket":   `]`,
		"deep nesting":     strings.Repeat("[", 129) + strings.Repeat("]", 129),
	} {
		if _, err := jsjson.Parse([]byte(text)); !errors.Is(err, literr.InvalidParam) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestParseGoesAsDeepAsTheNodes(t *testing.T) {
	text := strings.Repeat("[", 127) + "1" + strings.Repeat("]", 127)
	if _, err := jsjson.Parse([]byte(text)); err != nil {
		t.Error(err)
	}
}

func TestParseUnicodeRefusesHalfACharacter(t *testing.T) {
	for text, ok := range map[string]bool{`["\ud83d"]`: false, `["\ud83d\ude00"]`: true, `{"\ude00":1}`: false} {
		if _, err := jsjson.ParseUnicode([]byte(text)); (err == nil) != ok {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func TestTruthyIsJavaScripts(t *testing.T) {
	for text, want := range map[string]bool{
		`null`: false, `false`: false, `0`: false, `-0.0`: false, `""`: false,
		`true`: true, `1`: true, `"0"`: true, `[]`: true, `{}`: true,
	} {
		v, err := jsjson.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if v.Truthy() != want {
			t.Errorf("%s: got %v", text, v.Truthy())
		}
	}
	if (jsjson.Value{}).Truthy() {
		t.Error("an absent value is truthy")
	}
}

func TestIntIsExact(t *testing.T) {
	for text, ok := range map[string]bool{`5`: true, `5.0`: true, `5.5`: false, `1e400`: false, `9007199254740993`: true, `1e17`: false, `"5"`: false} {
		v, err := jsjson.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, got := v.Int(); got != ok {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

// The examples of RFC 8785, sections 3.2.2 and 3.2.3.
func TestCanonical(t *testing.T) {
	const in = `{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`
	const want = `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`
	got, err := jsjson.Canonical([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	const keys = `{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}`
	got, err = jsjson.Canonical([]byte(keys))
	if err != nil {
		t.Fatal(err)
	}
	if want := "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}"; string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// FuzzParse compares with encoding/json: what we accept it accepts, and the
// kept source of every value parses to the same value.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"x",null,true]}`, `"\\\""`, `[[],{}]`, `-1.5e3`, `{"":""}`, `"\\"`, `["\\","\""]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := jsjson.Parse(text)
		if err != nil {
			return
		}
		if whole, source := decode(t, text), decode(t, v.Raw()); !reflect.DeepEqual(whole, source) {
			t.Fatalf("source %q of %q", v.Raw(), text)
		}
		checkText(t, v)
	})
}

func decode(t *testing.T, text []byte) (v any) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("encoding/json refuses %q: %v", text, err)
	}
	return v
}

func checkText(t *testing.T, v jsjson.Value) {
	if text, ok := v.Text(); ok {
		var want string
		if err := json.Unmarshal(v.Raw(), &want); err != nil || want != text {
			t.Fatalf("text %q of %q, want %q (%v)", text, v.Raw(), want, err)
		}
	}
	items, _ := v.Items()
	for _, item := range items {
		checkText(t, item)
	}
	members, _ := v.Members()
	for _, m := range members {
		checkText(t, m.Value)
	}
}
