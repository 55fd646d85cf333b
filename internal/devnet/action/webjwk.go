package action

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
)

// jwk is a JSON Web Key as far as the algorithms here use it: RFC 7517, 7518, 8037.
type jwk struct {
	Kty string `json:"kty"`
	Crv string `json:"crv,omitempty"`
	K   b64url `json:"k,omitempty"`
	X   b64url `json:"x,omitempty"`
	Y   b64url `json:"y,omitempty"`
	D   b64url `json:"d,omitempty"`
	N   b64url `json:"n,omitempty"`
	E   b64url `json:"e,omitempty"`
	P   b64url `json:"p,omitempty"`
	Q   b64url `json:"q,omitempty"`
	DP  b64url `json:"dp,omitempty"`
	DQ  b64url `json:"dq,omitempty"`
	QI  b64url `json:"qi,omitempty"`
}

// maxJWKDigits bounds a number in a JWK; RSA with maxRSABits needs 683.
const maxJWKDigits = 1400

// b64url is bytes in base64url without padding.
type b64url []byte

func (b b64url) MarshalJSON() ([]byte, error) {
	return json.Marshal(base64.RawURLEncoding.EncodeToString(b))
}

func (b *b64url) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	if len(s) > maxJWKDigits {
		return dataError("wrong JWK: a member of %d characters", len(s))
	}
	decoded, err := base64.RawURLEncoding.DecodeString(s)
	*b = decoded
	return err
}

func (b b64url) number() *big.Int { return new(big.Int).SetBytes(b) }

func (r *webCryptoRequest) importJWK(name string) (webKey, error) {
	var key jwk
	if err := json.Unmarshal(r.JWK, &key); err != nil {
		return webKey{}, dataError("wrong JWK: %v", err)
	}
	switch key.Kty {
	case "oct":
		if name == "ECDSA" || name == "Ed25519" {
			return webKey{}, dataError("the key is none of %s", name)
		}
		return r.importRaw(name, key.K)
	case "EC":
		return r.importEC(name, key)
	case "RSA":
		return r.importRSA(name, key)
	case "OKP":
		if key.Crv != "Ed25519" || len(key.X) != ed25519.PublicKeySize || len(key.D) != 0 && len(key.D) != ed25519.SeedSize {
			return webKey{}, dataError("wrong JWK: not of Ed25519")
		}
		if len(key.D) != 0 {
			return r.privateKey(name, ed25519.NewKeyFromSeed(key.D))
		}
		return r.publicKey(name, ed25519.PublicKey(key.X))
	}
	return webKey{}, dataError("wrong JWK: kty %q", key.Kty)
}

func (r *webCryptoRequest) importEC(name string, key jwk) (webKey, error) {
	curve, ok := curves[key.Crv]
	if !ok {
		return webKey{}, notSupported("Unrecognized curve %q", key.Crv)
	}
	n := (curve.Params().BitSize + 7) / 8
	if len(key.X) != n || len(key.Y) != n || len(key.D) != 0 && len(key.D) != n {
		return webKey{}, dataError("wrong JWK: coordinates of %s have %d bytes", key.Crv, n)
	}
	public, err := pointKey(key.Crv, append(append([]byte{4}, key.X...), key.Y...))
	if err != nil {
		return webKey{}, err
	}
	if len(key.D) == 0 {
		return r.publicKey(name, public)
	}
	private, err := ecdsa.ParseRawPrivateKey(curve, key.D)
	if err != nil || !private.PublicKey.Equal(public) {
		return webKey{}, dataError("wrong JWK: d does not belong to x and y")
	}
	return r.privateKey(name, private)
}

func (r *webCryptoRequest) importRSA(name string, key jwk) (webKey, error) {
	e := key.E.number()
	if !e.IsInt64() || e.Int64() > 1<<31-1 || len(key.N) > maxRSABits/8+1 {
		return webKey{}, dataError("wrong JWK: RSA key out of range")
	}
	public := rsa.PublicKey{N: key.N.number(), E: int(e.Int64())}
	if len(key.D) == 0 {
		return r.publicKey(name, &public)
	}
	private := &rsa.PrivateKey{PublicKey: public, D: key.D.number(), Primes: []*big.Int{key.P.number(), key.Q.number()}}
	if err := private.Validate(); err != nil {
		return webKey{}, dataError("wrong JWK: %v", err)
	}
	private.Precompute()
	return r.privateKey(name, private)
}

// exportKey returns the request's key in its format: bytes, or JSON for a JWK.
func (r *webCryptoRequest) exportKey() (any, error) {
	m := r.key
	switch {
	case r.Format == "raw" && m.Type == "secret", r.Format == "spki" && m.Type == "public", r.Format == "pkcs8" && m.Type == "private":
		return m.Bytes, nil
	case r.Format == "jwk" && m.Type == "secret":
		return asJSON(jwk{Kty: "oct", K: m.Bytes})
	}
	key, err := m.parse()
	if err != nil {
		return nil, err
	}
	if r.Format == "raw" {
		return rawPublicKey(key)
	}
	if r.Format != "jwk" {
		return nil, notSupported("a %s key cannot be exported as %q", m.Type, r.Format)
	}
	exported, err := jwkOf(key)
	if err != nil {
		return nil, err
	}
	return asJSON(exported)
}

// parse returns the public or private key.
func (m keyMaterial) parse() (key any, err error) {
	switch m.Type {
	case "public":
		key, err = x509.ParsePKIXPublicKey(m.Bytes)
	case "private":
		key, err = x509.ParsePKCS8PrivateKey(m.Bytes)
	default:
		return nil, notSupported("a secret key has no such format")
	}
	if err != nil {
		return nil, operationError("%v", err)
	}
	return key, nil
}

func rawPublicKey(key crypto.PublicKey) (any, error) {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return key.Bytes()
	case ed25519.PublicKey:
		return []byte(key), nil
	}
	return nil, notSupported("this kind of key has no raw format")
}

func jwkOf(key any) (jwk, error) {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return jwkOfPoint(key)
	case *ecdsa.PrivateKey:
		j, err := jwkOfPoint(&key.PublicKey)
		if err == nil {
			j.D, err = key.Bytes()
		}
		return j, err
	case ed25519.PublicKey:
		return jwk{Kty: "OKP", Crv: "Ed25519", X: b64url(key)}, nil
	case ed25519.PrivateKey:
		return jwk{Kty: "OKP", Crv: "Ed25519", X: b64url(key[32:]), D: key.Seed()}, nil
	case *rsa.PublicKey:
		return jwk{Kty: "RSA", N: key.N.Bytes(), E: big.NewInt(int64(key.E)).Bytes()}, nil
	case *rsa.PrivateKey:
		return jwk{
			Kty: "RSA", N: key.N.Bytes(), E: big.NewInt(int64(key.E)).Bytes(), D: key.D.Bytes(), P: key.Primes[0].Bytes(), Q: key.Primes[1].Bytes(),
			DP: key.Precomputed.Dp.Bytes(), DQ: key.Precomputed.Dq.Bytes(), QI: key.Precomputed.Qinv.Bytes(),
		}, nil
	}
	return jwk{}, notSupported("this kind of key has no JWK")
}

func jwkOfPoint(key *ecdsa.PublicKey) (jwk, error) {
	point, err := key.Bytes()
	if err != nil {
		return jwk{}, operationError("%v", err)
	}
	n := len(point) / 2
	return jwk{Kty: "EC", Crv: key.Params().Name, X: point[1 : 1+n], Y: point[1+n:]}, nil
}
