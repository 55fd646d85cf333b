// Package bls is threshold BLS on BLS12-381 as Lit's networks use it: public keys
// in G1, 48 bytes, signatures in G2, 96 bytes, signature shares of 97 bytes with
// the holder's number in front. Points are compressed, big-endian, with the flag
// bits of the IETF draft, and written as hex without 0x.
//
// A client starts with [ParseSignatureShare], gives what it has to [Combine] and
// believes the result only after [PublicKey.Verify]. A network that makes the keys
// starts with [Deal].
//
// Source: draft-irtf-cfrg-bls-signature-05, section 3.3 (proof of possession), of
// which only signing and verifying are used, and RFC 9380 for hashing to G2.
package bls

import (
	"encoding/hex"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"litsession/internal/literr"
)

// domain is the hash-to-curve tag of the ciphersuite.
const domain = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"

// PublicKey is a point of G1, compressed. One made by [ParsePublicKey] or [Deal]
// is in the subgroup and not the identity; of another, [PublicKey.Verify] finds out.
type PublicKey [bls12381.SizeOfG1AffineCompressed]byte

// Signature is a point of G2, compressed. The type promises nothing about the
// bytes: [PublicKey.Verify] checks them.
type Signature [bls12381.SizeOfG2AffineCompressed]byte

// ParsePublicKey reads 96 hex digits of any case. It refuses what is no point of
// the subgroup, and the identity, for which every signature of nothing would hold.
// A failure is [literr.BadSignature], for with such a key nothing verifies.
func ParsePublicKey(text string) (PublicKey, error) {
	var k PublicKey
	if !decodeHex(k[:], text) {
		return PublicKey{}, badKey("is not 96 hex digits")
	}
	if _, err := k.point(); err != nil {
		return PublicKey{}, err
	}
	return k, nil
}

// ParseSignature reads 192 hex digits of any case. Whether they are a point is left
// to [PublicKey.Verify]. A failure is [literr.BadSignature].
func ParseSignature(text string) (Signature, error) {
	var s Signature
	if !decodeHex(s[:], text) {
		return Signature{}, badSignature("is not 192 hex digits")
	}
	return s, nil
}

// String returns 96 lower-case hex digits.
func (k PublicKey) String() string { return hex.EncodeToString(k[:]) }

// String returns 192 lower-case hex digits.
func (s Signature) String() string { return hex.EncodeToString(s[:]) }

// Verify checks that s is the signature of message under k: both are points of
// their subgroups, neither is the identity, and e(k, H(message)) = e(g1, s). For a
// Lit session the message is the 32 bytes of protocol 7.6.4. A failure is
// [literr.BadSignature] with detail subject.
func (k PublicKey) Verify(message []byte, s Signature) error {
	key, err := k.point()
	if err != nil {
		return err
	}
	sig, flaw := pointOfG2(s[:])
	if flaw != "" {
		return badSignature(flaw)
	}
	_, _, g1, _ := bls12381.Generators()
	g1.Neg(&g1)
	ok, err := bls12381.PairingCheck(
		[]bls12381.G1Affine{key, g1},
		[]bls12381.G2Affine{hashToG2(message), sig},
	)
	if err != nil || !ok {
		return badSignature("does not verify")
	}
	return nil
}

// point decompresses k and checks that it is in the subgroup and not the identity.
func (k PublicKey) point() (bls12381.G1Affine, error) {
	var p bls12381.G1Affine
	if _, err := p.SetBytes(k[:]); err != nil {
		return p, badKey("is no point of G1")
	}
	if p.IsInfinity() {
		return p, badKey("is the identity")
	}
	return p, nil
}

// pointOfG2 decompresses 96 bytes and checks that they are in the subgroup and not
// the identity. The flaw is empty when they are, else the end of a sentence.
func pointOfG2(compressed []byte) (p bls12381.G2Affine, flaw string) {
	if _, err := p.SetBytes(compressed); err != nil {
		return p, "is no point of G2"
	}
	if p.IsInfinity() {
		return p, "is the identity"
	}
	return p, ""
}

func hashToG2(message []byte) bls12381.G2Affine {
	p, err := bls12381.HashToG2(message, []byte(domain))
	if err != nil { // only for a domain of more than 255 bytes
		panic("internal error: hash to G2: " + err.Error())
	}
	return p
}

func badKey(why string) error {
	return literr.Errorf(literr.BadSignature, "the network's public key %s", why).
		With("subject", "network public key")
}

func badSignature(why string) error {
	return literr.Errorf(literr.BadSignature, "the BLS signature %s", why).
		With("subject", "BLS signature")
}

// decodeHex fills dst from exactly twice as many hex digits of any case.
func decodeHex(dst []byte, text string) bool {
	if len(text) != hex.EncodedLen(len(dst)) {
		return false
	}
	_, err := hex.Decode(dst, []byte(text))
	return err == nil
}
