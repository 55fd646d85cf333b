package conditions

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
)

// text is a parameter as text, a JSON number or boolean as it is written, with
// what it stands for in place of a placeholder.
func (f Facts) text(raw json.RawMessage) (string, error) {
	text := string(raw)
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(raw, &text); err != nil {
			return "", fmt.Errorf("read parameter: %w", err)
		}
	}
	switch text {
	case ":userAddress":
		if f.User == nil {
			return "", errors.New(":userAddress is nobody's: the action has no authSig and gave none")
		}
		return f.User.Hex(), nil
	case ":currentActionIpfsId":
		return f.ActionCID, nil
	case "":
		return "", errors.New("a value is missing")
	}
	return text, nil
}

// arguments are a function's, of the Go types that the ABI codec wants.
func (f Facts) arguments(inputs abi.Arguments, params []json.RawMessage) ([]any, error) {
	if len(params) != len(inputs) {
		return nil, fmt.Errorf("there are %d parameters for a function of %d", len(params), len(inputs))
	}
	arguments := make([]any, len(params))
	for i, raw := range params {
		value, err := f.argument(inputs[i].Type, raw)
		if err != nil {
			return nil, fmt.Errorf("parameter %d: %w", i, err)
		}
		arguments[i] = value.Interface()
	}
	return arguments, nil
}

func (f Facts) argument(t abi.Type, raw json.RawMessage) (reflect.Value, error) {
	if t.T == abi.SliceTy || t.T == abi.ArrayTy {
		return f.list(t, raw)
	}
	text, err := f.text(raw)
	if err != nil {
		return reflect.Value{}, err
	}
	var value any
	switch t.T {
	case abi.AddressTy:
		value, err = parseAddress(text)
	case abi.BoolTy:
		value, err = strconv.ParseBool(text)
	case abi.StringTy:
		value = text
	case abi.BytesTy:
		value, err = hex.DecodeString(strings.TrimPrefix(text, "0x"))
	case abi.FixedBytesTy:
		return fixedBytes(t, text)
	case abi.IntTy, abi.UintTy:
		return number(t, text)
	default:
		err = fmt.Errorf("this local network cannot take a parameter of the type %s", t)
	}
	return reflect.ValueOf(value), err
}

func (f Facts) list(t abi.Type, raw json.RawMessage) (reflect.Value, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return reflect.Value{}, errors.New("it is not a list")
	}
	if t.T == abi.ArrayTy && len(items) != t.Size {
		return reflect.Value{}, fmt.Errorf("it has %d items, not %d", len(items), t.Size)
	}
	list := reflect.MakeSlice(reflect.SliceOf(t.Elem.GetType()), 0, len(items))
	for _, item := range items {
		value, err := f.argument(*t.Elem, item)
		if err != nil {
			return reflect.Value{}, err
		}
		list = reflect.Append(list, value)
	}
	if t.T == abi.ArrayTy {
		return list.Convert(t.GetType()), nil
	}
	return list, nil
}

func fixedBytes(t abi.Type, text string) (reflect.Value, error) {
	b, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil || len(b) != t.Size {
		return reflect.Value{}, fmt.Errorf("it is not %d bytes in hex", t.Size)
	}
	return reflect.ValueOf(b).Convert(t.GetType()), nil
}

// number is an integer of the type's size; those of up to 64 bits are Go's own.
func number(t abi.Type, text string) (reflect.Value, error) {
	n, ok := parseNumber(text)
	lowest, bits := new(big.Int), uint(t.Size)
	if t.T == abi.IntTy {
		bits--
		lowest.Lsh(big.NewInt(-1), bits)
	}
	if !ok || n.Cmp(lowest) < 0 || n.Cmp(new(big.Int).Lsh(big.NewInt(1), bits)) >= 0 {
		return reflect.Value{}, fmt.Errorf("%.80q is no %s", text, t)
	}
	goType := t.GetType()
	switch {
	case goType == reflect.TypeFor[*big.Int]():
		return reflect.ValueOf(n), nil
	case t.T == abi.IntTy:
		return reflect.ValueOf(n.Int64()).Convert(goType), nil
	}
	return reflect.ValueOf(n.Uint64()).Convert(goType), nil
}

// parseNumber reads a whole number, decimal or 0x hex, of at most 256 bits.
func parseNumber(text string) (*big.Int, bool) {
	if len(text) > 80 || strings.Contains(text, "_") {
		return nil, false
	}
	digits, base := text, 10
	if after, ok := strings.CutPrefix(text, "0x"); ok {
		digits, base = after, 16
	}
	return new(big.Int).SetString(digits, base)
}

// compare holds a value against the text that it must be like.
func compare(value any, comparator, want string) (bool, error) {
	v := reflect.ValueOf(value)
	if list := v.Kind() == reflect.Slice || v.Kind() == reflect.Array; list && v.Type().Elem().Kind() != reflect.Uint8 {
		return contains(v, comparator, want)
	}
	have := shown(value)
	n, ok := parseNumber(have)
	if limit, limited := parseNumber(want); ok && limited && comparator != "contains" {
		return ordered(n.Cmp(limit), comparator)
	}
	switch comparator {
	case "=", "==":
		return same(have, want), nil
	case "!=":
		return !same(have, want), nil
	case "contains":
		return strings.Contains(have, want), nil
	}
	return false, fmt.Errorf("%.80q and %.80q cannot be compared by %.80q", have, want, comparator)
}

func contains(list reflect.Value, comparator, want string) (bool, error) {
	if comparator != "contains" {
		return false, fmt.Errorf("a list cannot be compared by %.80q", comparator)
	}
	for i := range list.Len() {
		if holds, err := compare(list.Index(i).Interface(), "=", want); holds || err != nil {
			return holds, err
		}
	}
	return false, nil
}

func ordered(sign int, comparator string) (bool, error) {
	switch comparator {
	case "=", "==":
		return sign == 0, nil
	case "!=":
		return sign != 0, nil
	case ">":
		return sign > 0, nil
	case ">=":
		return sign >= 0, nil
	case "<":
		return sign < 0, nil
	case "<=":
		return sign <= 0, nil
	}
	return false, fmt.Errorf("there is no comparator %.80q", comparator)
}

// same compares texts, those in hex whatever their case.
func same(a, b string) bool {
	return a == b || strings.HasPrefix(a, "0x") && strings.HasPrefix(b, "0x") && strings.EqualFold(a, b)
}

// shown is a value as conditions write it.
func shown(value any) string {
	switch v := value.(type) {
	case common.Address:
		return v.Hex()
	case []byte:
		return "0x" + hex.EncodeToString(v)
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Array { // of bytes
		b := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(b), v)
		return "0x" + hex.EncodeToString(b)
	}
	return fmt.Sprint(value)
}
