package action

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/crypto"
	"golang.org/x/crypto/ripemd160" //lint:ignore SA1019 the library offers it
	"golang.org/x/crypto/scrypt"
)

// The library of actions leaves its arithmetic to these functions. One that answers nil leaves the question to the
// library's own code: input that is out of the ordinary, whose results and error texts are the library's alone, and
// work of more than about a second, which the end of the run could not interrupt here.
const (
	maxPBKDF2Rounds = 1 << 20 // hashes of one block
	maxScryptWork   = 1 << 21 // N × r × p
)

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
	"keccak256": func(_ *run, a arguments) ([]byte, error) { return crypto.Keccak256(a.bytes(0)), nil },
	"sha256":    func(_ *run, a arguments) ([]byte, error) { return sum(sha256.New(), a.bytes(0)), nil },
	"sha512":    func(_ *run, a arguments) ([]byte, error) { return sum(sha512.New(), a.bytes(0)), nil },
	"ripemd160": func(_ *run, a arguments) ([]byte, error) { return sum(ripemd160.New(), a.bytes(0)), nil },
	"hmac": func(_ *run, a arguments) ([]byte, error) {
		return sum(hmac.New(sha2(a.text(0)), a.bytes(1)), a.bytes(2)), nil
	},
	"pbkdf2": func(_ *run, a arguments) ([]byte, error) {
		return pbkdf2Key(a.text(0), a.bytes(1), a.bytes(2), a.number(3), a.number(4))
	},
	"scrypt": (*run).scryptKey,

	"publicKey": func(_ *run, a arguments) ([]byte, error) { return publicKey(a.bytes(0)), nil },
	"point":     func(_ *run, a arguments) ([]byte, error) { return point(a.bytes(0)), nil },
	"sign":      func(_ *run, a arguments) ([]byte, error) { return signDigest(a.bytes(0), a.bytes(1)), nil },
	"recover": func(_ *run, a arguments) ([]byte, error) {
		return recoverPoint(a.bytes(0), a.bytes(1), a.bytes(2), a.number(3)), nil
	},
	"ecdh": func(_ *run, a arguments) ([]byte, error) { return ecdh(a.bytes(0), a.bytes(1)), nil },
	"add":  func(_ *run, a arguments) ([]byte, error) { return addPoints(a.bytes(0), a.bytes(1)), nil },
}

func sum(h hash.Hash, data []byte) []byte {
	h.Write(data)
	return h.Sum(nil)
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

func pbkdf2Key(algorithm string, password, salt []byte, iterations, length float64) ([]byte, error) {
	newHash := sha2(algorithm)
	if algorithm != "sha256" && algorithm != "sha512" || !isWhole(iterations, maxPBKDF2Rounds) || !isWhole(length, 1<<16) {
		return nil, nil
	}
	if blocks := math.Ceil(length / float64(newHash().Size())); iterations*blocks > maxPBKDF2Rounds {
		return nil, nil
	}
	return pbkdf2.Key(newHash, string(password), salt, int(iterations), int(length))
}

// scryptKey takes password, salt, N, r, p and the key's length. Its memory counts against the run's.
func (x *run) scryptKey(a arguments) ([]byte, error) {
	n, r, p, length := a.number(2), a.number(3), a.number(4), a.number(5)
	if !isWhole(n, maxScryptWork) || !isWhole(r, maxScryptWork) || !isWhole(p, maxScryptWork) || !isWhole(length, 1<<16) ||
		n*r*p > maxScryptWork || n < 2 || int(n)&(int(n)-1) != 0 {
		return nil, nil
	}
	before := x.engine.charged
	defer x.engine.discharge(before)
	if err := x.engine.charge(128 * int(r) * (int(n) + int(p))); err != nil {
		return nil, err
	}
	return scrypt.Key(a.bytes(0), a.bytes(1), int(n), int(r), int(p), int(length))
}

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
