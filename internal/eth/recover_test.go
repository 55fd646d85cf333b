//go:build !js

package eth_test

import (
	"bytes"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/eth"
	"litsession/internal/literr"
)

// signed returns go-ethereum's signature of a hash by the key with a scalar.
func signed(t testing.TB, scalar byte, hash [32]byte) []byte {
	t.Helper()
	key, err := crypto.ToECDSA(common.LeftPadBytes([]byte{scalar}, 32))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := crypto.Sign(hash[:], key)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func addressOf(t testing.TB, scalar byte) eth.Address {
	t.Helper()
	key, err := crypto.ToECDSA(common.LeftPadBytes([]byte{scalar}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return eth.Address(crypto.PubkeyToAddress(key.PublicKey))
}

// flipS returns the other signature of the same hash by the same key.
func flipS(signature []byte) []byte {
	flipped := bytes.Clone(signature)
	s := new(big.Int).SetBytes(signature[32:64])
	new(big.Int).Sub(crypto.S256().Params().N, s).FillBytes(flipped[32:64])
	flipped[64] ^= 1
	return flipped
}

func TestRecoverMessage(t *testing.T) {
	for scalar := byte(1); scalar < 40; scalar++ {
		text := string(bytes.Repeat([]byte("Ünicode "), int(scalar)))
		signature := signed(t, scalar, eth.HashMessage(text))
		for _, variant := range [][]byte{signature, flipS(signature)} { // s in the lower and the upper half
			for _, base := range []byte{0, 27} {
				withV := append(bytes.Clone(variant[:64]), variant[64]+base)
				for _, prefix := range []string{"0x", ""} {
					got, err := eth.RecoverMessage(text, prefix+eth.Hex(withV)[2:])
					if err != nil || got != addressOf(t, scalar) {
						t.Errorf("key %d, v %d: got %v, %v", scalar, withV[64], got, err)
					}
				}
			}
		}
	}
}

func TestRecoverMessageRefuses(t *testing.T) {
	good := signed(t, 7, eth.HashMessage("text"))
	with := func(change func(b []byte)) string {
		b := bytes.Clone(good)
		change(b)
		return eth.Hex(b)
	}
	order := crypto.S256().Params().N.Bytes()
	for name, signature := range map[string]string{
		"nothing":            "",
		"not in hex":         "0x" + strings.Repeat("xy", 65),
		"0x twice":           "0x" + eth.Hex(good),
		"64 bytes":           eth.Hex(good[:64]),
		"66 bytes":           eth.Hex(good) + "00",
		"v of 2":             with(func(b []byte) { b[64] = 2 }),
		"v of 26":            with(func(b []byte) { b[64] = 26 }),
		"v of 29":            with(func(b []byte) { b[64] = 29 }),
		"v of 37 (EIP-155)":  with(func(b []byte) { b[64] = 37 }),
		"r of 0":             with(func(b []byte) { clear(b[:32]) }),
		"s of 0":             with(func(b []byte) { clear(b[32:64]) }),
		"r of the order":     with(func(b []byte) { copy(b, order) }),
		"s of the order":     with(func(b []byte) { copy(b[32:], order) }),
		"an r without point": with(func(b []byte) { copy(b, common.LeftPadBytes([]byte{5}, 32)) }),
	} {
		if got, err := eth.RecoverMessage("text", signature); !errors.Is(err, literr.BadSignature) || got != (eth.Address{}) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	if got, err := eth.RecoverMessage("texts", eth.Hex(good)); err != nil || got == addressOf(t, 7) {
		t.Errorf("another text: got %v, %v", got, err)
	}
}

// FuzzRecoverPublicKey holds us against go-ethereum: the same key, or none for both.
func FuzzRecoverPublicKey(f *testing.F) {
	hash := eth.HashMessage("seed")
	for scalar := byte(1); scalar < 10; scalar++ {
		signature := signed(f, scalar, hash)
		f.Add(hash[:], signature)
		f.Add(hash[:], flipS(signature))
	}
	// s·R = z·G, whose difference is no key: the generator as R, s = z.
	x := crypto.S256().Params().Gx.FillBytes(make([]byte, 32))
	for v := range byte(2) {
		f.Add(hash[:], append(append(bytes.Clone(x), hash[:]...), v))
	}
	f.Add(make([]byte, 32), append(append(bytes.Clone(x), x...), 0))
	f.Fuzz(func(t *testing.T, hash, signature []byte) {
		if len(hash) != 32 || len(signature) != 65 {
			return
		}
		signature[64] &= 1
		key, err := eth.RecoverPublicKey([32]byte(hash), signature)
		oracle, oracleErr := crypto.Ecrecover(hash, signature)
		if (err == nil) != (oracleErr == nil) || err == nil && !bytes.Equal(key[:], oracle) {
			t.Fatalf("hash %x, signature %x: ours %x (%v), go-ethereum %x (%v)", hash, signature, key, err, oracle, oracleErr)
		}
	})
}

// TestRecoverAgainstGoEthereum is the property behind the fuzz target on random
// bytes: half of all r are no point, and every other one has a key.
func TestRecoverAgainstGoEthereum(t *testing.T) {
	seed := eth.Keccak256([]byte("recover"))
	keys := 0
	for range 400 {
		hash := seed
		r := eth.Keccak256(hash[:])
		s := eth.Keccak256(r[:])
		seed = eth.Keccak256(s[:])
		signature := append(append(r[:], s[:]...), seed[0]&1)
		key, err := eth.RecoverPublicKey(hash, signature)
		oracle, oracleErr := crypto.Ecrecover(hash[:], signature)
		if (err == nil) != (oracleErr == nil) || err == nil && !bytes.Equal(key[:], oracle) {
			t.Fatalf("signature %x: ours %x (%v), go-ethereum %x (%v)", signature, key, err, oracle, oracleErr)
		}
		if err == nil {
			keys++
		}
	}
	if keys < 100 {
		t.Errorf("only %d signatures had a key", keys)
	}
}
