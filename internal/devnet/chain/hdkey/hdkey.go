// Package hdkey derives the secp256k1 keys of PKPs from a network's root keys: the key of an id is Σ root_i · x^i, where
// x is the id hashed to the scalar field. [PublicKey] does it with what is public and is what the chain runs at every
// mint; [SecretKey] is the same sum over the secrets that the nodes hold.
//
// Source: protocol.md 8.11, vectors ecdsa.deriveKey.
package hdkey

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
	"github.com/ethereum/go-ethereum/crypto"
)

const (
	// CompressedSize is the length of a root key: SEC1, compressed.
	CompressedSize = 33
	// UncompressedSize is the length of a derived key: 0x04 ‖ X ‖ Y.
	UncompressedSize = 65
)

const hashToFieldTag = "LIT_HD_KEY_ID_K256_XMD:SHA-256_SSWU_RO_NUL_"

// PublicKey derives the key of an id from compressed roots, in the order in which the network lists them. The id may
// have any length; on chain it is 32 bytes. It fails for no roots, for one that is not a point, and for the
// practically unreachable sum at infinity.
func PublicKey(roots [][]byte, id []byte) ([UncompressedSize]byte, error) {
	x, err := hashToField(id)
	if err != nil {
		return [UncompressedSize]byte{}, err
	}
	if len(roots) == 0 {
		return [UncompressedSize]byte{}, fmt.Errorf("derive key: no root keys")
	}
	factor := x.BigInt(new(big.Int))
	var sum secp256k1.G1Jac
	for i := len(roots) - 1; i >= 0; i-- { // Horner
		root, err := parseRoot(roots[i])
		if err != nil {
			return [UncompressedSize]byte{}, fmt.Errorf("root key %d: %w", i, err)
		}
		sum.ScalarMultiplication(&sum, factor)
		sum.AddMixed(&root)
	}
	var affine secp256k1.G1Affine
	affine.FromJacobian(&sum)
	if affine.IsInfinity() {
		return [UncompressedSize]byte{}, fmt.Errorf("derive key: the sum is the point at infinity")
	}
	raw := affine.RawBytes()
	return [UncompressedSize]byte(append([]byte{4}, raw[:]...)), nil
}

// SecretKey derives the secret key of an id, 32 bytes big-endian, from secret roots of the same form. A root is
// reduced modulo the group order.
func SecretKey(roots [][32]byte, id []byte) ([32]byte, error) {
	x, err := hashToField(id)
	if err != nil {
		return [32]byte{}, err
	}
	if len(roots) == 0 {
		return [32]byte{}, fmt.Errorf("derive key: no root keys")
	}
	var sum fr.Element
	for i := len(roots) - 1; i >= 0; i-- {
		var root fr.Element
		root.SetBytes(roots[i][:])
		sum.Mul(&sum, &x).Add(&sum, &root)
	}
	return sum.Bytes(), nil
}

func hashToField(id []byte) (fr.Element, error) {
	elements, err := fr.Hash(id, []byte(hashToFieldTag), 1)
	if err != nil {
		return fr.Element{}, fmt.Errorf("hash key id to field: %w", err)
	}
	return elements[0], nil
}

func parseRoot(compressed []byte) (secp256k1.G1Affine, error) {
	key, err := crypto.DecompressPubkey(compressed)
	if err != nil {
		return secp256k1.G1Affine{}, err
	}
	var point secp256k1.G1Affine
	_, err = point.SetBytes(crypto.FromECDSAPub(key)[1:])
	return point, err
}
