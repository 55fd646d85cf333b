package jsjson

import (
	"strconv"
	"unicode/utf8"
)

// Object writes a JSON object member by member, in the order of the calls.
// Its zero value is an object without members.
type Object struct{ members []byte }

// String adds a string.
func (o *Object) String(name, value string) *Object {
	o.name(name)
	o.members = AppendString(o.members, value)
	return o
}

// Int adds a whole number.
func (o *Object) Int(name string, value int64) *Object {
	o.name(name)
	o.members = strconv.AppendInt(o.members, value, 10)
	return o
}

// Bool adds a boolean.
func (o *Object) Bool(name string, value bool) *Object {
	o.name(name)
	o.members = strconv.AppendBool(o.members, value)
	return o
}

// Raw adds a value that is JSON text already.
func (o *Object) Raw(name string, json []byte) *Object {
	o.name(name)
	o.members = append(o.members, json...)
	return o
}

// Strings adds a list of strings.
func (o *Object) Strings(name string, values []string) *Object {
	return o.Raw(name, Strings(values))
}

func (o *Object) name(name string) {
	if len(o.members) > 0 {
		o.members = append(o.members, ',')
	}
	o.members = AppendString(o.members, name)
	o.members = append(o.members, ':')
}

// Bytes returns the object's text.
func (o *Object) Bytes() []byte {
	text := make([]byte, 0, len(o.members)+2)
	text = append(text, '{')
	text = append(text, o.members...)
	return append(text, '}')
}

// Strings returns the text of a list of strings.
func Strings(values []string) []byte {
	quoted := make([][]byte, len(values))
	for i, value := range values {
		quoted[i] = AppendString(nil, value)
	}
	return Array(quoted)
}

// Array returns the text of a list whose items are JSON texts.
func Array(items [][]byte) []byte {
	text := []byte{'['}
	for i, item := range items {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, item...)
	}
	return append(text, ']')
}

// AppendString appends s quoted as JSON.stringify quotes it: `"`, `\` and
// control characters are escaped, nothing else is, not even <, > or U+2028.
// A byte that is not UTF-8 becomes U+FFFD.
func AppendString(to []byte, s string) []byte {
	to = append(to, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			to = append(to, '\\', byte(r))
		case r < 0x20:
			to = appendControl(to, byte(r))
		default:
			to = utf8.AppendRune(to, r)
		}
	}
	return append(to, '"')
}

func appendControl(to []byte, c byte) []byte {
	switch c {
	case '\b':
		return append(to, `\b`...)
	case '\t':
		return append(to, `\t`...)
	case '\n':
		return append(to, `\n`...)
	case '\f':
		return append(to, `\f`...)
	case '\r':
		return append(to, `\r`...)
	}
	const digits = "0123456789abcdef"
	return append(to, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}
