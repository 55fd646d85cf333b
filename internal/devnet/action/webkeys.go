package action

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
)

// maxRSABits bounds the work that one RSA operation can be.
const maxRSABits = 4096

var curves = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}

// importKey makes a key of bytes in the request's format, or of its JWK.
func (r *webCryptoRequest) importKey(data []byte) (webKey, error) {
	name, err := algorithmName(r.Algorithm.Name)
	if err != nil {
		return webKey{}, err
	}
	switch r.Format {
	case "jwk":
		return r.importJWK(name)
	case "raw":
		return r.importRaw(name, data)
	case "spki":
		key, err := x509.ParsePKIXPublicKey(data)
		if err != nil {
			return webKey{}, dataError("wrong SPKI: %v", err)
		}
		return r.publicKey(name, key)
	case "pkcs8":
		key, err := x509.ParsePKCS8PrivateKey(data)
		if err != nil {
			return webKey{}, dataError("wrong PKCS #8: %v", err)
		}
		return r.privateKey(name, key)
	}
	return webKey{}, notSupported("Unrecognized key format %q", r.Format)
}

func (r *webCryptoRequest) importRaw(name string, data []byte) (webKey, error) {
	switch name {
	case "ECDSA":
		key, err := pointKey(r.Algorithm.NamedCurve, data)
		if err != nil {
			return webKey{}, err
		}
		return r.publicKey(name, key)
	case "Ed25519":
		if len(data) != ed25519.PublicKeySize {
			return webKey{}, dataError("an Ed25519 key has 32 bytes")
		}
		return r.publicKey(name, ed25519.PublicKey(data))
	case "RSASSA-PKCS1-v1_5", "RSA-PSS":
		return webKey{}, notSupported("%s has no raw format", name)
	case "HMAC":
		if len(data) == 0 {
			return webKey{}, dataError("the key is empty")
		}
		if _, _, err := hashOf(r.Algorithm.Hash); err != nil {
			return webKey{}, err
		}
	case "AES-GCM", "AES-CBC", "AES-CTR":
		if n := len(data); n != 16 && n != 24 && n != 32 {
			return webKey{}, dataError("AES keys have 128, 192 or 256 bits")
		}
	}
	return secretKey(name, r.Algorithm.Hash, data)
}

// pointKey parses an uncompressed point.
func pointKey(curve string, data []byte) (*ecdsa.PublicKey, error) {
	c, ok := curves[curve]
	if !ok {
		return nil, notSupported("Unrecognized curve %q", curve)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(c, data)
	if err != nil {
		return nil, dataError("no point of %s: %v", curve, err)
	}
	return key, nil
}

// publicKey checks that key fits the algorithm.
func (r *webCryptoRequest) publicKey(name string, key crypto.PublicKey) (webKey, error) {
	curve, bits, err := describeKey(name, key)
	if err != nil {
		return webKey{}, err
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return webKey{}, dataError("%v", err)
	}
	k, err := newWebKey(keyMaterial{Type: "public", Name: name, Hash: r.Algorithm.Hash, Bytes: der})
	k.Curve, k.Length = curve, bits
	return k, err
}

func (r *webCryptoRequest) privateKey(name string, key crypto.PrivateKey) (webKey, error) {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return webKey{}, notSupported("this kind of key cannot sign")
	}
	curve, bits, err := describeKey(name, signer.Public())
	if err != nil {
		return webKey{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return webKey{}, dataError("%v", err)
	}
	k, err := newWebKey(keyMaterial{Type: "private", Name: name, Hash: r.Algorithm.Hash, Bytes: der})
	k.Curve, k.Length = curve, bits
	return k, err
}

// describeKey returns the curve or the size of a public key and checks that it is one of the named algorithm.
func describeKey(name string, key crypto.PublicKey) (curve string, bits int, err error) {
	fits := false
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		fits, curve = name == "ECDSA", key.Params().Name
	case *rsa.PublicKey:
		fits, bits = (name == "RSASSA-PKCS1-v1_5" || name == "RSA-PSS") && key.N.BitLen() <= maxRSABits, key.N.BitLen()
	case ed25519.PublicKey:
		fits = name == "Ed25519"
	}
	if !fits {
		return "", 0, dataError("the key is none of %s, or too long", name)
	}
	return curve, bits, nil
}

