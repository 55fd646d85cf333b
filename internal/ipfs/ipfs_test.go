package ipfs_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"litsession/internal/ipfs"
	"litsession/internal/literr"
)

type vector struct {
	Name, CID, MultihashHex string
	Code, Generator         *string
	Length                  int
}

func readVectors(t testing.TB) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/cids.json")
	if err != nil {
		t.Fatal(err)
	}
	var v []vector
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v) == 0 {
		t.Fatal("no vectors")
	}
	return v
}

// content returns the code, or what the generator of testdata/README.md gives.
func (v vector) content(t *testing.T) []byte {
	t.Helper()
	if v.Code == nil {
		const generator = "byte i = 'a' + (i mod 26)"
		if v.Generator == nil || *v.Generator != generator {
			t.Fatalf("%s: unknown generator", v.Name)
		}
		const alphabet = "abcdefghijklmnopqrstuvwxyz"
		return bytes.Repeat([]byte(alphabet), v.Length/len(alphabet)+1)[:v.Length]
	}
	if len(*v.Code) != v.Length {
		t.Fatalf("%s: %d bytes, not %d", v.Name, len(*v.Code), v.Length)
	}
	return []byte(*v.Code)
}

func TestSumIsWhatIPFSGives(t *testing.T) {
	for _, v := range readVectors(t) {
		t.Run(fmt.Sprintf("%s, %d bytes", v.Name, v.Length), func(t *testing.T) {
			got := ipfs.Sum(v.content(t))
			if got.String() != v.CID {
				t.Errorf("got %s, want %s", got, v.CID)
			}
			if hash := "0x" + hex.EncodeToString(got.Multihash()); hash != v.MultihashHex {
				t.Errorf("multihash %s, want %s", hash, v.MultihashHex)
			}
			parsed, err := ipfs.ParseCID(v.CID)
			if err != nil || parsed != got {
				t.Errorf("ParseCID: %v, %v", parsed, err)
			}
			fromHash, err := ipfs.FromMultihash(got.Multihash())
			if err != nil || fromHash != got {
				t.Errorf("FromMultihash: %v, %v", fromHash, err)
			}
		})
	}
}

func TestMultihashIsACopy(t *testing.T) {
	c := ipfs.Sum([]byte("hello"))
	c.Multihash()[5] ^= 1
	if c != ipfs.Sum([]byte("hello")) {
		t.Error("the CID changed with its multihash")
	}
}

func TestParseCIDRefuses(t *testing.T) {
	const good = "QmWfVY9y3xjsixTgbd9AorQxH7VtMpzfx2HaWtsoUYecaX"
	rows := []struct{ name, text string }{
		{"empty", ""},
		{"only the beginning", "Qm"},
		{"one character short", good[:45]},
		{"one character more", good + "1"},
		{"space behind", good + " "},
		{"newline in front", "\n" + good},
		{"a digit that base58 lacks: 0", good[:45] + "0"},
		{"a digit that base58 lacks: l", good[:45] + "l"},
		{"not ASCII", good[:44] + "é"},
		{"a gateway's address", "https://ipfs.io/ipfs/" + good},
		{"ipfs://", "ipfs://" + good},
		{"version 1, dag-pb, base32", "bafybeid3weurg3gvyoi7nisadzolomlvoxoppe2sesktnpvdve3256n5tq"},
		{"version 1, raw, base32", "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"},
		{"version 0 with a multibase prefix", "z" + good},
		{"46 characters of base58 that decode to more than 34 bytes", "Qm" + strings.Repeat("z", 44)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c, err := ipfs.ParseCID(row.text)
			var e *literr.Error
			if !errors.As(err, &e) || e.Code != literr.InvalidParam {
				t.Fatalf("got %v, %v", c, err)
			}
			if e.Detail("param") == nil || e.Detail("want") == nil {
				t.Errorf("details are missing: %v", e.Details)
			}
		})
	}
}

func TestFromMultihashRefuses(t *testing.T) {
	good := ipfs.Sum(nil).Multihash()
	other := func(i int, b byte) []byte {
		changed := bytes.Clone(good)
		changed[i] = b
		return changed
	}
	for name, b := range map[string][]byte{
		"nothing":           nil,
		"one byte short":    good[:33],
		"one byte more":     append(bytes.Clone(good), 0),
		"another hash":      other(0, 0x11),
		"another length":    other(1, 0x1f),
		"an address's size": good[:20],
	} {
		if c, err := ipfs.FromMultihash(b); !errors.Is(err, literr.InvalidParam) {
			t.Errorf("%s: got %v, %v", name, c, err)
		}
	}
}

func FuzzParseCID(f *testing.F) {
	for _, v := range readVectors(f) {
		f.Add(v.CID)
	}
	f.Add("bafybeid3weurg3gvyoi7nisadzolomlvoxoppe2sesktnpvdve3256n5tq")
	f.Add("Qm" + strings.Repeat("1", 44))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ipfs.ParseCID(text)
		if err != nil {
			if literr.CodeOf(err) != literr.InvalidParam || c != (ipfs.CID{}) {
				t.Errorf("got %v, %v", c, err)
			}
			return
		}
		if c.String() != text {
			t.Errorf("%q printed as %q", text, c)
		}
		again, err := ipfs.FromMultihash(c.Multihash())
		if err != nil || again != c {
			t.Errorf("%q: multihash gives %v, %v", text, again, err)
		}
	})
}

func BenchmarkSum(b *testing.B) {
	for _, size := range []int{1 << 10, 100 << 10, 1 << 20} {
		content := make([]byte, size)
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				ipfs.Sum(content)
			}
		})
	}
}
