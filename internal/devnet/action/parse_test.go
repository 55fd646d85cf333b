package action

import (
	"slices"
	"testing"
	"unicode/utf8"
)

// FuzzURL checks that a URL's text parses to itself.
func FuzzURL(f *testing.F) {
	for _, seed := range []string{"http://a/b?c#d", "HTTP://U:p@Ex.COM:80/../x y", "mailto:a", "file:///a/../b", "web+demo:/.//x", "http://[::1]:1", "http://0x7f.1", "http://ü.x", "//a", "?q", "a:b", "http:\\\\x\\y", "data:,%"} {
		f.Add(seed, "http://base:8/p/q?r#s")
		f.Add("../"+seed, seed)
	}
	f.Fuzz(func(t *testing.T, text, baseText string) {
		base, err := parseURL(baseText, nil)
		if err != nil {
			base = nil
		}
		u, err := parseURL(text, base)
		if err != nil {
			return
		}
		again, err := parseURL(u.String(), nil)
		if err != nil || again.String() != u.String() {
			t.Fatalf("%q is %q, which is %v, %v", text, u, again, err)
		}
		for _, member := range []string{"protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"} {
			setURL(again, member, text)
			if _, err := parseURL(again.String(), nil); err != nil {
				t.Fatalf("%s = %q makes %q: %v", member, text, again, err)
			}
		}
	})
}

// FuzzText checks that decoding gives valid text and leaves valid text alone.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"a€😀", "\xe2\x82", "\xf0\x9f\x98x", "\xed\xa0\x80", "\xff\xfe\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text := decodeUTF8(string(b))
		if !utf8.ValidString(text) || utf8.Valid(b) && text != string(b) {
			t.Errorf("%q became %q", b, text)
		}
		if cut := completeText("utf-8", b); cut > len(b) || cut < len(b)-3 || utf8.Valid(b) && cut != len(b) {
			t.Errorf("%q is complete to %d", b, cut)
		}
		for _, name := range []string{"hex", "base64", "base64url", "base32", "base58btc", "base10", "latin1"} {
			s, err := bytesToString(b, name)
			if err != nil {
				continue
			}
			if back, err := stringToBytes(s, name); err != nil || string(back) != string(b) {
				t.Errorf("%s: %q became %q, then %q, %v", name, b, s, back, err)
			}
		}
	})
}

// FuzzForm checks that what is written is read again.
func FuzzForm(f *testing.F) {
	f.Add("a=b&c=%20+&=&&d")
	f.Fuzz(func(t *testing.T, text string) {
		pairs := formDecode(text)
		if again := formDecode(formEncode(pairs)); !slices.Equal(again, pairs) {
			t.Errorf("%q: %q became %q", text, pairs, again)
		}
	})
}

// FuzzArena gives and takes blocks as data says and looks for blocks that touch each other.
func FuzzArena(f *testing.F) {
	f.Add([]byte("\x10\x80\xff\x01\x90\xa0\x05\xfe\xfd\x20"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := newBudget(Limits{Memory: 8 << 20}.orDefaults(), &pool{max: DefaultMemory})
		a := newArena(b, func() bool { return false }, func() {})
		type block struct {
			p, n uintptr
			mark byte
		}
		var live []block
		for i, c := range data {
			if c&3 == 0 && len(live) > 0 {
				k := int(c>>2) % len(live)
				check(t, live[k].p, live[k].n, live[k].mark)
				a.release(live[k].p)
				live = append(live[:k], live[k+1:]...)
				continue
			}
			n := uintptr(c) << (c & 11)
			p := a.alloc(n)
			if p == 0 {
				continue
			}
			if p%8 != 0 || a.size(p) < n {
				t.Fatalf("%d bytes at %x have %d", n, p, a.size(p))
			}
			live = append(live, block{p, n, byte(i)})
			fill(p, n, byte(i))
		}
		for _, one := range live {
			check(t, one.p, one.n, one.mark)
		}
		a.close()
		if used := b.memory.Load(); used != 0 {
			t.Errorf("%d bytes are left on the budget", used)
		}
	})
}

func fill(p, n uintptr, mark byte) {
	for i := range blockBytes(p, n) {
		blockBytes(p, n)[i] = mark
	}
}

func check(t *testing.T, p, n uintptr, mark byte) {
	t.Helper()
	for _, c := range blockBytes(p, n) {
		if c != mark {
			t.Fatalf("block %x of %d bytes was written to", p, n)
		}
	}
}

func TestSizeClasses(t *testing.T) {
	last := 0
	for n := uintptr(1); n <= smallBlock+blockHeader; n++ {
		class, size := sizeClass(n)
		if size < n || size > max(32, n+n/4+8) || size%8 != 0 || class < last || class >= sizeClasses {
			t.Fatalf("%d bytes are of class %d with %d", n, class, size)
		}
		if again, _ := sizeClass(size); again != class {
			t.Fatalf("a block of %d bytes goes to class %d, not %d", size, again, class)
		}
		last = class
	}
}
