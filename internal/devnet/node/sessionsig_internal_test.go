package node

import (
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/hex"
	"testing"

	"filippo.io/edwards25519"

	"litsession/internal/session"
)

const signedText = "what is signed"

// weakly signs so that the equation holds with R and the public key as they
// are: s·B = R + h·A, of which A = a·B, and R is of small order.
func weakly(r, public []byte, a *edwards25519.Scalar) []byte {
	hash := sha512.New()
	hash.Write(r)
	hash.Write(public)
	hash.Write([]byte(signedText))
	h, err := new(edwards25519.Scalar).SetUniformBytes(hash.Sum(nil))
	if err != nil {
		panic(err) // the sum has 64 bytes
	}
	return append(r, h.Multiply(h, a).Bytes()...)
}

// TestStrictSignatures: what the plain check of ed25519 lets pass and the
// strict one does not.
func TestStrictSignatures(t *testing.T) {
	identity := edwards25519.NewIdentityPoint().Bytes()
	oddIdentity, err := hex.DecodeString("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
	if err != nil {
		t.Fatal(err)
	}
	one, err := new(edwards25519.Scalar).SetCanonicalBytes(append([]byte{1}, make([]byte, 31)...))
	if err != nil {
		t.Fatal(err)
	}
	ordinary := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	generator := edwards25519.NewGeneratorPoint().Bytes() // the public key of the secret 1
	for name, row := range map[string]struct {
		public, sig []byte
		valid       bool
	}{
		"an ordinary key":                  {ordinary[ed25519.SeedSize:], ed25519.Sign(ordinary, []byte(signedText)), true},
		"a key of small order":             {identity, weakly(identity, identity, edwards25519.NewScalar()), false},
		"a key of small order in disguise": {oddIdentity, weakly(identity, oddIdentity, edwards25519.NewScalar()), false},
		"an R of small order":              {generator, weakly(identity, generator, one), false},
	} {
		if !ed25519.Verify(row.public, []byte(signedText), row.sig) {
			t.Errorf("%s: the plain check refuses it", name)
		}
		sig := session.AuthSig{Address: hex.EncodeToString(row.public), Sig: hex.EncodeToString(row.sig), SignedMessage: signedText}
		if refused := checkSessionKey(sig); (refused == nil) != row.valid {
			t.Errorf("%s: got %v", name, refused)
		}
	}
}
