package jsjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

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
		"nothing":                  ``,
		"two values":               `1 2`,
		"a repeated name":          `{"a":1,"a":2}`,
		"a trailing comma":         `[1,]`,
		"single quotes":            `{'a':1}`,
		"an open list":             `[1`,
		"a bare bracket":           `]`,
		"bytes, not UTF-8":         "\"\xff\"",
		"a repeated name, escaped": `{"a":1,"\u0061":2}`,
		"a repeated name of many":  `{` + manyNames(100) + `"n7":1}`,
		"a leading zero":           `01`,
		"a bare point":             `1.`,
		"a bare exponent":          `1e`,
		"a bare sign":              `-`,
		"a word":                   `nul`,
		"a control character":      "\"\n\"",
		"an unknown escape":        `"\x41"`,
		"a short escape":           `"\u00g1"`,
		"no colon":                 `{"a" 1}`,
		"no name":                  `{1:1}`,
		"deep nesting":             strings.Repeat("[", 129) + strings.Repeat("]", 129),
	} {
		if _, err := jsjson.Parse([]byte(text)); !errors.Is(err, literr.InvalidParam) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// manyNames are members n0, n1, … with a comma after each.
func manyNames(count int) string {
	var text []byte
	for i := range count {
		text = fmt.Appendf(text, `"n%d":%d,`, i, i)
	}
	return string(text)
}

func TestParseAnswerRefusesTooManyValues(t *testing.T) {
	for _, element := range []string{"0", "[]", "{}", `""`, `{"a":0}`} {
		text := []byte("[" + strings.Repeat(element+",", 1<<16) + "0]")
		if _, err := jsjson.ParseAnswer(text); !errors.Is(err, literr.InvalidParam) {
			t.Errorf("%s: got %v", element, err)
		}
		if _, err := jsjson.Parse(text); err != nil {
			t.Errorf("%s of the caller's own: %v", element, err)
		}
	}
}

// TestWhatNobodyReadsIsNotBuilt: a member of half a megabyte costs nothing, and one
// with as many names as there may be no more than a few times its length.
func TestWhatNobodyReadsIsNotBuilt(t *testing.T) {
	for _, row := range []struct {
		what, member string
		most         uint64 // bytes
	}{
		{"numbers", "[" + strings.Repeat("0,", 60_000) + "0]", 1 << 10},
		{"lists", strings.Repeat("[", 100) + strings.Repeat("[0],", 1<<14) + "0" + strings.Repeat("]", 100), 1 << 10},
		{"a text", `"` + strings.Repeat("x", 500_000) + `"`, 1 << 10},
		{"names", "{" + manyNames(30_000) + `"last":0}`, 4 << 20},
	} {
		text := []byte(`[` + row.member + `,"told"]`)
		if row.what == "names" { // each is looked at, for none may come twice
			text = []byte(`{"ignored":` + row.member + `,"wanted":"told"}`)
		}
		if spent := leastSpent(t, text); spent > row.most {
			t.Errorf("%s: %d bytes for a text of %d", row.what, spent, len(text))
		}
	}
}

// leastSpent is how many bytes it takes to parse a text and look for a member: the least of some runs, since the
// runtime allocates beside them.
func leastSpent(t *testing.T, text []byte) uint64 {
	t.Helper()
	least := uint64(math.MaxUint64)
	for range 10 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		v, err := jsjson.ParseAnswer(text)
		got := v.Get("wanted")
		runtime.ReadMemStats(&after)
		if err != nil || v.IsObject() != got.Exists() {
			t.Errorf("%.20s…: %v", text, err)
		}
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

func TestIndexedIsTheSameObject(t *testing.T) {
	for _, text := range []string{`{}`, `{"a":1}`, ` {"a" : {"b":[1,2]} , "\u0061b":"x"}`, `[1]`, `null`} {
		v, err := jsjson.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a", "ab", "b"} {
			if got, want := v.Indexed().Get(name).Raw(), v.Get(name).Raw(); string(got) != string(want) {
				t.Errorf("%s of %s: %s, and indexed %s", name, text, want, got)
			}
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

// FuzzParse compares with jsontext, which must accept what we accept and the other
// way round, and with encoding/json: the kept source of every value parses to the
// same value.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"x",null,true]}`, `"\\\""`, `[[],{}]`, `-1.5e3`, `{"":""}`, `"\\"`, `["\\","\""]`, `{"a":1,"a":2}`, `["\ud83d\ude00","\ud83d"]`, `[1,]`, "\"\xff\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := jsjson.Parse(text)
		options := jsontext.AllowInvalidUTF8(true) // which lets halves of a character pass
		if want := utf8.Valid(text) && jsontext.Value(text).IsValid(options); (err == nil) != want && depth(text) < 127 {
			t.Fatalf("%q: got %v, well-formed: %v", text, err, want)
		}
		_, err2 := jsjson.ParseUnicode(text)
		if want := jsontext.Value(text).IsValid(); (err2 == nil) != want && depth(text) < 127 {
			t.Fatalf("%q: got %v from ParseUnicode, well-formed: %v", text, err2, want)
		}
		if err != nil {
			return
		}
		if whole, source := decode(t, text), decode(t, v.Raw()); !reflect.DeepEqual(whole, source) {
			t.Fatalf("source %q of %q", v.Raw(), text)
		}
		checkText(t, v)
	})
}

// depth is no less than how deep the text nests.
func depth(text []byte) int { return bytes.Count(text, []byte("[")) + bytes.Count(text, []byte("{")) }

func BenchmarkParseAnswer(b *testing.B) {
	for name, text := range map[string]string{
		"numbers": "[" + strings.Repeat("0,", 60_000) + "0]",
		"lists":   "[" + strings.Repeat("[],", 60_000) + "0]",
		"names":   "{" + manyNames(32_000) + `"last":0}`,
		"text":    `"` + strings.Repeat("x", 512<<10) + `"`,
		"escapes": `"` + strings.Repeat(`\u0041`, 80_000) + `"`,
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				v, err := jsjson.ParseAnswer([]byte(text))
				if err != nil {
					b.Fatal(err)
				}
				_ = v.Get("last")
			}
		})
	}
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

