package eth

import (
	"encoding/hex"
	"errors"
	"strconv"

	"github.com/ethereum/go-ethereum/crypto/keccak"
)

// Keccak256 returns the Keccak-256 hash of the parts, one after the other. It is
// Ethereum's hash, whose padding differs from SHA3-256.
func Keccak256(parts ...[]byte) [32]byte {
	h := keccak.NewLegacyKeccak256()
	for _, part := range parts {
		h.Write(part)
	}
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}

// HashMessage returns what a wallet signs for text (personal_sign): the hash of
// the prefix, the length of text in bytes as a decimal, and text in UTF-8.
//
// Source: ERC-191, version 0x45.
func HashMessage(text string) [32]byte {
	prefix := "\x19Ethereum Signed Message:\n" + strconv.Itoa(len(text))
	return Keccak256([]byte(prefix), []byte(text))
}

// Hex returns "0x" and b as lower-case hex digits.
func Hex(b []byte) string {
	text := make([]byte, 2, 2+hex.EncodedLen(len(b)))
	copy(text, "0x")
	return string(hex.AppendEncode(text, b))
}

// ErrHex says that a text is no bytes in hex as Ethereum's JSON-RPC writes them.
var ErrHex = errors.New("not 0x and an even number of hex digits")

// ParseHex reads "0x" and an even number of hex digits of any case, perhaps none.
// The error is [ErrHex]: what it means is the caller's to say.
func ParseHex(text string) ([]byte, error) {
	if len(text)%2 != 0 || len(text) < 2 {
		return nil, ErrHex
	}
	b := make([]byte, len(text)/2-1)
	if !decodeHex(b, text) {
		return nil, ErrHex
	}
	return b, nil
}

// decodeHex fills dst from "0x" and exactly twice as many hex digits of any case.
func decodeHex(dst []byte, text string) bool {
	if len(text) != 2+hex.EncodedLen(len(dst)) || text[:2] != "0x" {
		return false
	}
	_, err := hex.Decode(dst, []byte(text[2:]))
	return err == nil
}
