//go:build !js

package contracts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/contracts"
	"litsession/internal/eth"
)

// shape builds a type for both codecs, and a value of it as JSON and for
// go-ethereum, from the bytes of a fuzzer. When they run out, the rest is zeros.
type shape struct{ seed []byte }

func (s *shape) byte() byte {
	if len(s.seed) == 0 {
		return 0
	}
	b := s.seed[0]
	s.seed = s.seed[1:]
	return b
}

func (s *shape) bytes(n int) []byte {
	b := make([]byte, n)
	s.seed = s.seed[copy(b, s.seed):]
	return b
}

// abiKind is a type in go-ethereum's description.
func (s *shape) kind(depth int) abi.ArgumentMarshaling {
	leaves := []string{"uint256", "address", "bool", "bytes", "string", "bytes32", "uint8", "uint32", "bytes4"}
	choice := int(s.byte())
	if depth == 0 {
		return abi.ArgumentMarshaling{Type: leaves[choice%len(leaves)]}
	}
	switch choice % (len(leaves) + 2) {
	case len(leaves):
		element := s.kind(depth - 1)
		element.Type += "[]"
		return element
	case len(leaves) + 1:
		t := abi.ArgumentMarshaling{Type: "tuple"}
		for i := range 1 + s.byte()%3 {
			field := s.kind(depth - 1)
			field.Name = fmt.Sprintf("f%d", i)
			t.Components = append(t.Components, field)
		}
		return t
	}
	return abi.ArgumentMarshaling{Type: leaves[choice%len(leaves)]}
}

// text is the type in our words.
func text(t abi.ArgumentMarshaling) string {
	base, _, _ := strings.Cut(t.Type, "[]")
	lists := t.Type[len(base):]
	if base != "tuple" {
		return base + lists
	}
	var fields []string
	for _, field := range t.Components {
		fields = append(fields, text(field)+" "+field.Name)
	}
	return "(" + strings.Join(fields, ",") + ")" + lists
}

// value returns a value of the type: for go-ethereum, and as the JSON that we take
// and give.
func (s *shape) value(t abi.Type) (reflect.Value, any) {
	switch t.T {
	case abi.UintTy:
		n := new(big.Int).SetBytes(s.bytes(t.Size / 8))
		switch t.Size {
		case 8:
			return reflect.ValueOf(uint8(n.Uint64())), n.Uint64()
		case 32:
			return reflect.ValueOf(uint32(n.Uint64())), n.Uint64()
		}
		minimal := n.FillBytes(make([]byte, max(1, (n.BitLen()+7)/8)))
		return reflect.ValueOf(n), map[string]any{"type": "BigNumber", "hex": eth.Hex(minimal)}
	case abi.AddressTy:
		address := common.Address(s.bytes(20))
		return reflect.ValueOf(address), address.Hex()
	case abi.BoolTy:
		is := s.byte()%2 == 1
		return reflect.ValueOf(is), is
	case abi.BytesTy:
		b := s.bytes(int(s.byte()) % 70)
		return reflect.ValueOf(b), eth.Hex(b)
	case abi.StringTy:
		b := strings.ToValidUTF8(string(s.bytes(int(s.byte())%70)), "?")
		return reflect.ValueOf(b), b
	case abi.FixedBytesTy:
		array := reflect.New(t.GetType()).Elem()
		b := s.bytes(t.Size)
		reflect.Copy(array, reflect.ValueOf(b))
		return array, eth.Hex(b)
	case abi.SliceTy:
		n := int(s.byte()) % 4
		list, plain := reflect.MakeSlice(t.GetType(), 0, n), []any{}
		for range n {
			item, p := s.value(*t.Elem)
			list, plain = reflect.Append(list, item), append(plain, p)
		}
		return list, plain
	}
	tuple, plain := reflect.New(t.TupleType).Elem(), map[string]any{}
	for i, element := range t.TupleElems {
		item, p := s.value(*element)
		tuple.Field(i).Set(item)
		plain[t.TupleRawNames[i]] = p
	}
	return tuple, plain
}

// FuzzCodec makes types and values of all kinds: what we write is what go-ethereum
// packs, and what we read back is what was written.
func FuzzCodec(f *testing.F) {
	f.Add([]byte{0})
	f.Add(bytes.Repeat([]byte{9, 3, 200}, 60))
	f.Add(bytes.Repeat([]byte{10, 9, 10, 3, 1, 4}, 60))
	f.Add(bytes.Repeat([]byte{9, 9, 0, 2, 255}, 60))
	f.Fuzz(func(t *testing.T, seed []byte) {
		s := &shape{seed}
		var arguments abi.Arguments
		var types []string
		var values, plain []any
		for range 1 + s.byte()%4 {
			kind := s.kind(3)
			parsed, err := abi.NewType(kind.Type, "", kind.Components)
			if err != nil {
				t.Fatal(err)
			}
			arguments = append(arguments, abi.Argument{Type: parsed})
			types = append(types, text(kind))
			value, p := s.value(parsed)
			values, plain = append(values, value.Interface()), append(plain, p)
		}
		want, err := arguments.Pack(values...)
		if err != nil {
			t.Fatal(err)
		}
		in, err := json.Marshal(plain)
		if err != nil {
			t.Fatal(err)
		}
		got, err := contracts.Encode(strings.Join(types, ","), in)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%v of %s: %v\n%x\nwant\n%x", types, in, err, got, want)
		}
		out, err := contracts.Decode(strings.Join(types, ","), want)
		if err != nil || !sameJSON(t, out, in) {
			t.Fatalf("%v: read back %s, %v; want %s", types, out, err, in)
		}
	})
}

