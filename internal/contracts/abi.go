package contracts

import (
	"encoding/binary"
	"errors"

	"litsession/internal/eth"
)

// Reading the contract ABI. Values are words of 32 bytes, big-endian; what has no
// fixed size comes behind, and an offset in its place says where. Compilers write
// such tails one after the other without gaps, so they are read in that order and an
// offset only has to be the expected one: no answer can make the reader jump, loop
// or take the same bytes twice.
//
// Source: Solidity, Contract ABI Specification, strict mode.

const wordSize = 32

// maxNumber is the largest number that is taken from a contract where a Go number
// is wanted: what JavaScript holds exactly, since numbers go there.
const maxNumber = 1<<53 - 1

var (
	errShort    = errors.New("the answer ends too early")
	errTrailing = errors.New("the answer goes on behind its end")
	errRange    = errors.New("a number is out of range")
	errOffset   = errors.New("an offset does not point behind the values before it")
	errPadding  = errors.New("bytes are not padded with zeros")
)

// wordReader takes values from the front of an answer. After the first error it
// returns zero values and keeps that error.
type wordReader struct {
	rest []byte
	err  error
}

func (r *wordReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.rest = nil
}

// take returns the next n bytes, nil when they are not there.
func (r *wordReader) take(n uint64) []byte {
	if r.err != nil || uint64(len(r.rest)) < n {
		r.fail(errShort)
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

// low returns the last size bytes of the next word; the others must be zero.
func (r *wordReader) low(size int) []byte {
	word := r.take(wordSize)
	if word == nil {
		return make([]byte, size)
	}
	if !allZero(word[:wordSize-size]) {
		r.fail(errRange)
		return make([]byte, size)
	}
	return word[wordSize-size:]
}

// high returns the first size bytes of the next word; the others must be zero.
func (r *wordReader) high(size int) []byte {
	word := r.take(wordSize)
	if word == nil {
		return make([]byte, size)
	}
	if !allZero(word[size:]) {
		r.fail(errPadding)
		return make([]byte, size)
	}
	return word[:size]
}

func allZero(bytes []byte) bool {
	for _, b := range bytes {
		if b != 0 {
			return false
		}
	}
	return true
}

// number reads any unsigned integer that is at most limit.
func (r *wordReader) number(limit uint64) uint64 {
	n := binary.BigEndian.Uint64(r.low(8))
	if n > limit {
		r.fail(errRange)
		return 0
	}
	return n
}

func (r *wordReader) address() eth.Address { return eth.Address(r.low(len(eth.Address{}))) }

func (r *wordReader) bool() bool { return r.number(1) == 1 }

// offset reads an offset, which must be want.
func (r *wordReader) offset(want uint64) {
	if r.number(maxNumber) != want {
		r.fail(errOffset)
	}
}

// length reads the length of a list whose elements take at least elementSize bytes
// each, all of which must be there.
func (r *wordReader) length(elementSize uint64) uint64 {
	n := r.number(maxNumber)
	if n > uint64(len(r.rest))/elementSize {
		r.fail(errShort)
		return 0
	}
	return n
}

// bytes reads a length and as many bytes, padded to whole words.
func (r *wordReader) bytes() []byte {
	n := r.length(1)
	content := r.take(n)
	if !allZero(r.take(padding(n))) {
		r.fail(errPadding)
	}
	return content
}

// sequence reads values that belong together: their heads, whose sizes are given
// with 0 for a value behind an offset, and then the tails. read is called for each
// with the reader that the value is at the front of.
func (r *wordReader) sequence(headSizes []uint64, read func(i int, from *wordReader)) {
	headSize := uint64(0)
	for _, size := range headSizes {
		headSize += max(size, wordSize)
	}
	heads := &wordReader{rest: r.take(headSize)}
	heads.err = r.err
	start := len(r.rest)
	for i, size := range headSizes {
		if heads.err != nil || r.err != nil {
			break
		}
		if size > 0 {
			read(i, heads)
			continue
		}
		heads.offset(headSize + uint64(start-len(r.rest)))
		if heads.err == nil {
			read(i, r)
		}
	}
	if heads.err != nil {
		r.fail(heads.err)
	}
}

// end returns the first error, or that something is left.
func (r *wordReader) end() error {
	if r.err == nil && len(r.rest) > 0 {
		return errTrailing
	}
	return r.err
}

// padding is the number of zeros behind n bytes.
func padding(n uint64) uint64 { return (wordSize - n%wordSize) % wordSize }