// generatePair returns a public and a private key as JSON.
func (r *webCryptoRequest) generatePair(name string) (any, error) {
	var key crypto.Signer
	var err error
	switch name {
	case "ECDSA":
		curve, ok := curves[r.Algorithm.NamedCurve]
		if !ok {
			return nil, notSupported("Unrecognized curve %q", r.Algorithm.NamedCurve)
		}
		key, err = ecdsa.GenerateKey(curve, rand.Reader)
	case "Ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case "RSASSA-PKCS1-v1_5", "RSA-PSS":
		if r.Algorithm.ModulusLength != 2048 && r.Algorithm.ModulusLength != 3072 {
			return nil, notSupported("this runtime generates RSA keys of 2048 and 3072 bits only")
		}
		key, err = rsa.GenerateKey(rand.Reader, r.Algorithm.ModulusLength)
	default:
		return nil, notSupported("%s has no keys to generate", name)
	}
	if err != nil {
		return nil, operationError("%v", err)
	}
	public, err := r.publicKey(name, key.Public())
	if err != nil {
		return nil, err
	}
	private, err := r.privateKey(name, key)
	if err != nil {
		return nil, err
	}
	return asJSON([]webKey{public, private})
}

// digestFor returns data's digest by the hash that the algorithm uses: the key's for RSA, the call's for ECDSA.
func (r *webCryptoRequest) digestFor(data []byte) (crypto.Hash, []byte, error) {
	name := r.key.Hash
	if r.key.Name == "ECDSA" {
		name = r.Algorithm.Hash
	}
	newHash, id, err := hashOf(name)
	if err != nil {
		return 0, nil, err
	}
	h := newHash()
	h.Write(data)
	return id, h.Sum(nil), nil
}

func (r *webCryptoRequest) signPrivate(data []byte) (any, error) {
	key, err := x509.ParsePKCS8PrivateKey(r.key.Bytes)
	if err != nil {
		return nil, operationError("%v", err)
	}
	if key, ok := key.(ed25519.PrivateKey); ok {
		return ed25519.Sign(key, data), nil
	}
	id, digest, err := r.digestFor(data)
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		rr, ss, err := ecdsa.Sign(rand.Reader, key, digest)
		if err != nil {
			return nil, operationError("%v", err)
		}
		n := (key.Params().BitSize + 7) / 8
		out := make([]byte, 2*n)
		rr.FillBytes(out[:n])
		ss.FillBytes(out[n:])
		return out, nil
	case *rsa.PrivateKey:
		if r.key.Name == "RSA-PSS" {
			return rsa.SignPSS(rand.Reader, key, id, digest, &rsa.PSSOptions{SaltLength: r.Algorithm.SaltLength, Hash: id})
		}
		return rsa.SignPKCS1v15(rand.Reader, key, id, digest)
	}
	return nil, notSupported("this kind of key cannot sign")
}

func (r *webCryptoRequest) verifyPublic(signature, data []byte) (any, error) {
	key, err := x509.ParsePKIXPublicKey(r.key.Bytes)
	if err != nil {
		return nil, operationError("%v", err)
	}
	if key, ok := key.(ed25519.PublicKey); ok {
		return ed25519.Verify(key, data, signature), nil
	}
	id, digest, err := r.digestFor(data)
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		n := (key.Params().BitSize + 7) / 8
		if len(signature) != 2*n {
			return false, nil
		}
		return ecdsa.Verify(key, digest, new(big.Int).SetBytes(signature[:n]), new(big.Int).SetBytes(signature[n:])), nil
	case *rsa.PublicKey:
		if r.key.Name == "RSA-PSS" {
			return rsa.VerifyPSS(key, id, digest, signature, &rsa.PSSOptions{SaltLength: r.Algorithm.SaltLength}) == nil, nil
		}
		return rsa.VerifyPKCS1v15(key, id, digest, signature) == nil, nil
	}
	return nil, notSupported("this kind of key cannot verify")
}
