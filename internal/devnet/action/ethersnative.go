package action

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"hash"
	"math"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/crypto"
	"golang.org/x/crypto/ripemd160" //lint:ignore SA1019 the library offers it
)

// The library of actions leaves its arithmetic to these functions. One that answers nil leaves the question to the
// library's own code: input that is out of the ordinary, whose results and error texts are the library's alone. The
// engine cannot interrupt Go, so what can take long stops by itself when the run is halted.

// errHalted ends native work of a run that has been halted. No script sees it.
var errHalted = errors.New("the run is over")

// opNative takes the name of a function of natives and its arguments.
func (x *run) opNative(args arguments) (any, error) {
	f, ok := natives[args.text(0)]
	if !ok {
		return nil, fmt.Errorf("internal error: no native function %q", args.text(0))
	}
	answer, err := f(x, args[1:])
	if err != nil || answer == nil {
		return nil, err
	}
	return answer, nil
}

// natives are the functions by name. Points are 65 bytes, uncompressed; numbers are 32 bytes, big-endian.
var natives = map[string]func(x *run, args arguments) ([]byte, error){
	"keccak256": func(x *run, a arguments) ([]byte, error) { return x.sum(crypto.NewKeccakState(), a.bytes(0)) },
	"sha256":    func(x *run, a arguments) ([]byte, error) { return x.sum(sha256.New(), a.bytes(0)) },
	"sha512":    func(x *run, a arguments) ([]byte, error) { return x.sum(sha512.New(), a.bytes(0)) },
	"ripemd160": func(x *run, a arguments) ([]byte, error) { return x.sum(ripemd160.New(), a.bytes(0)) },
	"hmac": func(x *run, a arguments) ([]byte, error) {
		return x.sum(hmac.New(sha2(a.text(0)), a.bytes(1)), a.bytes(2))
	},
	"pbkdf2":      (*run).nativePBKDF2,
	"scryptBegin": (*run).nativeScryptBegin,
	"scryptWork":  (*run).nativeScryptWork,
	"scryptEnd":   (*run).nativeScryptEnd,

	"publicKey": func(_ *run, a arguments) ([]byte, error) { return publicKey(a.bytes(0)), nil },
	"point":     func(_ *run, a arguments) ([]byte, error) { return point(a.bytes(0)), nil },
	"sign":      func(_ *run, a arguments) ([]byte, error) { return signDigest(a.bytes(0), a.bytes(1)), nil },
	"recover": func(_ *run, a arguments) ([]byte, error) {
		return recoverPoint(a.bytes(0), a.bytes(1), a.bytes(2), a.number(3)), nil
	},
	"ecdh": func(_ *run, a arguments) ([]byte, error) { return ecdh(a.bytes(0), a.bytes(1)), nil },
	"add":  func(_ *run, a arguments) ([]byte, error) { return addPoints(a.bytes(0), a.bytes(1)), nil },
}

// sum returns the hash of data.
func (x *run) sum(h hash.Hash, data []byte) ([]byte, error) {
	for chunk := range slices.Chunk(data, 1<<20) {
		if x.engine.reason() != running {
			return nil, errHalted
		}
		h.Write(chunk)
	}
	return h.Sum(nil), nil
}

// sha2 returns the function of that name, sha512 or else sha256.
func sha2(name string) func() hash.Hash {
	if name == "sha512" {
		return sha512.New
	}
	return sha256.New
}

// isWhole reports whether n is a whole number from 1 to most.
func isWhole(n, most float64) bool { return n >= 1 && n <= most && n == math.Trunc(n) }

func publicKey(secret []byte) []byte {
	key, err := crypto.ToECDSA(secret)
	if err != nil {
		return nil
	}
	return crypto.FromECDSAPub(&key.PublicKey)
}

// point returns an encoded point of the curve uncompressed.
func point(encoded []byte) []byte {
	if len(encoded) == 33 {
		key, err := crypto.DecompressPubkey(encoded)
		if err != nil {
			return nil
		}
		return crypto.FromECDSAPub(key)
	}
	if _, err := crypto.UnmarshalPubkey(encoded); err != nil {
		return nil
	}
	return encoded
}

// signDigest returns r, s and the recovery id, 65 bytes. Digests beyond the group's order, which the library reduces
// before it derives its nonce from them, are the library's.
func signDigest(digest, secret []byte) []byte {
	key, err := crypto.ToECDSA(secret)
	if err != nil || len(digest) != 32 || new(big.Int).SetBytes(digest).Cmp(crypto.S256().Params().N) >= 0 {
		return nil
	}
	signature, err := crypto.Sign(digest, key)
	if err != nil {
		return nil
	}
	return signature
}

func recoverPoint(digest, r, s []byte, id float64) []byte {
	if len(digest) != 32 || len(r) != 32 || len(s) != 32 || id != 0 && id != 1 {
		return nil
	}
	signature := append(append(append([]byte(nil), r...), s...), byte(id))
	recovered, err := crypto.Ecrecover(digest, signature)
	if err != nil {
		return nil
	}
	return recovered
}

// coordinates returns those of an uncompressed point, nil if it is none of the curve.
func coordinates(point []byte) (x, y *big.Int) {
	if _, err := crypto.UnmarshalPubkey(point); err != nil {
		return nil, nil
	}
	return new(big.Int).SetBytes(point[1:33]), new(big.Int).SetBytes(point[33:])
}

// ecdh returns the x coordinate of a point times a private key.
func ecdh(secret, other []byte) []byte {
	x, y := coordinates(other)
	if _, err := crypto.ToECDSA(secret); err != nil || x == nil {
		return nil
	}
	x, _ = crypto.S256().ScalarMult(x, y, secret)
	return x.FillBytes(make([]byte, 32))
}

// addPoints returns the sum of two points that are neither equal nor each other's negative.
func addPoints(p, q []byte) []byte {
	x, y := coordinates(p)
	x2, y2 := coordinates(q)
	if x == nil || x2 == nil || x.Cmp(x2) == 0 {
		return nil
	}
	x, y = crypto.S256().Add(x, y, x2, y2)
	sum := make([]byte, 65)
	sum[0] = 4
	x.FillBytes(sum[1:33])
	y.FillBytes(sum[33:])
	return sum
}
