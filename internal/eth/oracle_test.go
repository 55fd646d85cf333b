//go:build !js

package eth_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/eth"
	"litsession/internal/literr"
)

// FuzzPublicKey holds us against go-ethereum: the same bytes are a key for both or
// for neither, with the same address, and what was parsed prints as it was.
func FuzzPublicKey(f *testing.F) {
	for _, scalar := range []string{"01", "02", "7f", "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"} {
		key, err := crypto.ToECDSA(common.LeftPadBytes(common.FromHex(scalar), 32))
		if err != nil {
			f.Fatal(err)
		}
		encoded := crypto.FromECDSAPub(&key.PublicKey)
		f.Add(encoded)
		encoded = bytes.Clone(encoded)
		encoded[40] ^= 4
		f.Add(encoded)
	}
	f.Add(append([]byte{4}, bytes.Repeat([]byte{0xff}, 64)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		key, err := eth.NewPublicKey(b)
		oracle, oracleErr := crypto.UnmarshalPubkey(b)
		if (err == nil) != (oracleErr == nil) {
			t.Fatalf("ours: %v, go-ethereum: %v", err, oracleErr)
		}
		text := common.Bytes2Hex(b)
		parsed, parseErr := eth.ParsePublicKey(text)
		if parsed != key || (parseErr == nil) != (err == nil) {
			t.Fatalf("text and bytes differ: %v, %v", parseErr, err)
		}
		if err != nil {
			if !errors.Is(err, literr.InvalidParam) || !errors.Is(parseErr, literr.InvalidParam) {
				t.Fatalf("%v, %v", err, parseErr)
			}
			return
		}
		if key.String() != "0x"+text {
			t.Errorf("printed as %s", key)
		}
		if got, want := key.Address().String(), crypto.PubkeyToAddress(*oracle).Hex(); got != want {
			t.Errorf("address %s, want %s", got, want)
		}
		if key.TokenID() != crypto.Keccak256Hash(b) {
			t.Error("token id differs")
		}
	})
}

// FuzzAddress differs from go-ethereum in one wish: 0x is not optional.
func FuzzAddress(f *testing.F) {
	f.Add("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
	f.Add("0x0000000000000000000000000000000000000000")
	f.Add("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
	f.Add("0xäaAeb6053F3E94C9b9A09f33669435E7Ef1BeAe")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := eth.ParseAddress(text)
		want := strings.HasPrefix(text, "0x") && common.IsHexAddress(text)
		if (err == nil) != want {
			t.Fatalf("%q: %v, go-ethereum %t", text, err, want)
		}
		if err != nil {
			return
		}
		if got, want := a.String(), common.HexToAddress(text).Hex(); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	})
}

func FuzzKeccak256(f *testing.F) {
	f.Add([]byte(""), []byte("abc"))
	f.Add(bytes.Repeat([]byte{1}, 135), []byte{2})
	f.Add(bytes.Repeat([]byte{1}, 136), []byte{})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if eth.Keccak256(a, b) != crypto.Keccak256Hash(a, b) {
			t.Error("differs from go-ethereum")
		}
	})
}
