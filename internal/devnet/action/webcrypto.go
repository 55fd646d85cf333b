package action

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"hash"
	"strings"
)

// webAlgorithm is an algorithm parameter of crypto.subtle; bytes cross as base64, hashes as upper-case names.
type webAlgorithm struct {
	Name           string `json:"name"`
	Hash           string `json:"hash"`
	NamedCurve     string `json:"namedCurve"`
	Length         int    `json:"length"`
	ModulusLength  int    `json:"modulusLength"`
	SaltLength     int    `json:"saltLength"`
	TagLength      int    `json:"tagLength"`
	Iterations     int    `json:"iterations"`
	IV             []byte `json:"iv"`
	Counter        []byte `json:"counter"`
	AdditionalData []byte `json:"additionalData"`
	Salt           []byte `json:"salt"`
	Info           []byte `json:"info"`
}

// webKey is a CryptoKey as the prelude keeps it: Material is what comes back as the key of a later call.
type webKey struct {
	Type     string `json:"type"` // secret, public or private
	Name     string `json:"name"` // of the algorithm
	Hash     string `json:"hash,omitempty"`
	Curve    string `json:"curve,omitempty"`
	Length   int    `json:"length,omitempty"` // bits
	Material string `json:"material"`         // the keyMaterial as JSON
}

// keyMaterial is the secret itself, or a public key as SPKI, or a private one as PKCS #8.
type keyMaterial struct {
	Type, Name, Hash string
	Bytes            []byte
}

// webCryptoRequest is one call of crypto.subtle.
type webCryptoRequest struct {
	Algorithm webAlgorithm    `json:"algorithm"`
	Key       string          `json:"key"`
	Format    string          `json:"format"`
	JWK       json.RawMessage `json:"jwk"`
	Length    int             `json:"length"`

	key keyMaterial
}

func notSupported(format string, args ...any) error {
	return &jsError{class: "NotSupportedError", message: fmt.Sprintf(format, args...)}
}

func dataError(format string, args ...any) error {
	return &jsError{class: "DataError", message: fmt.Sprintf(format, args...)}
}

func operationError(format string, args ...any) error {
	return &jsError{class: "OperationError", message: fmt.Sprintf(format, args...)}
}

// opCrypto takes the name of a function of crypto.subtle, its parameters as JSON, and its buffers.
func (x *run) opCrypto(args arguments) (any, error) {
	var req webCryptoRequest
	if err := json.Unmarshal([]byte(args.text(1)), &req); err != nil {
		return nil, dataError("wrong parameters: %v", err)
	}
	if req.Key != "" {
		if err := json.Unmarshal([]byte(req.Key), &req.key); err != nil {
			return nil, dataError("wrong key: %v", err)
		}
	}
	a, b := args.bytes(2), args.bytes(3)
	switch args.text(0) {
	case "digest":
		return webDigest(req.Algorithm.Name, a)
	case "importKey":
		return keyJSON(req.importKey(a))
	case "exportKey":
		return req.exportKey()
	case "generateKey":
		return req.generateKey()
	case "sign":
		return req.sign(a)
	case "verify":
		return req.verify(a, b)
	case "encrypt":
		return req.encrypt(a)
	case "decrypt":
		return req.decrypt(a)
	case "deriveBits":
		return req.deriveBits()
	}
	return nil, fmt.Errorf("internal error: no function %q", args.text(0))
}

func keyJSON(k webKey, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return asJSON(k)
}

// newWebKey returns the key for material.
func newWebKey(m keyMaterial) (webKey, error) {
	material, err := asJSON(m)
	return webKey{Type: m.Type, Name: m.Name, Hash: m.Hash, Material: material}, err
}

// hashOf returns a hash function by its WebCrypto name.
func hashOf(name string) (func() hash.Hash, crypto.Hash, error) {
	switch name {
	case "SHA-1":
		return sha1.New, crypto.SHA1, nil
	case "SHA-256":
		return sha256.New, crypto.SHA256, nil
	case "SHA-384":
		return sha512.New384, crypto.SHA384, nil
	case "SHA-512":
		return sha512.New, crypto.SHA512, nil
	}
	return nil, 0, notSupported("Unrecognized hash %q", name)
}

func webDigest(name string, data []byte) (any, error) {
	newHash, _, err := hashOf(strings.ToUpper(name))
	if err != nil {
		return nil, err
	}
	h := newHash()
	h.Write(data)
	return h.Sum(nil), nil
}

// sign signs with the request's key. The algorithm is the key's; what the call names adds parameters only.
func (r *webCryptoRequest) sign(data []byte) (any, error) {
	switch r.key.Name {
	case "HMAC":
		return r.mac(data)
	case "ECDSA", "RSASSA-PKCS1-v1_5", "RSA-PSS", "Ed25519":
		return r.signPrivate(data)
	}
	return nil, notSupported("%s cannot sign", r.key.Name)
}

func (r *webCryptoRequest) verify(signature, data []byte) (any, error) {
	switch r.key.Name {
	case "HMAC":
		want, err := r.mac(data)
		return err == nil && hmac.Equal(signature, want), err
	case "ECDSA", "RSASSA-PKCS1-v1_5", "RSA-PSS", "Ed25519":
		return r.verifyPublic(signature, data)
	}
	return nil, notSupported("%s cannot verify", r.key.Name)
}

func (r *webCryptoRequest) mac(data []byte) ([]byte, error) {
	newHash, _, err := hashOf(r.key.Hash)
	if err != nil {
		return nil, err
	}
	h := hmac.New(newHash, r.key.Bytes)
	h.Write(data)
	return h.Sum(nil), nil
}

// generateKey returns a key, or a list of a public and a private one, as JSON.
func (r *webCryptoRequest) generateKey() (any, error) {
	name, err := algorithmName(r.Algorithm.Name)
	if err != nil {
		return nil, err
	}
	n := r.Algorithm.Length / 8
	switch name {
	case "HMAC":
		_, h, err := hashOf(r.Algorithm.Hash)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			n = map[crypto.Hash]int{crypto.SHA1: 64, crypto.SHA256: 64}[h]
			if n == 0 {
				n = 128
			}
		}
	case "AES-GCM", "AES-CBC", "AES-CTR":
		if n != 16 && n != 24 && n != 32 {
			return nil, operationError("AES keys have 128, 192 or 256 bits")
		}
	default:
		return r.generatePair(name)
	}
	if n > 1<<16 {
		return nil, operationError("the key is too long")
	}
	secret := make([]byte, n)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	return keyJSON(secretKey(name, r.Algorithm.Hash, secret))
}

// secretKey returns a symmetric key.
func secretKey(name, hash string, secret []byte) (webKey, error) {
	k, err := newWebKey(keyMaterial{Type: "secret", Name: name, Hash: hash, Bytes: secret})
	k.Length = 8 * len(secret)
	return k, err
}
