package bls

import (
	"encoding/hex"
	"math/big"
	"strconv"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"litsession/internal/literr"
)

// ShareSize is the size of a signature share in bytes: index, then point.
const ShareSize = 1 + bls12381.SizeOfG2AffineCompressed

// SignatureShare is one holder's part of a signature. Its point is in the subgroup
// and not the identity; that it signs anything in particular shows only when shares
// are combined and the result is verified. The zero value is refused by [Combine].
type SignatureShare struct {
	Index uint8 // the holder's identifier, 1 … n: where the polynomial was evaluated
	point bls12381.G2Affine
}

// ParseSignatureShare reads 194 hex digits of any case: one byte of index, never
// zero, and a compressed point of G2, which must be in the subgroup and not the
// identity. A failure is [literr.BadShare] with detail subject.
func ParseSignatureShare(text string) (SignatureShare, error) {
	var b [ShareSize]byte
	if !decodeHex(b[:], text) {
		return SignatureShare{}, badShare("a signature share is not 194 hex digits")
	}
	if b[0] == 0 {
		return SignatureShare{}, badShare("a signature share has the index 0")
	}
	point, flaw := pointOfG2(b[1:])
	if flaw != "" {
		return SignatureShare{}, badShare("the signature share " + strconv.Itoa(int(b[0])) + " " + flaw)
	}
	return SignatureShare{Index: b[0], point: point}, nil
}

// Bytes returns the 97 bytes of the share, index first.
func (s SignatureShare) Bytes() [ShareSize]byte {
	point := s.point.Bytes()
	return [ShareSize]byte(append([]byte{s.Index}, point[:]...))
}

// String returns 194 lower-case hex digits, what [ParseSignatureShare] reads.
func (s SignatureShare) String() string {
	b := s.Bytes()
	return hex.EncodeToString(b[:])
}

// Combine interpolates shares at zero and returns the group signature. With fewer
// shares than the threshold, or a wrong one among them, the result is a point that
// verifies for nobody: call [PublicKey.Verify] on it. More than the threshold are
// welcome, and the order does not matter. No share is [literr.NotEnoughShares]; an
// index twice, the index 0, or a sum that is the identity is [literr.BadShare].
//
// The Lagrange coefficients λᵢ = Π xⱼ/(xⱼ−xᵢ) are fractions of small numbers that
// become as long as the group's order only when they are reduced by it. So they are
// brought to a common denominator, the sum is taken with the small numerators, and
// one long multiplication at the end makes up for the rest.
func Combine(shares []SignatureShare) (Signature, error) {
	if err := checkIndexes(shares); err != nil {
		return Signature{}, err
	}
	small, scale := lagrangeAtZero(shares)
	sum := multiplyAndAdd(shares, small)
	if !scale.IsOne() {
		sum.ScalarMultiplication(&sum, scale.BigInt(new(big.Int)))
	}
	var combined bls12381.G2Affine
	combined.FromJacobian(&sum)
	if combined.IsInfinity() {
		return Signature{}, badShare("the signature shares add up to the identity")
	}
	return combined.Bytes(), nil
}

func checkIndexes(shares []SignatureShare) error {
	if len(shares) == 0 {
		return literr.Errorf(literr.NotEnoughShares, "there are no signature shares to combine").
			With("have", 0)
	}
	var seen [256]bool
	for _, s := range shares {
		if s.Index == 0 || s.point.IsInfinity() {
			return badShare("a signature share is empty")
		}
		if seen[s.Index] {
			return badShare("two signature shares have the index " + strconv.Itoa(int(s.Index)))
		}
		seen[s.Index] = true
	}
	return nil
}

// lagrangeAtZero returns whole numbers and one scalar whose products are the
// Lagrange coefficients at zero. With wᵢ = xᵢ·Π(xⱼ−xᵢ), X = Πxⱼ and L the least
// common multiple of all wᵢ, the coefficient is X/wᵢ = (L/wᵢ)·(X/L). For 6 of 10
// shares L/wᵢ has at most 11 bits, for 67 of 100 about 160.
func lagrangeAtZero(shares []SignatureShare) (small []*big.Int, scale fr.Element) {
	product, multiple := big.NewInt(1), big.NewInt(1)
	small = make([]*big.Int, len(shares))
	for i, s := range shares {
		x := int64(s.Index)
		product.Mul(product, big.NewInt(x))
		w := big.NewInt(x)
		for j, other := range shares {
			if j != i {
				w.Mul(w, big.NewInt(int64(other.Index)-x))
			}
		}
		small[i] = w
		magnitude := new(big.Int).Abs(w)
		common := new(big.Int).GCD(nil, nil, multiple, magnitude)
		multiple.Mul(multiple, magnitude.Quo(magnitude, common))
	}
	for _, w := range small {
		w.Quo(multiple, w)
	}
	var denominator fr.Element
	scale.SetBigInt(product)
	scale.Div(&scale, denominator.SetBigInt(multiple))
	return small, scale
}

// multiplyAndAdd returns Σ factorᵢ·pointᵢ, all factors walked bit by bit together
// so that they share their doublings.
func multiplyAndAdd(shares []SignatureShare, factors []*big.Int) bls12381.G2Jac {
	var sum bls12381.G2Jac // Z = 0: the identity
	sum.X.SetOne()
	sum.Y.SetOne()
	longest := 0
	digits := make([][]int8, len(factors))
	for i, factor := range factors {
		digits[i] = nonAdjacentForm(factor)
		longest = max(longest, len(digits[i]))
	}
	for bit := longest - 1; bit >= 0; bit-- {
		sum.DoubleAssign()
		for i := range shares {
			if bit >= len(digits[i]) || digits[i][bit] == 0 {
				continue
			}
			addend := shares[i].point
			if digits[i][bit] < 0 {
				addend.Neg(&addend)
			}
			sum.AddMixed(&addend)
		}
	}
	return sum
}

// nonAdjacentForm writes x in binary, lowest digit first, with digits −1, 0 and 1
// of which no two neighbours differ from 0: a third of them, against half of the
// bits of x.
func nonAdjacentForm(x *big.Int) []int8 {
	magnitude := new(big.Int).Abs(x)
	triple := new(big.Int).Add(magnitude, new(big.Int).Lsh(magnitude, 1))
	digits := make([]int8, triple.BitLen())
	for i := 1; i < triple.BitLen(); i++ {
		digits[i-1] = int8(x.Sign()) * int8(int(triple.Bit(i))-int(magnitude.Bit(i)))
	}
	return digits
}

func badShare(message string) error {
	return literr.Errorf(literr.BadShare, "%s", message).With("subject", "signature share")
}
