// Package jsjson reads and writes JSON as JavaScript does, byte for byte.
//
// Lit signs JSON texts, so their bytes matter. [Object] and [AppendString]
// write what JSON.stringify writes ("JS-JSON" in the protocol's terms),
// [Canonical] writes RFC 8785 ("JCS"), and [Parse] keeps the source text of
// every value, so that what a caller passed in is signed as it was.
package jsjson

import (
	"bytes"
	"io"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"litsession/internal/literr"
)

// maxDepth bounds the nesting of a parsed text: the nodes' parser goes as deep.
// Source: serde_json's recursion limit.
const maxDepth = 127

// Value is one parsed JSON value. The zero Value stands for an absent one.
type Value struct {
	kind    jsontext.Kind
	raw     []byte // source text without surrounding space
	text    string // of a string
	items   []Value
	members []Member
}

// Member is one name and value of an object.
type Member struct {
	Name  string
	Value Value
}

// Parse reads exactly one JSON value. It refuses, with [literr.InvalidParam],
// malformed text, invalid UTF-8, an object that repeats a name, and nesting
// deeper than the nodes allow. An unpaired surrogate escape, which JSON.stringify can
// write, becomes U+FFFD in [Value.Text] and stays as it is in [Value.Raw].
func Parse(text []byte) (Value, error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowInvalidUTF8(true))
	p := parser{decoder: decoder, text: text}
	v, err := p.value(0)
	if err != nil {
		return Value{}, err
	}
	if _, err := decoder.ReadToken(); err != io.EOF {
		return Value{}, malformed("text after the value")
	}
	return v, nil
}

// ParseUnicode is [Parse] as the nodes do it: an unpaired surrogate escape is
// refused too.
func ParseUnicode(text []byte) (Value, error) {
	v, err := Parse(text)
	if err == nil && !jsontext.Value(text).IsValid() {
		return Value{}, malformed("a string with half a character")
	}
	return v, err
}

func malformed(why string) error {
	return literr.Errorf(literr.InvalidParam, "malformed JSON: %s", why)
}

type parser struct {
	decoder *jsontext.Decoder
	text    []byte
}

// value reads the next value. Error texts of the decoder are dropped: they
// quote the input, which may hold secrets.
func (p *parser) value(depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, malformed("nested too deeply")
	}
	token, err := p.decoder.ReadToken()
	if err != nil {
		return Value{}, malformed("syntax error at byte " + strconv.FormatInt(p.decoder.InputOffset(), 10))
	}
	v := Value{kind: token.Kind()}
	switch v.kind {
	case '{':
		start := p.decoder.InputOffset() - 1
		err = p.object(&v, depth)
		v.raw = p.text[start:p.decoder.InputOffset()]
	case '[':
		start := p.decoder.InputOffset() - 1
		err = p.array(&v, depth)
		v.raw = p.text[start:p.decoder.InputOffset()]
	case '"':
		v.text = token.String()
		v.raw = p.stringSource()
	case ']', '}':
		err = malformed("unexpected end of a list")
	default:
		v.raw = []byte(token.String())
	}
	return v, err
}

// stringSource returns the source of the string token that was read last.
func (p *parser) stringSource() []byte {
	end := p.decoder.InputOffset()
	start := end - 2
	for p.text[start] != '"' || escaped(p.text[:start]) {
		start--
	}
	return p.text[start:end]
}

// escaped reports whether what follows before is preceded by an odd number of
// backslashes.
func escaped(before []byte) bool {
	n := len(before)
	for n > 0 && before[n-1] == '\\' {
		n--
	}
	return (len(before)-n)%2 == 1
}

func (p *parser) object(v *Value, depth int) error {
	v.members = []Member{}
	for p.decoder.PeekKind() != '}' {
		name, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		v.members = append(v.members, Member{Name: name.text, Value: value})
	}
	_, err := p.decoder.ReadToken()
	return err
}

func (p *parser) array(v *Value, depth int) error {
	v.items = []Value{}
	for p.decoder.PeekKind() != ']' {
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
	}
	_, err := p.decoder.ReadToken()
	return err
}

// Exists reports whether v is present; a JSON null is.
func (v Value) Exists() bool { return v.kind != 0 }

// IsNull reports whether v is a JSON null.
func (v Value) IsNull() bool { return v.kind == 'n' }

// Truthy reports whether JavaScript would take v for true: it is neither
// absent, null, false, 0 nor "".
func (v Value) Truthy() bool {
	switch v.kind {
	case 0, 'n', 'f':
		return false
	case '"':
		return v.text != ""
	case '0':
		f, err := strconv.ParseFloat(string(v.raw), 64)
		return err != nil || f != 0
	}
	return true
}

// Raw returns v's source text, without surrounding space; nil if v is absent.
// The caller must not change it.
func (v Value) Raw() []byte { return v.raw }

// Text returns the string that v is.
func (v Value) Text() (string, bool) { return v.text, v.kind == '"' }

// Bool returns the boolean that v is.
func (v Value) Bool() (value, ok bool) { return v.kind == 't', v.kind == 't' || v.kind == 'f' }

// Int returns the whole number that v is, if a float64 holds it exactly.
func (v Value) Int() (int64, bool) {
	if v.kind != '0' {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v.raw), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// Items returns the elements of the array that v is.
func (v Value) Items() ([]Value, bool) { return v.items, v.kind == '[' }

// Texts returns the strings that v, an array of strings, holds.
func (v Value) Texts() (texts []string, ok bool) {
	for _, item := range v.items {
		text, ok := item.Text()
		if !ok {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, v.kind == '['
}

// Members returns the members of the object that v is, in source order.
func (v Value) Members() ([]Member, bool) { return v.members, v.kind == '{' }

// Get returns the member called name; the zero Value if v is no object or has
// none.
func (v Value) Get(name string) Value {
	for _, m := range v.members {
		if m.Name == name {
			return m.Value
		}
	}
	return Value{}
}

// Canonical returns text in the canonical form of RFC 8785.
func Canonical(text []byte) ([]byte, error) {
	canonical := jsontext.Value(bytes.Clone(text))
	if err := canonical.Canonicalize(); err != nil {
		return nil, malformed("it has no canonical form")
	}
	return canonical, nil
}
