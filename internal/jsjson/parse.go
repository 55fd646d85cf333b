// Package jsjson reads and writes JSON as JavaScript does, byte for byte.
//
// Lit signs JSON texts, so their bytes matter. [Object] and [AppendString]
// write what JSON.stringify writes ("JS-JSON" in the protocol's terms),
// [Canonical] writes RFC 8785 ("JCS"), and [Parse] keeps the source text of
// every value, so that what a caller passed in is signed as it was.
package jsjson

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"litsession/internal/literr"
)

// maxDepth bounds the nesting of a parsed text: the nodes' parser goes as deep.
// Source: serde_json's recursion limit.
const maxDepth = 127

// maxAnswerValues bounds the values in an answer. Honest ones have some dozens; a
// block with a thousand transactions has 25,000.
const maxAnswerValues = 1 << 16

// Value is one JSON value: a piece of a text that was found to be well-formed.
// Nothing in it is built before it is asked for. The zero Value stands for an
// absent one.
type Value struct {
	raw     []byte   // source text without surrounding space
	members []Member // see [Value.Indexed]
}

// Member is one name and value of an object.
type Member struct {
	Name  string
	Value Value
}

// Parse reads exactly one JSON value, of any size. It refuses, with
// [literr.InvalidParam], malformed text, invalid UTF-8, an object that repeats
// a name, and nesting deeper than the nodes allow. An unpaired surrogate
// escape, which JSON.stringify can write, becomes U+FFFD in [Value.Text] and
// stays as it is in [Value.Raw]. The caller must not change text afterwards.
func Parse(text []byte) (Value, error) {
	return parse(checker{text: text, left: math.MaxInt})
}

// ParseAnswer is [Parse] for what a stranger wrote: more values than any honest
// answer has are refused as soon as they are met.
func ParseAnswer(text []byte) (Value, error) {
	return parse(checker{text: text, left: maxAnswerValues})
}

// ParseUnicode is [Parse] as the nodes do it: an unpaired surrogate escape is
// refused too.
func ParseUnicode(text []byte) (Value, error) {
	return parse(checker{text: text, left: math.MaxInt, pairs: true})
}

func parse(c checker) (Value, error) {
	if !utf8.Valid(c.text) {
		return Value{}, malformed("it is not UTF-8")
	}
	c.space()
	start := c.at
	if err := c.value(0); err != nil {
		return Value{}, err
	}
	end := c.at
	if c.space(); c.at < len(c.text) {
		return Value{}, malformed("text after the value")
	}
	return Value{raw: c.text[start:end:end]}, nil
}

// malformed says what is wrong without a word of the text, which may hold
// secrets.
func malformed(why string) error {
	return literr.Invalid("json", "JSON of at most 127 levels, with no name twice in an object", "malformed JSON: %s", why)
}

// kind is the value's first byte, which says of what type it is; 0 if v is absent.
func (v Value) kind() byte {
	if len(v.raw) == 0 {
		return 0
	}
	return v.raw[0]
}

// Exists reports whether v is present; a JSON null is.
func (v Value) Exists() bool { return v.kind() != 0 }

// IsNull reports whether v is a JSON null.
func (v Value) IsNull() bool { return v.kind() == 'n' }

// IsObject reports whether v is an object.
func (v Value) IsObject() bool { return v.kind() == '{' }

// IsList reports whether v is an array.
func (v Value) IsList() bool { return v.kind() == '[' }

// Truthy reports whether JavaScript would take v for true: it is neither
// absent, null, false, 0 nor "".
func (v Value) Truthy() bool {
	switch v.kind() {
	case 0, 'n', 'f':
		return false
	case '"':
		return len(v.raw) > len(`""`)
	case '{', '[', 't':
		return true
	}
	f, err := strconv.ParseFloat(string(v.raw), 64)
	return err != nil || f != 0
}

// Raw returns v's source text, without surrounding space; nil if v is absent.
// The caller must not change it.
func (v Value) Raw() []byte { return v.raw }

// Text returns the string that v is.
func (v Value) Text() (string, bool) {
	if v.kind() != '"' {
		return "", false
	}
	return unquote(v.raw), true
}

func unquote(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	text, _ := jsontext.AppendUnquote(nil, quoted) // which puts U+FFFD for half a character, and says so
	return string(text)
}

// Bool returns the boolean that v is.
func (v Value) Bool() (value, ok bool) { return v.kind() == 't', v.kind() == 't' || v.kind() == 'f' }

// Int returns the whole number that v is, if a float64 holds it exactly.
func (v Value) Int() (int64, bool) {
	if k := v.kind(); k != '-' && (k < '0' || k > '9') {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v.raw), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// Items returns the elements of the array that v is.
func (v Value) Items() ([]Value, bool) {
	if !v.IsList() {
		return nil, false
	}
	items := []Value{}
	for w := (walker{text: v.raw}); w.more(); {
		items = append(items, w.value())
	}
	return items, true
}

// Texts returns the strings that v, an array of strings, holds.
func (v Value) Texts() (texts []string, ok bool) {
	if !v.IsList() {
		return nil, false
	}
	for w := (walker{text: v.raw}); w.more(); {
		text, ok := w.value().Text()
		if !ok {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, true
}

// Members returns the members of the object that v is, in source order.
func (v Value) Members() ([]Member, bool) {
	if !v.IsObject() || v.members != nil {
		return v.members, v.IsObject()
	}
	members := []Member{}
	for w := (walker{text: v.raw}); w.more(); {
		name := unquote(w.value().raw)
		members = append(members, Member{Name: name, Value: w.value()})
	}
	return members, true
}

// Indexed returns v with its members looked up once, for an object that is asked
// for many of them and may be large.
func (v Value) Indexed() Value {
	v.members, _ = v.Members()
	return v
}

// Get returns the member called name; the zero Value if v is no object or has
// none. It takes a pass over the object's text unless v is [Value.Indexed].
func (v Value) Get(name string) Value {
	if !v.IsObject() {
		return Value{}
	}
	if v.members != nil {
		for _, m := range v.members {
			if m.Name == name {
				return m.Value
			}
		}
		return Value{}
	}
	for w := (walker{text: v.raw}); w.more(); {
		found := isQuoted(w.value().raw, name)
		if value := w.value(); found {
			return value
		}
	}
	return Value{}
}

// isQuoted reports whether quoted is name as JSON.
func isQuoted(quoted []byte, name string) bool {
	if string(quoted[1:len(quoted)-1]) == name {
		return bytes.IndexByte(quoted, '\\') < 0
	}
	return bytes.IndexByte(quoted, '\\') >= 0 && unquote(quoted) == name
}

// Canonical returns text in the canonical form of RFC 8785.
func Canonical(text []byte) ([]byte, error) {
	canonical := jsontext.Value(bytes.Clone(text))
	if err := canonical.Canonicalize(); err != nil {
		return nil, malformed("it has no canonical form")
	}
	return canonical, nil
}
