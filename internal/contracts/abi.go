package contracts

import (
	"encoding/binary"
	"errors"

	"litsession/internal/eth"
)

// The part of the contract ABI that our few calls need. Values are words of 32
// bytes, big-endian; what has no fixed size comes behind, and an offset in its place
// says where. Compilers write such tails one after the other without gaps, so they
// are read in that order and an offset only has to be the expected one: no answer
// can make the reader jump, loop or take the same bytes twice.
//
// Source: Solidity, Contract ABI Specification, strict mode.

const wordSize = 32

// maxNumber is the largest number that is taken from a contract: what JavaScript
// holds exactly, since numbers go there.
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
	for _, b := range word[:wordSize-size] {
		if b != 0 {
			r.fail(errRange)
			return make([]byte, size)
		}
	}
	return word[wordSize-size:]
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
	for _, b := range r.take(padding(n)) {
		if b != 0 {
			r.fail(errPadding)
		}
	}
	return content
}

// bytesList reads a list of byte strings: all offsets first, counted from the first
// of them, then the strings.
func (r *wordReader) bytesList() [][]byte {
	n := r.length(wordSize)
	offsets := &wordReader{rest: r.take(n * wordSize), err: r.err}
	start := len(r.rest)
	list := make([][]byte, 0, n)
	for range n {
		offsets.offset(n*wordSize + uint64(start-len(r.rest)))
		list = append(list, r.bytes())
		if r.err != nil || offsets.err != nil {
			break
		}
	}
	if r.err == nil {
		r.err = offsets.err
	}
	return list
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

// calldata is a call under construction: the selector, then words.
type calldata []byte

func newCall(selector uint32) calldata { return binary.BigEndian.AppendUint32(nil, selector) }

func (c calldata) word(word [wordSize]byte) calldata { return append(c, word[:]...) }

func (c calldata) number(n uint64) calldata {
	c = append(c, make([]byte, wordSize-8)...)
	return binary.BigEndian.AppendUint64(c, n)
}

// tail adds the content of the only argument without fixed size, behind all others.
func (c calldata) tail(content []byte) calldata {
	n := uint64(len(content))
	return append(append(c.number(n), content...), make([]byte, padding(n))...)
}
