package main

import (
	"encoding/binary"
	"errors"
	"slices"
)

// The Go linker writes some 80,000 data segments, one for every run without
// eight zero bytes, each with an address that does not compress. Merged across
// the zeros between them they are a handful, and the zeros cost next to nothing:
// the module loses about a fourteenth of its size in brotli.
//
// Source: WebAssembly core specification 2.0, sections 5.5.2 and 5.5.14.

// maxGap is the longest run of zeros, in bytes, that segments are merged across.
// Longer ones are between the linker's own sections.
const maxGap = 64

// dataSection is the section's id.
const dataSection = 11

// segment is bytes that memory begins with at an address.
type segment struct {
	address int
	content []byte
}

// mergeSegments returns the module with its data segments merged. Memory is
// the same as before when the program starts: it is zero where no segment is.
func mergeSegments(module []byte) ([]byte, error) {
	if len(module) < 8 || string(module[:4]) != "\x00asm" {
		return nil, errors.New("not a WebAssembly module")
	}
	r := &reader{rest: module[8:]}
	out := slices.Clone(module[:8])
	for len(r.rest) > 0 && r.err == nil {
		id := r.byte()
		section := r.bytes(r.unsigned())
		if id == dataSection && r.err == nil {
			segments, err := readSegments(section)
			if err != nil {
				return nil, err
			}
			section = appendSegments(nil, merge(segments))
		}
		out = append(out, id)
		out = binary.AppendUvarint(out, uint64(len(section)))
		out = append(out, section...)
	}
	return out, r.err
}

func readSegments(section []byte) ([]segment, error) {
	r := &reader{rest: section}
	segments := make([]segment, 0, 1<<17)
	for range r.unsigned() {
		mode, constant := r.byte(), r.byte()
		address := r.signed()
		if end := r.byte(); r.err == nil && (mode != 0 || constant != opI32Const || end != opEnd || address < 0) {
			return nil, errors.New("a data segment is not at a constant address of memory 0")
		}
		segments = append(segments, segment{address, r.bytes(r.unsigned())})
	}
	if r.err == nil && len(r.rest) > 0 {
		return nil, errors.New("the data section does not end with its last segment")
	}
	return segments, r.err
}

const (
	opI32Const = 0x41
	opEnd      = 0x0b
)

// merge sorts the segments and joins those that at most maxGap zeros part.
// Segments that overlap stay as they are, since their order counts.
func merge(segments []segment) []segment {
	sorted := slices.SortedStableFunc(slices.Values(segments), func(a, b segment) int { return a.address - b.address })
	for i := range len(sorted) - 1 {
		if sorted[i].end() > sorted[i+1].address {
			return segments
		}
	}
	var merged []segment
	for _, s := range sorted {
		if len(merged) > 0 {
			last := &merged[len(merged)-1]
			if gap := s.address - last.end(); gap <= maxGap {
				last.content = append(append(last.content, make([]byte, gap)...), s.content...)
				continue
			}
		}
		merged = append(merged, segment{s.address, slices.Clone(s.content)})
	}
	return merged
}

func (s segment) end() int { return s.address + len(s.content) }

func appendSegments(b []byte, segments []segment) []byte {
	b = binary.AppendUvarint(b, uint64(len(segments)))
	for _, s := range segments {
		b = append(b, 0, opI32Const)
		b = appendSigned(b, s.address)
		b = append(b, opEnd)
		b = binary.AppendUvarint(b, uint64(len(s.content)))
		b = append(b, s.content...)
	}
	return b
}

// appendSigned appends a number of at least 0 in signed LEB128, where bit 6 of
// the last byte is the sign.
func appendSigned(b []byte, n int) []byte {
	for n >= 0x40 {
		b = append(b, byte(n&0x7f|0x80))
		n >>= 7
	}
	return append(b, byte(n))
}

// reader reads the front of rest; after an error it reads zeros.
type reader struct {
	rest []byte
	err  error
}

var errTruncated = errors.New("the module is cut off, or a number in it is malformed")

func (r *reader) byte() byte {
	if b := r.bytes(1); r.err == nil {
		return b[0]
	}
	return 0
}

func (r *reader) bytes(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.rest) {
		r.err = errTruncated
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// unsigned reads a LEB128 number of at most 32 bits.
func (r *reader) unsigned() int {
	n, size := binary.Uvarint(r.rest)
	if r.err != nil || size <= 0 || n > 1<<32-1 {
		r.err = errTruncated
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

// signed reads a LEB128 number of 32 bits with a sign.
func (r *reader) signed() int {
	n, shift := 0, 0
	for {
		b := r.byte()
		n |= int(b&0x7f) << shift
		shift += 7
		if r.err != nil || shift > 35 {
			r.err = errTruncated
			return 0
		}
		if b < 0x80 {
			if b&0x40 != 0 {
				n -= 1 << shift
			}
			return n
		}
	}
}
