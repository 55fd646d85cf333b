package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// withSegments is a module of nothing but a data section, and one byte of a
// custom section after it.
func withSegments(segments ...segment) []byte {
	section := appendSegments(nil, segments)
	module := append([]byte("\x00asm\x01\x00\x00\x00"), dataSection, byte(len(section)))
	return append(append(module, section...), 0, 1, 0)
}

func TestMergeSegments(t *testing.T) {
	far := 100 + maxGap + 1
	tests := []struct {
		name     string
		segments []segment
		want     []segment
	}{
		{name: "none"},
		{name: "one after the other", segments: []segment{{100, []byte("ab")}, {102, []byte("c")}}, want: []segment{{100, []byte("abc")}}},
		{name: "zeros between them", segments: []segment{{100, []byte("a")}, {103, []byte("b")}}, want: []segment{{100, []byte("a\x00\x00b")}}},
		{name: "in another order", segments: []segment{{103, []byte("b")}, {100, []byte("a")}}, want: []segment{{100, []byte("a\x00\x00b")}}},
		{name: "the longest gap", segments: []segment{{100, []byte("a")}, {far, []byte("b")}},
			want: []segment{{100, slices.Concat([]byte("a"), make([]byte, maxGap), []byte("b"))}}},
		{name: "a longer gap", segments: []segment{{100, []byte("a")}, {far + 1, []byte("b")}}, want: []segment{{100, []byte("a")}, {far + 1, []byte("b")}}},
		{name: "where they overlap, the later one counts", segments: []segment{{100, []byte("ab")}, {101, []byte("c")}},
			want: []segment{{100, []byte("ab")}, {101, []byte("c")}}},
		{name: "addresses with bit 6 of their last byte", segments: []segment{{0x40, []byte("a")}, {0x2000, []byte("b")}},
			want: []segment{{0x40, []byte("a")}, {0x2000, []byte("b")}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := mergeSegments(withSegments(test.segments...))
			if want := withSegments(test.want...); err != nil || !bytes.Equal(got, want) {
				t.Errorf("got  %x, %v\nwant %x", got, err, want)
			}
		})
	}
}

func TestMergeSegmentsRefuses(t *testing.T) {
	good := withSegments(segment{100, []byte("ab")})
	passive := slices.Replace(slices.Clone(good), 11, 12, 1)
	tests := []struct {
		name   string
		module []byte
	}{
		{name: "what is no module", module: []byte("\x7fELF\x02\x01\x01\x00")},
		{name: "nothing", module: nil},
		{name: "a segment without an address", module: passive},
		{name: "a section that is longer than the module", module: append(slices.Clone(good), dataSection, 9, 0)},
		{name: "a segment that is longer than its section", module: append([]byte("\x00asm\x01\x00\x00\x00"), dataSection, 6, 1, 0, opI32Const, 0, opEnd, 9)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := mergeSegments(test.module); err == nil {
				t.Error("accepted")
			}
		})
	}
}

// TestModuleBeginsWithTheSameMemory holds what the linker wrote against what
// is made of it, byte by byte of the program's memory.
func TestModuleBeginsWithTheSameMemory(t *testing.T) {
	inModuleRoot(t)
	file := filepath.Join(t.TempDir(), "lit.wasm")
	if err := link(file); err != nil {
		t.Fatal(err)
	}
	linked, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	merged, err := mergeSegments(linked)
	if err != nil {
		t.Fatal(err)
	}
	before, after := memoryOf(t, linked), memoryOf(t, merged)
	if !bytes.Equal(before, after) {
		t.Error("memory differs")
	}
	if again, err := mergeSegments(merged); err != nil || !bytes.Equal(again, merged) {
		t.Errorf("what is merged is changed once more: %v", err)
	}
}

// memoryOf lays out what a module's memory begins with.
func memoryOf(t *testing.T, module []byte) []byte {
	t.Helper()
	r := &reader{rest: module[8:]}
	var memory []byte
	for len(r.rest) > 0 {
		id := r.byte()
		section := r.bytes(r.unsigned())
		if id != dataSection {
			continue
		}
		segments, err := readSegments(section)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range segments {
			if more := s.end() - len(memory); more > 0 {
				memory = append(memory, make([]byte, more)...)
			}
			copy(memory[s.address:], s.content)
		}
	}
	if r.err != nil || len(memory) == 0 {
		t.Fatalf("%d bytes, %v", len(memory), r.err)
	}
	return memory
}
