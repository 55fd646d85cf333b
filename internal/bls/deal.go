package bls

import (
	"io"
	"math/big"
	"strconv"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"litsession/internal/literr"
)

// SecretShare is one holder's part of the network's secret key: the value of a
// polynomial at Index. It prints without its value.
type SecretShare struct {
	Index uint8 // 1 … n
	value fr.Element
}

// NewSecret draws a network's secret key, a number below the group's order, 32 bytes
// big-endian, from 64 bytes of random.
func NewSecret(random io.Reader) ([fr.Bytes]byte, error) {
	for {
		secret, err := randomScalar(random)
		if err != nil {
			return [fr.Bytes]byte{}, err
		}
		if !secret.IsZero() {
			return secret.Bytes(), nil
		}
	}
}

// Deal makes a new key and deals it to n holders, any threshold of whom can sign.
// It is [NewSecret] followed by [DealSecret].
func Deal(random io.Reader, threshold, n int) (PublicKey, []SecretShare, error) {
	secret, err := NewSecret(random)
	if err != nil {
		return PublicKey{}, nil, err
	}
	return DealSecret(secret, random, threshold, n)
}

// DealSecret deals a key to n holders with a polynomial of degree threshold − 1
// whose other coefficients come from random, 64 bytes each: the same secret gives
// the same public key again, with shares that do not combine with those of another
// dealing. Holder i, counted from 0, gets the value at i + 1. It needs
// 1 ≤ threshold ≤ n ≤ 255 and a secret that is not 0 and below the group's order,
// else [literr.InvalidParam]. An error of random is returned as it is.
//
// Source: protocol 8.11.
func DealSecret(secret [fr.Bytes]byte, random io.Reader, threshold, n int) (PublicKey, []SecretShare, error) {
	if threshold < 1 || n < threshold || n > 255 {
		return PublicKey{}, nil, literr.Invalid("threshold", "1 ≤ threshold ≤ holders ≤ 255", "cannot deal a key to %d holders with threshold %d", n, threshold)
	}
	polynomial := make([]fr.Element, threshold)
	if err := polynomial[0].SetBytesCanonical(secret[:]); err != nil || polynomial[0].IsZero() {
		return PublicKey{}, nil, literr.Invalid("secret", "32 bytes big-endian, not 0, below the group's order", "the secret key is not between 0 and the group's order")
	}
	for i := range polynomial[1:] {
		coefficient, err := randomScalar(random)
		if err != nil {
			return PublicKey{}, nil, err
		}
		polynomial[1+i] = coefficient
	}
	shares := make([]SecretShare, n)
	for i := range shares {
		shares[i] = SecretShare{Index: uint8(i + 1), value: evaluate(polynomial, uint64(i+1))}
	}
	return publicKey(polynomial[0]), shares, nil
}

// Sign returns the holder's share of the signature of message.
func (s SecretShare) Sign(message []byte) SignatureShare {
	hashed := hashToG2(message)
	share := SignatureShare{Index: s.Index}
	share.point.ScalarMultiplication(&hashed, s.value.BigInt(new(big.Int)))
	return share
}

// String names the share and keeps its value secret.
func (s SecretShare) String() string { return "secret share " + strconv.Itoa(int(s.Index)) }

// GoString is String: %#v keeps the value secret too.
func (s SecretShare) GoString() string { return s.String() }

// evaluate returns the polynomial's value at x by Horner's rule, lowest coefficient
// first in the slice.
func evaluate(polynomial []fr.Element, x uint64) fr.Element {
	var value, at fr.Element
	at.SetUint64(x)
	for i := len(polynomial) - 1; i >= 0; i-- {
		value.Mul(&value, &at).Add(&value, &polynomial[i])
	}
	return value
}

func publicKey(secret fr.Element) PublicKey {
	var p bls12381.G1Affine
	p.ScalarMultiplicationBase(secret.BigInt(new(big.Int)))
	return p.Bytes()
}

// randomScalar reduces 64 bytes modulo the group's order of 255 bits, so that no
// value is likelier than another by more than 2⁻²⁵⁷.
func randomScalar(random io.Reader) (fr.Element, error) {
	var wide [64]byte
	var e fr.Element
	if _, err := io.ReadFull(random, wide[:]); err != nil {
		return e, literr.Errorf(literr.Internal, "read randomness: %w", err)
	}
	e.SetBytes(wide[:])
	return e, nil
}
