package action

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"testing"

	"golang.org/x/crypto/scrypt"
)

// engaged returns a run with an engine that nothing has halted.
func engaged(t *testing.T) *run {
	t.Helper()
	b := newBudget(DefaultLimits(), &pool{max: DefaultMemory})
	x := newRun(nil, Request{}, b)
	var err error
	if x.engine, err = newEngine(b); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.engine.close)
	return x
}

func TestPBKDF2IsTheStandardLibrarys(t *testing.T) {
	x := engaged(t)
	for name, newHash := range map[string]func() hash.Hash{"sha256": sha256.New, "sha512": sha512.New} {
		for _, iterations := range []int{1, 2, 2048} {
			for _, length := range []int{1, 32, 64, 65, 200} {
				got, err := x.nativePBKDF2(arguments{name, []byte("password"), []byte("salt"), float64(iterations), float64(length)})
				want, wantErr := pbkdf2.Key(newHash, "password", []byte("salt"), iterations, length)
				if err != nil || wantErr != nil || !bytes.Equal(got, want) {
					t.Errorf("%s, %d iterations, %d bytes: got %x, want %x (%v, %v)", name, iterations, length, got, want, err, wantErr)
				}
			}
		}
	}
}

func TestScryptIsThatOfTheGoProject(t *testing.T) {
	x := engaged(t)
	for i, tt := range []struct{ n, r, p, length int }{
		{2, 1, 1, 1}, {16, 1, 1, 64}, {64, 3, 2, 32}, {1024, 8, 16, 64}, {256, 5, 1, 100}, {16384, 8, 1, 64},
	} {
		id := float64(i)
		_, err := x.nativeScryptBegin(arguments{id, []byte("password"), []byte("salt"), float64(tt.n), float64(tt.r), float64(tt.p), float64(tt.length)})
		if err != nil {
			t.Fatal(err)
		}
		for !x.scrypts[id].finished() {
			if _, err := x.nativeScryptWork(arguments{id, 1000.}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := x.nativeScryptEnd(arguments{id})
		want, wantErr := scrypt.Key([]byte("password"), []byte("salt"), tt.n, tt.r, tt.p, tt.length)
		if err != nil || wantErr != nil || !bytes.Equal(got, want) {
			t.Errorf("%+v: got %x, want %x (%v, %v)", tt, got, want, err, wantErr)
		}
	}
	if left := fmt.Sprint(len(x.scrypts), x.budget.memory.Load()-x.engine.memory.account); left != "0 0" {
		t.Errorf("left: %s", left)
	}
}

// TestNativeWorkStopsWhenTheRunIsHalted starts what would take years.
func TestNativeWorkStopsWhenTheRunIsHalted(t *testing.T) {
	x := engaged(t)
	x.engine.halt(haltTimeout)
	if _, err := x.nativePBKDF2(arguments{"sha512", []byte{}, []byte{}, float64(maxSafe), 32.}); err != errHalted {
		t.Errorf("PBKDF2: %v", err)
	}
	if _, err := x.nativeScryptBegin(arguments{1., []byte{}, []byte{}, 2., 8., 1000., 32.}); err != errHalted {
		t.Errorf("the beginning of scrypt: %v", err)
	}
	if _, err := x.nativeScryptWork(arguments{1., 1e9}); err != errHalted {
		t.Errorf("scrypt: %v", err)
	}
	if _, err := x.sum(sha256.New(), make([]byte, 3<<20)); err != errHalted {
		t.Errorf("a hash: %v", err)
	}
}
