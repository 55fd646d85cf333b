package contracts

import (
	"errors"
	"math/big"
	"strconv"
	"strings"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
)

// abiType is a type of the contract ABI. The text that it is parsed from is that of
// Solidity, with () around the fields of a tuple and perhaps a name behind a type.
type abiType struct {
	kind   byte      // 'u' uint, 'a' address, 'b' bool, 'f' bytes of fixed size, 'd' bytes, 's' string, '(' tuple, '[' list
	size   int       // bytes of a uint or of fixed bytes
	fields []abiType // of a tuple; of a list its one element
	name   string    // of an argument or field, "" if it has none
	index  bool      // whether an event's argument is in its topics
}

var errType = errors.New("internal error: not a type of the contract ABI")

// parseTypes reads a comma-separated list without the brackets around it.
func parseTypes(text string) ([]abiType, error) {
	types := []abiType{}
	for text != "" {
		end := partEnd(text)
		t, err := parseType(strings.TrimSpace(text[:end]))
		if err != nil {
			return nil, err
		}
		types = append(types, t)
		text = strings.TrimPrefix(text[end:], ",")
	}
	return types, nil
}

// partEnd is where the first part of a comma-separated list ends.
func partEnd(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

func parseType(text string) (t abiType, err error) {
	if i := strings.LastIndexByte(text, ' '); i >= 0 && strings.IndexByte(text[i:], ')') < 0 {
		before, indexed := strings.CutSuffix(text[:i], " indexed")
		t, err := parseType(before)
		t.name, t.index = text[i+1:], indexed
		return t, err
	}
	if element, ok := strings.CutSuffix(text, "[]"); ok {
		of, err := parseType(element)
		return abiType{kind: '[', fields: []abiType{of}}, err
	}
	switch text {
	case "uint256":
		return abiType{kind: 'u', size: 32}, nil
	case "uint32":
		return abiType{kind: 'u', size: 4}, nil
	case "uint8":
		return abiType{kind: 'u', size: 1}, nil
	case "address":
		return abiType{kind: 'a'}, nil
	case "bool":
		return abiType{kind: 'b'}, nil
	case "bytes32":
		return abiType{kind: 'f', size: 32}, nil
	case "bytes4":
		return abiType{kind: 'f', size: 4}, nil
	case "bytes":
		return abiType{kind: 'd'}, nil
	case "string":
		return abiType{kind: 's'}, nil
	}
	if len(text) < 2 || text[0] != '(' || text[len(text)-1] != ')' {
		return abiType{}, errType
	}
	fields, err := parseTypes(text[1 : len(text)-1])
	return abiType{kind: '(', fields: fields}, err
}

// String returns the type as it stands in the text that a selector is a hash of.
func (t abiType) String() string {
	switch t.kind {
	case 'u':
		return "uint" + strconv.Itoa(8*t.size)
	case 'a':
		return "address"
	case 'b':
		return "bool"
	case 'f':
		return "bytes" + strconv.Itoa(t.size)
	case 'd':
		return "bytes"
	case 's':
		return "string"
	case '[':
		return t.fields[0].String() + "[]"
	}
	return typesString(t.fields)
}

func typesString(types []abiType) string {
	texts := make([]string, len(types))
	for i, t := range types {
		texts[i] = t.String()
	}
	return "(" + strings.Join(texts, ",") + ")"
}

// headSize is the size of a value that has one, else 0.
func (t abiType) headSize() uint64 {
	switch t.kind {
	case 'd', 's', '[':
		return 0
	case '(':
		total := uint64(0)
		for _, field := range t.fields {
			size := field.headSize()
			if size == 0 {
				return 0
			}
			total += size
		}
		return total
	}
	return wordSize
}

func headSizes(types []abiType) []uint64 {
	sizes := make([]uint64, len(types))
	for i, t := range types {
		sizes[i] = t.headSize()
	}
	return sizes
}

// want says, for people, what JSON value stands for the type.
func (t abiType) want() string {
	switch t.kind {
	case 'u':
		return "a whole number of at most " + strconv.Itoa(8*t.size) + " bits: decimal or 0x and hex"
	case 'a':
		return "0x and 40 hex digits, mixed case only as the checksum says"
	case 'b':
		return "a boolean"
	case 'f':
		return "0x and " + strconv.Itoa(2*t.size) + " hex digits"
	case 'd':
		return "0x and hex digits"
	case 's':
		return "a string"
	case '[':
		return "a list"
	}
	return "a list or an object with " + strconv.Itoa(len(t.fields)) + " members"
}

// typeError says which value is not of its type; at is empty for the value itself,
// else where inside it.
type typeError struct{ at, want string }

func (e *typeError) Error() string { return e.at + " must be " + e.want }

// encode writes the value that JSON stands for: numbers as JSON numbers, decimals, 0x
// and hex, or what decode writes; bytes as 0x and hex, tuples as lists or as objects by their names.
func (t abiType) encode(v jsjson.Value) (encoded, error) {
	wrong := &typeError{want: t.want()}
	switch t.kind {
	case 'u':
		word, ok := parseUint(v)
		if !ok || !allZero(word[:wordSize-t.size]) {
			return encoded{}, wrong
		}
		return encodeWord(word), nil
	case 'b':
		value, ok := v.Bool()
		if !ok {
			return encoded{}, wrong
		}
		if value {
			return encodeNumber(1), nil
		}
		return encodeNumber(0), nil
	case '[':
		items, ok := v.Items()
		if !ok {
			return encoded{}, wrong
		}
		elements, err := encodeAll(repeat(t.fields[0], len(items)), items)
		return encodeList(elements), err
	case '(':
		items, ok := t.members(v)
		if !ok {
			return encoded{}, wrong
		}
		fields, err := encodeAll(t.fields, items)
		return encodeTuple(fields), err
	}
	text, ok := v.Text()
	if !ok {
		return encoded{}, wrong
	}
	if t.kind == 's' {
		return encodeBytes([]byte(text)), nil
	}
	if t.kind == 'a' {
		address, err := eth.ParseChecksummed(text)
		if err != nil {
			return encoded{}, wrong
		}
		return encodeAddress(address), nil
	}
	bytes, err := eth.ParseHex(text)
	switch {
	case err != nil:
	case t.kind == 'd':
		return encodeBytes(bytes), nil
	case t.kind == 'f' && len(bytes) == t.size:
		return encoded{bytes: append(bytes, make([]byte, wordSize-t.size)...)}, nil
	}
	return encoded{}, wrong
}

// members returns the values of a tuple's fields in their order.
func (t abiType) members(v jsjson.Value) ([]jsjson.Value, bool) {
	if items, ok := v.Items(); ok {
		return items, len(items) == len(t.fields)
	}
	items := make([]jsjson.Value, len(t.fields))
	for i, field := range t.fields {
		items[i] = v.Get(field.name)
	}
	return items, v.IsObject()
}

func repeat(t abiType, n int) []abiType {
	types := make([]abiType, n)
	for i := range types {
		types[i] = t
	}
	return types
}

func encodeAll(types []abiType, values []jsjson.Value) ([]encoded, error) {
	all := make([]encoded, len(types))
	for i, t := range types {
		var err error
		if all[i], err = t.encode(values[i]); err != nil {
			name := t.name
			if name == "" {
				name = "[" + strconv.Itoa(i) + "]"
			}
			inner := err.(*typeError)
			return nil, &typeError{at: join(name, inner.at), want: inner.want}
		}
	}
	return all, nil
}

func join(outer, inner string) string {
	if inner == "" || inner[0] == '[' {
		return outer + inner
	}
	return outer + "." + inner
}

// parseUint reads a whole number of at most 256 bits.
func parseUint(v jsjson.Value) (word [wordSize]byte, ok bool) {
	if hex := v.Get("hex"); hex.Exists() {
		v = hex
	}
	text, isText := v.Text()
	if !isText {
		n, isInt := v.Int()
		return encodedWord(uint64(n)), isInt && n >= 0
	}
	digits, base := text, 10
	if rest, isHex := strings.CutPrefix(text, "0x"); isHex {
		digits, base = rest, 16
	}
	const maxDigits = 78 // of 2²⁵⁶−1 in decimal
	if digits == "" || len(digits) > maxDigits || strings.ContainsAny(digits, "+-_") {
		return word, false
	}
	n, ok := new(big.Int).SetString(digits, base)
	if !ok || n.BitLen() > 8*wordSize {
		return word, false
	}
	n.FillBytes(word[:])
	return word, true
}

func encodedWord(n uint64) [wordSize]byte { return [wordSize]byte(encodeNumber(n).bytes) }

// decode reads a value and returns its JSON: numbers of up to 32 bits as numbers,
// larger ones as ethers 5 writes its BigNumber, {type, hex}; bytes as 0x and hex,
// addresses with their checksum, tuples whose fields all have names as objects, other
// tuples as lists.
func (t abiType) decode(r *wordReader) []byte {
	switch t.kind {
	case 'u':
		if t.size <= 4 {
			return strconv.AppendUint(nil, r.number(1<<(8*t.size)-1), 10)
		}
		bytes := r.low(t.size)
		for len(bytes) > 1 && bytes[0] == 0 {
			bytes = bytes[1:]
		}
		return new(jsjson.Object).String("type", "BigNumber").String("hex", eth.Hex(bytes)).Bytes()
	case 'a':
		return jsjson.AppendString(nil, r.address().String())
	case 'b':
		if r.bool() {
			return []byte("true")
		}
		return []byte("false")
	case 'f':
		return quoteHex(r.high(t.size))
	case 'd':
		return quoteHex(r.bytes())
	case 's':
		return jsjson.AppendString(nil, string(r.bytes()))
	case '[':
		element := t.fields[0]
		types := repeat(element, int(r.length(max(element.headSize(), wordSize))))
		return jsjson.Array(decodeAll(types, r))
	}
	values := decodeAll(t.fields, r)
	var object jsjson.Object
	for i, field := range t.fields {
		if field.name == "" {
			return jsjson.Array(values)
		}
		object.Raw(field.name, values[i])
	}
	return object.Bytes()
}

// decodeAll reads values that belong together. What it returns after an error of r
// means nothing.
func decodeAll(types []abiType, r *wordReader) [][]byte {
	values := make([][]byte, len(types))
	r.sequence(headSizes(types), func(i int, from *wordReader) { values[i] = types[i].decode(from) })
	return values
}

func quoteHex(b []byte) []byte { return jsjson.AppendString(nil, eth.Hex(b)) }
