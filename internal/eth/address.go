// Package eth is Ethereum's small change: addresses, hashes and public keys, as
// bytes and as text. It holds no keys and makes no signatures.
//
// Start with [ParseAddress] and [ParsePublicKey].
package eth

import (
	"strings"

	"litsession/internal/literr"
)

// Address is an account or contract address: the last 20 bytes of the Keccak-256
// hash that names it. The zero value is the zero address.
type Address [20]byte

// ParseAddress reads "0x" and 40 hex digits of any case. A mixed-case checksum is
// not checked; who wants that compares the text with what [Address.String] gives.
// Anything else is [literr.InvalidParam] with details param and want; the text
// itself is not repeated.
func ParseAddress(text string) (Address, error) {
	var a Address
	if !decodeHex(a[:], text) {
		return Address{}, literr.Invalid("address", "0x and 40 hex digits", "the address is not 0x and 40 hex digits")
	}
	return a, nil
}

// String returns "0x" and 40 hex digits whose case is the EIP-55 checksum.
//
// Source: ERC-55, mixed-case checksum address encoding.
func (a Address) String() string {
	text := []byte(Hex(a[:]))
	sum := Keccak256(text[2:])
	for i, digit := range text[2:] {
		nibble := sum[i/2] >> 4
		if i%2 == 1 {
			nibble = sum[i/2] & 0xf
		}
		if digit >= 'a' && nibble >= 8 {
			text[2+i] = digit - 'a' + 'A'
		}
	}
	return string(text)
}

// ParseChecksummed is [ParseAddress] for what a person may have mistyped: digits
// of mixed case must be in the case of the EIP-55 checksum.
func ParseChecksummed(text string) (Address, error) {
	a, err := ParseAddress(text)
	if err != nil {
		return Address{}, err
	}
	mixed := strings.ContainsAny(text[2:], "abcdef") && strings.ContainsAny(text[2:], "ABCDEF")
	if mixed && text != a.String() {
		return Address{}, literr.Invalid("address", "0x and 40 hex digits, mixed case only as the checksum says", "the address does not have its EIP-55 checksum").WithHint("Compare it with its source, or pass it in lower case.")
	}
	return a, nil
}
