package action

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// joseAlgorithms are the JWS algorithms of RFC 7518 that jsonwebtoken has, in WebCrypto's words.
var joseAlgorithms = map[string]struct {
	name, hash string
	salt       int    // bytes, RSA-PSS
	curve      string // ECDSA
}{
	"HS256": {name: "HMAC", hash: "SHA-256"}, "HS384": {name: "HMAC", hash: "SHA-384"}, "HS512": {name: "HMAC", hash: "SHA-512"},
	"RS256": {name: "RSASSA-PKCS1-v1_5", hash: "SHA-256"}, "RS384": {name: "RSASSA-PKCS1-v1_5", hash: "SHA-384"}, "RS512": {name: "RSASSA-PKCS1-v1_5", hash: "SHA-512"},
	"PS256": {name: "RSA-PSS", hash: "SHA-256", salt: 32}, "PS384": {name: "RSA-PSS", hash: "SHA-384", salt: 48}, "PS512": {name: "RSA-PSS", hash: "SHA-512", salt: 64},
	"ES256": {name: "ECDSA", hash: "SHA-256", curve: "P-256"}, "ES384": {name: "ECDSA", hash: "SHA-384", curve: "P-384"}, "ES512": {name: "ECDSA", hash: "SHA-512", curve: "P-521"},
}

// joseKey parses a key as jsonwebtoken does: PEM is what it says, anything else a shared secret. It returns nil for
// a secret.
func joseKey(text []byte) (any, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, nil
	}
	switch block.Type {
	case "PUBLIC KEY":
		return x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		return x509.ParsePKCS1PublicKey(block.Bytes)
	case "CERTIFICATE":
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		return certificate.PublicKey, nil
	case "PRIVATE KEY":
		return x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(block.Bytes)
	}
	return nil, fmt.Errorf("a %s is no key", block.Type)
}

// opJWTKind returns what the bytes of a key are: secret, rsa, ec, or other.
func (x *run) opJWTKind(args arguments) (any, error) {
	key, err := joseKey(args.bytes(0))
	if err != nil {
		return nil, fmt.Errorf("secretOrPublicKey is not valid key material: %w", err)
	}
	switch key.(type) {
	case nil:
		return "secret", nil
	case *rsa.PublicKey, *rsa.PrivateKey:
		return "rsa", nil
	case *ecdsa.PublicKey, *ecdsa.PrivateKey:
		return "ec", nil
	}
	return "other", nil
}

// joseRequest returns the WebCrypto call for an algorithm and a key, public or private.
func joseRequest(algorithm string, text []byte, private bool) (*webCryptoRequest, error) {
	a, ok := joseAlgorithms[algorithm]
	if !ok {
		return nil, fmt.Errorf("algorithm %q is not supported", algorithm)
	}
	r := &webCryptoRequest{Algorithm: webAlgorithm{Name: a.name, Hash: a.hash, SaltLength: a.salt, NamedCurve: a.curve}}
	key, err := joseKey(text)
	if err != nil {
		return nil, err
	}
	r.key = keyMaterial{Name: a.name, Hash: a.hash}
	if key == nil || a.name == "HMAC" {
		if key != nil || a.name != "HMAC" || len(text) == 0 {
			return nil, fmt.Errorf("the key does not fit algorithm %s", algorithm)
		}
		r.key.Bytes = text
		return r, nil
	}
	signer, signs := key.(crypto.Signer)
	public := key
	if signs {
		public = signer.Public()
	}
	if curve, _, err := describeKey(a.name, public); err != nil || curve != a.curve {
		return nil, fmt.Errorf("the key does not fit algorithm %s", algorithm)
	}
	if !private {
		r.key.Bytes, err = x509.MarshalPKIXPublicKey(public)
		return r, err
	}
	if !signs {
		return nil, fmt.Errorf("secretOrPrivateKey must be a private key when using %s", algorithm)
	}
	r.key.Bytes, err = x509.MarshalPKCS8PrivateKey(key)
	return r, err
}

// opJWTSign takes an algorithm, a key and the signing input, and returns the signature.
func (x *run) opJWTSign(args arguments) (any, error) {
	r, err := joseRequest(args.text(0), args.bytes(1), true)
	if err != nil {
		return nil, err
	}
	return r.sign([]byte(args.text(2)))
}

// opJWTVerify takes an algorithm, a key, the signing input and the signature.
func (x *run) opJWTVerify(args arguments) (any, error) {
	r, err := joseRequest(args.text(0), args.bytes(1), false)
	if err != nil {
		return nil, err
	}
	return r.verify(args.bytes(3), []byte(args.text(2)))
}