func TestRewrittenAndWalk(t *testing.T) {
	for text, want := range map[string]string{
		`{ "a" : "b" , "b" : [ "a\n", 12 , true ] }`: `{"<a>":"<b>","<b>":["<a\n>",12,true]}`,
		`[]`: `[]`, `{}`: `{}`, `""`: `"<>"`, `[[],{}]`: `[[],{}]`,
		`[777]`: `"many"`, `{"n":777}`: `{"<n>":"many"}`, `[[777],1]`: `["many",1]`, `null`: `null`,
	} {
		v, err := jsjson.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got := v.Rewritten(func(s string) string {
			switch {
			case strings.Contains(s, "777"):
				return "many"
			case strings.HasPrefix(s, "[") || s == "12" || s == "true" || s == "null" || s == "1":
				return s
			}
			return "<" + s + ">"
		})
		if string(got) != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	v, _ := jsjson.Parse([]byte(`{"a":[1,{"b":"x"}],"c":["y",["z"]]}`))
	var seen []string
	v.Walk(func(v jsjson.Value) bool {
		if text, ok := v.Text(); ok {
			seen = append(seen, text)
		}
		return !strings.HasPrefix(string(v.Raw()), `["y"`)
	})
	if !slices.Equal(seen, []string{"x"}) {
		t.Errorf("walked to %q", seen)
	}
}

// BenchmarkOfTheCaller is what jsParams of megabytes cost before they are sent.
func BenchmarkOfTheCaller(b *testing.B) {
	for name, text := range map[string]string{
		"a million bytes":          `{"data":[` + strings.Repeat("255,", 999_999) + "0]}",
		"a hundred thousand names": `{"data":{` + manyNames(100_000) + `"last":0}}`,
		"a text of a megabyte":     `{"data":"` + strings.Repeat("x", 1<<20) + `"}`,
	} {
		for what, work := range map[string]func() error{
			"Parse":     func() error { _, err := jsjson.Parse([]byte(text)); return err },
			"Canonical": func() error { _, err := jsjson.Canonical([]byte(text)); return err },
		} {
			b.Run(what+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					if err := work(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
