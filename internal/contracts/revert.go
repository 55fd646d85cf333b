package contracts

import (
	"encoding/binary"
	"strconv"
	"strings"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

const (
	selectorError = 0x08c379a0 // Error(string): require and revert with a text
	selectorPanic = 0x4e487b71 // Panic(uint256): what the compiler checks
)

// panics are the codes of Panic(uint256). Source: Solidity, "Panic via assert".
var panics = map[uint64]string{
	0x01: "an assertion failed",
	0x11: "an arithmetic overflow",
	0x12: "a division by zero",
	0x21: "a value that is no member of its enum",
	0x22: "a storage byte array that is encoded wrongly",
	0x31: "pop on an empty array",
	0x32: "an index out of bounds",
	0x41: "too much memory",
	0x51: "a call of a function variable that is not set",
}

// maxRevertBytes bounds how much of a contract's text is passed on.
const maxRevertBytes = 300

// revertReason says why a contract reverted: the text of require, what a panic
// means, or a custom error with its arguments; for an error that is not in the table
// its selector. The empty text stands for no reason at all.
func revertReason(data []byte) string {
	if len(data) < 4 {
		return ""
	}
	r := &wordReader{rest: data[4:]}
	switch selector := binary.BigEndian.Uint32(data); selector {
	case selectorError:
		values := decodeAll([]abiType{{kind: 's'}}, r)
		if r.end() == nil {
			text, _ := jsjson.Parse(values[0])
			reason, _ := text.Text()
			return literr.Cut(reason, maxRevertBytes)
		}
	case selectorPanic:
		code := r.number(maxNumber)
		if meaning, known := panics[code]; known && r.end() == nil {
			return "panic: " + meaning
		}
		return "panic 0x" + strconv.FormatUint(code, 16)
	default:
		for _, e := range customErrors {
			if s := e.parse(); s.selector() == selector {
				return customReason(s, r)
			}
		}
	}
	return "the error with selector " + eth.Hex(data[:4])
}

func customReason(s signature, r *wordReader) string {
	values := decodeAll(s.inputs, r)
	if r.end() != nil {
		return s.name
	}
	arguments := make([]string, len(values))
	for i, value := range values {
		v, _ := jsjson.Parse(value)
		if hex := v.Get("hex"); hex.Exists() {
			v = hex
		}
		arguments[i] = s.inputs[i].name + ": " + strings.Trim(string(v.Raw()), `"`)
	}
	return s.name + "(" + strings.Join(arguments, ", ") + ")"
}
