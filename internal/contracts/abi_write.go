package contracts

import (
	"encoding/binary"

	"litsession/internal/eth"
)

// Writing the contract ABI: each value is encoded by itself, and [sequence] puts
// values that belong together side by side, those without a fixed size behind the
// others. The result is what compilers and other libraries write.

// encoded is one value: its bytes, and whether its size depends on the value, so
// that an offset stands for it in a sequence.
type encoded struct {
	bytes   []byte
	dynamic bool
}

func encodeWord(word [wordSize]byte) encoded { return encoded{bytes: word[:]} }

func encodeNumber(n uint64) encoded {
	word := make([]byte, wordSize)
	binary.BigEndian.PutUint64(word[wordSize-8:], n)
	return encoded{bytes: word}
}

func encodeAddress(a eth.Address) encoded {
	return encoded{bytes: append(make([]byte, wordSize-len(a)), a[:]...)}
}

// encodeBytes is a length and the bytes, padded to whole words.
func encodeBytes(content []byte) encoded {
	n := uint64(len(content))
	bytes := append(encodeNumber(n).bytes, content...)
	return encoded{bytes: append(bytes, make([]byte, padding(n))...), dynamic: true}
}

// encodeList is a length and a sequence of that many items.
func encodeList(items []encoded) encoded {
	return encoded{bytes: append(encodeNumber(uint64(len(items))).bytes, sequence(items)...), dynamic: true}
}

// encodeTuple is a sequence that has an offset of its own if any of its fields has.
func encodeTuple(fields []encoded) encoded {
	tuple := encoded{bytes: sequence(fields)}
	for _, field := range fields {
		tuple.dynamic = tuple.dynamic || field.dynamic
	}
	return tuple
}

// sequence writes the heads, then the tails in the same order. Offsets are counted
// from the first head.
func sequence(values []encoded) []byte {
	headSize := 0
	for _, value := range values {
		if value.dynamic {
			headSize += wordSize
		} else {
			headSize += len(value.bytes)
		}
	}
	var heads, tails []byte
	for _, value := range values {
		if value.dynamic {
			heads = append(heads, encodeNumber(uint64(headSize+len(tails))).bytes...)
			tails = append(tails, value.bytes...)
		} else {
			heads = append(heads, value.bytes...)
		}
	}
	return append(heads, tails...)
}

// encodeCall is a selector and the arguments.
func encodeCall(selector uint32, arguments ...encoded) []byte {
	return append(binary.BigEndian.AppendUint32(nil, selector), sequence(arguments)...)
}
