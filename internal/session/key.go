// Package session makes session keys and what they sign, and keeps both.
//
// A session key is an ed25519 key of the page. An [AuthSig] says that a PKP
// lets it act; with that, [SignForNodes] makes one session signature per
// node. [Cache] remembers keys and AuthSigs between calls and visits.
//
// Source: the Datil wire protocol, sections 5 and 7.
package session

import (
	"crypto/ed25519"
	"encoding/hex"
	"io"

	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// uriPrefix and the public key in hex make the key's URI.
const uriPrefix = "lit:session:"

// KeyPair is an ed25519 session key. It prints as its public key only.
type KeyPair struct{ private ed25519.PrivateKey }

// GenerateKeyPair makes a key from 32 bytes of random.
func GenerateKeyPair(random io.Reader) (KeyPair, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return KeyPair{}, literr.Errorf(literr.Internal, "no randomness for a session key: %w", err)
	}
	return KeyPair{ed25519.NewKeyFromSeed(seed)}, nil
}

// ParseKeyPair reads the JSON that [KeyPair.JSON] writes and checks that the
// public key belongs to the secret one. Errors are
// [literr.InvalidSessionKey] and quote nothing.
func ParseKeyPair(text []byte) (KeyPair, error) {
	v, err := jsjson.Parse(text)
	if err != nil {
		return KeyPair{}, badKey("it is not JSON")
	}
	public, ok := v.Get("publicKey").Text()
	secret, ok2 := v.Get("secretKey").Text()
	if !ok || !ok2 {
		return KeyPair{}, badKey("publicKey and secretKey must be strings")
	}
	bytes, err := hex.DecodeString(secret)
	if err != nil || len(bytes) != ed25519.PrivateKeySize {
		return KeyPair{}, badKey("secretKey must be 128 hex digits")
	}
	key := KeyPair{ed25519.NewKeyFromSeed(bytes[:ed25519.SeedSize])}
	if !key.private.Equal(ed25519.PrivateKey(bytes)) || key.PublicKey() != public {
		return KeyPair{}, badKey("publicKey does not belong to secretKey")
	}
	return key, nil
}

func badKey(why string) error {
	return literr.Errorf(literr.InvalidSessionKey, "the session key cannot be used: %s", why).
		With("param", "sessionKey").WithHint("Pass the object that getSessionKey returned.")
}

// PublicKey returns the public key, 64 lower-case hex digits.
func (k KeyPair) PublicKey() string {
	return hex.EncodeToString(k.private.Public().(ed25519.PublicKey))
}

// URI returns the name of the key in SIWE messages, lit:session:<64 hex>.
func (k KeyPair) URI() string { return uriPrefix + k.PublicKey() }

// Sign returns the ed25519 signature of message, 128 hex digits.
func (k KeyPair) Sign(message []byte) string {
	return hex.EncodeToString(ed25519.Sign(k.private, message))
}

// JSON returns the key as the official SDK stores it: publicKey, 64 hex
// digits, and secretKey, 128: seed and public key. It is a secret.
func (k KeyPair) JSON() []byte {
	return new(jsjson.Object).
		String("publicKey", k.PublicKey()).
		String("secretKey", hex.EncodeToString(k.private)).Bytes()
}

// String returns the URI, so that no secret is printed by accident.
func (k KeyPair) String() string { return k.URI() }

// GoString is [KeyPair.String].
func (k KeyPair) GoString() string { return k.URI() }
