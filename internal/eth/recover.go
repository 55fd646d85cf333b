package eth

import (
	"math/big"
	"strings"

	"litsession/internal/literr"
)

// SignatureSize is the size of a wallet's signature: r and s, 32 bytes each,
// big-endian, and v.
const SignatureSize = 65

// RecoverMessage returns the address whose key signed text as wallets do
// (personal_sign, see [HashMessage]). signature is 65 bytes in hex, with "0x" or
// without.
//
// Like verifyMessage of ethers 5, which the official SDK relies on, it takes v
// as 0, 1, 27 or 28 and an s in either half of the range. Unlike it, no other
// v and no signature of 64 bytes (ERC-2098) is taken. Contract wallets
// (ERC-1271) have no such signatures. A failure is [literr.BadSignature]; that
// some address comes out proves nothing until it is compared.
func RecoverMessage(text, signature string) (Address, error) {
	b, err := ParseHex("0x" + strings.TrimPrefix(signature, "0x"))
	if err != nil {
		return Address{}, badSignature("it is not in hex")
	}
	key, err := RecoverPublicKey(HashMessage(text), b)
	if err != nil {
		return Address{}, err
	}
	return key.Address(), nil
}

// RecoverPublicKey returns the key that signed a hash; signature is as
// [RecoverMessage] takes it, as bytes. It takes time that depends on its
// arguments, which are public.
//
// Source: SEC 1, section 4.1.6. The case that r, as a coordinate, exceeded the
// group's order is left out: nobody can find a signature for which it holds.
func RecoverPublicKey(hash [32]byte, signature []byte) (PublicKey, error) {
	if len(signature) != SignatureSize {
		return PublicKey{}, badSignature("it is not 65 bytes long")
	}
	v := signature[64]
	if v >= 27 {
		v -= 27
	}
	if v > 1 {
		return PublicKey{}, badSignature("its v is none of 0, 1, 27 and 28")
	}
	c := newCurve()
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:64])
	if r.Sign() == 0 || s.Sign() == 0 || r.Cmp(c.n) >= 0 || s.Cmp(c.n) >= 0 {
		return PublicKey{}, badSignature("its r or s is out of range")
	}
	nonce, ok := c.lift(r, v == 1)
	if !ok {
		return PublicKey{}, badSignature("its r is no point of the curve")
	}
	// Q = (s·R − z·G) / r
	inverse := new(big.Int).ModInverse(r, c.n)
	u1 := new(big.Int).SetBytes(hash[:])
	u1.Neg(u1).Mul(u1, inverse).Mod(u1, c.n)
	u2 := s.Mul(s, inverse)
	u2.Mod(u2, c.n)
	x, y, ok := c.affine(c.sum(u1, c.generator(), u2, nonce))
	if !ok {
		return PublicKey{}, badSignature("no key can have made it")
	}
	var key PublicKey
	key[0] = 4
	x.FillBytes(key[1:33])
	y.FillBytes(key[33:])
	return key, nil
}

func badSignature(why string) error {
	return literr.Errorf(literr.BadSignature, "the wallet's signature cannot be used: %s", why)
}
