package hdkey

import "errors"

// Precompiled is the derivation as a precompiled contract of the EVM. Its input is the 32-byte id followed by the
// compressed roots, its output the derived key, 65 bytes.
type Precompiled struct{}

const (
	idSize = 32
	// About what ecrecover costs, which does as much arithmetic as one root here.
	gasPerRoot = 3000
)

// RequiredGas depends on the number of roots only, so that an estimate made for one id holds for every other.
func (Precompiled) RequiredGas(input []byte) uint64 {
	return gasPerRoot * uint64(1+len(input)/CompressedSize)
}

// Run fails, and with it the call, for input of the wrong length or a root that is not a point.
func (Precompiled) Run(input []byte) ([]byte, error) {
	if len(input) < idSize+CompressedSize || (len(input)-idSize)%CompressedSize != 0 {
		return nil, errors.New("want a 32-byte id and compressed root keys")
	}
	var roots [][]byte
	for rest := input[idSize:]; len(rest) > 0; rest = rest[CompressedSize:] {
		roots = append(roots, rest[:CompressedSize])
	}
	key, err := PublicKey(roots, input[:idSize])
	if err != nil {
		return nil, err
	}
	return key[:], nil
}

// Name is what traces call the contract.
func (Precompiled) Name() string { return "LIT_HD_KEY_DERIVER" }