// FuzzDecode reads foreign bytes as values of many types: what go-ethereum would
// pack otherwise is refused, and what it would not is read.
func FuzzDecode(f *testing.F) {
	kinds := []abi.ArgumentMarshaling{
		{Type: "tuple[]", Components: []abi.ArgumentMarshaling{{Name: "a", Type: "uint256"}, {Name: "b", Type: "bytes"}, {Name: "c", Type: "bytes"}}},
		{Type: "uint256[][]"}, {Type: "string"}, {Type: "address[]"}, {Type: "bool[]"},
		{Type: "tuple", Components: []abi.ArgumentMarshaling{{Name: "a", Type: "uint256"}, {Name: "b", Type: "bytes4"}}},
	}
	for i, kind := range kinds {
		parsed, err := abi.NewType(kind.Type, "", kind.Components)
		if err != nil {
			f.Fatal(err)
		}
		value, _ := (&shape{bytes.Repeat([]byte{3, 1, 2}, 99)}).value(parsed)
		packed, err := abi.Arguments{{Type: parsed}}.Pack(value.Interface())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(i, packed)
	}
	f.Fuzz(func(t *testing.T, i int, data []byte) {
		kind := kinds[uint(i)%uint(len(kinds))]
		parsed, err := abi.NewType(kind.Type, "", kind.Components)
		if err != nil {
			t.Fatal(err)
		}
		arguments := abi.Arguments{{Type: parsed}}
		canonical := false
		if values, err := arguments.Unpack(data); err == nil {
			again, err := arguments.Pack(values...)
			canonical = err == nil && bytes.Equal(again, data)
		}
		out, err := contracts.Decode(text(kind), data)
		if (err == nil) != canonical {
			t.Fatalf("%s: canonical %t, ours %v", kind.Type, canonical, err)
		}
		if err != nil || kind.Type == "string" { // whose bytes need not be UTF-8
			return
		}
		if again, err := contracts.Encode(text(kind), out); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%s reads as %s and is written as %x, %v", kind.Type, out, again, err)
		}
	})
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatalf("%s: %v", a, err)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}

func TestValuesThatDoNotFit(t *testing.T) {
	huge := "1" + strings.Repeat("0", 78)
	for _, row := range []struct{ types, values, want string }{
		{"uint256 n", `["-1"]`, "n must be a whole number of at most 256 bits: decimal or 0x and hex"},
		{"uint256 n", `[-1]`, "n must be"},
		{"uint256 n", `[1.5]`, "n must be"},
		{"uint256 n", `["0x"]`, "n must be"},
		{"uint256 n", `["1_000"]`, "n must be"},
		{"uint256 n", `["` + huge + `"]`, "n must be"},
		{"uint256 n", `["0x1` + strings.Repeat("0", 64) + `"]`, "n must be"},
		{"uint8 n", `[256]`, "n must be a whole number of at most 8 bits"},
		{"address a", `["0x12"]`, "a must be 0x and 40 hex digits"},
		{"address a", `["0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266"]`, "a must be 0x and 40 hex digits, mixed case only as the checksum says"},
		{"(address b)[] a", `[[["0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267"]]]`, "a[0].b must be 0x and 40 hex digits, mixed"},
		{"address a", `[7]`, "a must be"},
		{"bytes b", `["12"]`, "b must be 0x and hex digits"},
		{"bytes32 b", `["0x12"]`, "b must be 0x and 64 hex digits"},
		{"bool b", `["true"]`, "b must be a boolean"},
		{"string s", `[1]`, "s must be a string"},
		{"uint256[] list", `[7]`, "list must be a list"},
		{"uint256[] list", `[[1,"x"]]`, "list[1] must be a whole number"},
		{"(uint256 x,bytes[] y)[] t", `[[{"x":1,"y":["0x","0"]}]]`, "t[0].y[1] must be 0x and hex digits"},
		{"(uint256 x) t", `[{}]`, "t.x must be"},
		{"(uint256 x) t", `[[1,2]]`, "t must be a list or an object with 1 members"},
	} {
		if _, err := contracts.Encode(row.types, []byte(row.values)); err == nil || !strings.HasPrefix(err.Error(), row.want) {
			t.Errorf("%s %s: %v, want %s", row.types, row.values, err, row.want)
		}
	}
	for _, value := range []string{`115792089237316195423570985008687907853269984665640564039457584007913129639935`,
		`0x` + strings.Repeat("f", 64)} {
		if got, err := contracts.Encode("uint256", []byte(`["`+value+`"]`)); err != nil || !bytes.Equal(got, bytes.Repeat([]byte{255}, 32)) {
			t.Errorf("%s: %x, %v", value, got, err)
		}
	}
}
