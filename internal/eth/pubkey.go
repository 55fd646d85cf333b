package eth

import (
	"math/big"
	"strings"

	"litsession/internal/literr"
)

// PublicKey is a secp256k1 public key, uncompressed: 0x04, then x and y, 32 bytes
// each, big-endian. One made by [ParsePublicKey] or [NewPublicKey] is a point of
// the curve.
type PublicKey [65]byte

const wantPublicKey = "04 and 128 hex digits, a point on secp256k1, with or without 0x"

// ParsePublicKey reads 130 hex digits of any case, with or without "0x". It checks
// what [NewPublicKey] checks.
func ParsePublicKey(text string) (PublicKey, error) {
	var key PublicKey
	if !decodeHex(key[:], "0x"+strings.TrimPrefix(text, "0x")) {
		return PublicKey{}, badPublicKey("is not 130 hex digits")
	}
	return NewPublicKey(key[:])
}

// NewPublicKey takes the 65 bytes of an uncompressed public key. It checks length,
// leading 04, that both coordinates are below the field's prime and that the point
// is on the curve. A failure is [literr.InvalidParam] with details param and want;
// the key itself is not repeated.
func NewPublicKey(b []byte) (PublicKey, error) {
	var key PublicKey
	switch {
	case len(b) != len(key):
		return PublicKey{}, badPublicKey("is not 65 bytes")
	case b[0] != 4:
		return PublicKey{}, badPublicKey("does not begin with 04, the mark of an uncompressed key")
	case !onCurve(b[1:33], b[33:]):
		return PublicKey{}, badPublicKey("is no point of the curve secp256k1")
	}
	copy(key[:], b)
	return key, nil
}

func badPublicKey(why string) error {
	return literr.Invalid("publicKey", wantPublicKey, "the public key %s", why)
}

// onCurve tells whether y² = x³ + 7. The curve has no cofactor, so a point on it
// is in the group, and infinity has no such encoding.
func onCurve(xBytes, yBytes []byte) bool {
	c := newCurve()
	x, y := new(big.Int).SetBytes(xBytes), new(big.Int).SetBytes(yBytes)
	if x.Cmp(c.p) >= 0 || y.Cmp(c.p) >= 0 {
		return false
	}
	return c.square(y).Cmp(c.rightSide(x)) == 0
}

// Address returns the Ethereum address of the key.
func (k PublicKey) Address() Address {
	sum := Keccak256(k[1:])
	return Address(sum[12:])
}

// TokenID returns the number of the PKP whose key this is, 32 bytes big-endian:
// the hash of all 65 bytes. (An address is hashed without the leading 04.)
func (k PublicKey) TokenID() [32]byte { return Keccak256(k[:]) }

// String returns "0x04" and 128 lower-case hex digits.
func (k PublicKey) String() string { return Hex(k[:]) }
