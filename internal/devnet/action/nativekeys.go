package action

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"hash"
	"math/bits"

	"golang.org/x/crypto/salsa20/salsa" //lint:ignore SA1019 scrypt is made of its core
)

const (
	maxNativeKey = 1 << 16       // bytes of a derived key; longer ones are the library's own
	maxSafe      = 1<<53 - 1     // the largest whole number that JavaScript counts to
	maxScrypt    = 1<<31/128 - 1 // bound of the library on N × r and on r × p
)

// nativePBKDF2 takes the hash's name, password, salt, iterations and the key's length.
func (x *run) nativePBKDF2(a arguments) ([]byte, error) {
	algorithm, iterations, length := a.text(0), a.number(3), a.number(4)
	if algorithm != "sha256" && algorithm != "sha512" || !isWhole(iterations, maxSafe) || !isWhole(length, maxNativeKey) {
		return nil, nil
	}
	return x.pbkdf2(sha2(algorithm), a.bytes(1), a.bytes(2), int(iterations), int(length))
}

// pbkdf2 is PBKDF2 with HMAC. Source: RFC 8018, 5.2.
func (x *run) pbkdf2(newHash func() hash.Hash, password, salt []byte, iterations, length int) ([]byte, error) {
	prf := hmac.New(newHash, password)
	key := make([]byte, 0, length+prf.Size())
	var u []byte
	for i := uint32(1); len(key) < length; i++ {
		prf.Reset()
		prf.Write(salt)
		prf.Write(binary.BigEndian.AppendUint32(nil, i))
		u = prf.Sum(u[:0])
		block := bytes.Clone(u)
		for range iterations - 1 {
			if x.engine.reason() != running {
				return nil, errHalted
			}
			prf.Reset()
			prf.Write(u)
			u = prf.Sum(u[:0])
			subtle.XORBytes(block, block, u)
		}
		if x.engine.reason() != running {
			return nil, errHalted
		}
		key = append(key, block...)
	}
	return key[:length], nil
}

// scryptWork is one derivation in progress, done in rows: 2 × n for each of the p parts of b, one after the other.
// Source: RFC 7914, 5 and 6.
type scryptWork struct {
	password []byte
	n, r, p  int
	length   int
	reserved int64  // bytes of the run's budget
	done     int    // rows
	b        []byte // p parts of 128 × r bytes
	x, y     []byte // the part that is worked on, and its next state
	v        []byte // n states of the part
}

// nativeScryptBegin takes an id that is free, password, salt, N, r, p and the key's length. Its memory counts against
// the run's until nativeScryptEnd.
func (x *run) nativeScryptBegin(a arguments) ([]byte, error) {
	n, r, p, length := a.number(3), a.number(4), a.number(5), a.number(6)
	if !isWhole(n, maxScrypt) || !isWhole(r, maxScrypt) || !isWhole(p, maxScrypt) || !isWhole(length, maxNativeKey) ||
		n*r > maxScrypt || r*p > maxScrypt || bits.OnesCount(uint(n)) != 1 {
		return nil, nil
	}
	w := &scryptWork{password: a.bytes(1), n: int(n), r: int(r), p: int(p), length: int(length)}
	part := 128 * w.r
	w.reserved = int64(part)*int64(w.n+w.p+2) + int64(len(w.password))
	if !x.budget.reserve(uintptr(w.reserved)) {
		x.engine.halt(haltMemory)
		return nil, errHalted
	}
	x.scrypts[a.number(0)] = w
	w.x, w.y, w.v = make([]byte, part), make([]byte, part), make([]byte, part*w.n)
	var err error
	w.b, err = x.pbkdf2(sha256.New, w.password, a.bytes(2), 1, part*w.p)
	return []byte{}, err
}

// nativeScryptWork takes an id and does so many rows more, or all that are left.
func (x *run) nativeScryptWork(a arguments) ([]byte, error) {
	w := x.scrypts[a.number(0)]
	if w == nil {
		return nil, errors.New("internal error: no such work")
	}
	for rows := a.number(1); rows > 0 && !w.finished(); rows-- {
		if x.engine.reason() != running {
			return nil, errHalted
		}
		w.row()
	}
	return []byte{}, nil
}

// nativeScryptEnd takes an id, gives the memory back and returns the key, or nothing if there are rows left.
func (x *run) nativeScryptEnd(a arguments) ([]byte, error) {
	w := x.scrypts[a.number(0)]
	if w == nil {
		return nil, errors.New("internal error: no such work")
	}
	delete(x.scrypts, a.number(0))
	x.budget.release(w.reserved)
	if !w.finished() {
		return []byte{}, nil
	}
	return x.pbkdf2(sha256.New, w.password, w.b, 1, w.length)
}

func (w *scryptWork) finished() bool { return w.done == 2*w.n*w.p }

// row does one step of ROMix: the first n fill v, the others read from it.
func (w *scryptWork) row() {
	part, row := w.done/(2*w.n), w.done%(2*w.n)
	own := w.b[part*len(w.x) : (part+1)*len(w.x)]
	if row == 0 {
		copy(w.x, own)
	}
	if row < w.n {
		copy(w.state(row), w.x)
	} else {
		j := binary.LittleEndian.Uint32(w.x[len(w.x)-64:])
		subtle.XORBytes(w.x, w.x, w.state(int(j)&(w.n-1)))
	}
	blockMix(w.y, w.x)
	w.x, w.y = w.y, w.x
	if w.done++; row == 2*w.n-1 {
		copy(own, w.x)
	}
}

func (w *scryptWork) state(i int) []byte { return w.v[i*len(w.x) : (i+1)*len(w.x)] }

// blockMix is scryptBlockMix from in to out.
func blockMix(out, in []byte) {
	half := len(in) / 2
	x := [64]byte(in[len(in)-64:])
	for i := 0; i < len(in); i += 128 {
		subtle.XORBytes(x[:], x[:], in[i:i+64])
		salsa.Core208(&x, &x)
		copy(out[i/2:], x[:])
		subtle.XORBytes(x[:], x[:], in[i+64:i+128])
		salsa.Core208(&x, &x)
		copy(out[half+i/2:], x[:])
	}
}
