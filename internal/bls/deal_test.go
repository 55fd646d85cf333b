package bls_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"litsession/internal/bls"
	"litsession/internal/literr"
)

func TestDealMatchesTheVectors(t *testing.T) {
	want := readVectors(t).Deal
	coefficient := append(make([]byte, 32), unhex(t, want.Coef1)...) // read as 64 bytes, big-endian
	key, shares, err := bls.DealSecret([32]byte(unhex(t, want.Secret)), bytes.NewReader(coefficient), 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	if key.String() != want.NetworkPubKey {
		t.Errorf("key %s, want %s", key, want.NetworkPubKey)
	}
	run := readVectors(t).Cases[2]
	for i, share := range shares {
		if got := share.Sign(unhex(t, run.Message)).String(); got != run.Shares[i] {
			t.Errorf("share %d signs %s, want %s", i, got, run.Shares[i])
		}
		if got := fmt.Sprintf("%v %+v %#v", share, share, share); strings.ContainsAny(got, "[]{}") {
			t.Errorf("a secret is printed: %s", got)
		}
	}
}

func TestDealingAgainKeepsTheKey(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	secret, err := bls.NewSecret(random)
	if err != nil {
		t.Fatal(err)
	}
	key, before, err := bls.DealSecret(secret, random, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	again, after, err := bls.DealSecret(secret, random, 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	if again != key {
		t.Error("another key")
	}
	message := []byte("m")
	if before[0].Sign(message) == after[0].Sign(message) {
		t.Error("the polynomial is the same")
	}
	mixed, err := bls.Combine([]bls.SignatureShare{before[0].Sign(message), after[1].Sign(message), after[2].Sign(message)})
	if err != nil {
		t.Fatal(err)
	}
	if err := key.Verify(message, mixed); err == nil {
		t.Error("shares of two dealings combine")
	}
}

func TestDealRefuses(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	for _, size := range [][2]int{{0, 3}, {-1, 3}, {4, 3}, {2, 256}, {0, 0}} {
		if _, _, err := bls.Deal(random, size[0], size[1]); !errors.Is(err, literr.InvalidParam) {
			t.Errorf("%d of %d: %v", size[0], size[1], err)
		}
	}
	order := unhex(t, "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001")
	for _, secret := range [][32]byte{{}, [32]byte(order)} {
		if _, _, err := bls.DealSecret(secret, random, 2, 3); !errors.Is(err, literr.InvalidParam) {
			t.Errorf("secret %x: %v", secret, err)
		}
	}
	if _, _, err := bls.Deal(bytes.NewReader(make([]byte, 100)), 2, 3); err == nil {
		t.Error("no error when randomness ends")
	}
}
