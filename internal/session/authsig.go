package session

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"litsession/internal/bls"
	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/siwe"
)

// How an AuthSig of a PKP says that it is one.
const (
	DerivedViaBLS = "lit.bls"
	AlgoBLS       = "LIT_BLS"
)

// algoWallet is what a wallet's AuthSig may name as its algorithm; mostly it
// names none. The word is wrong, and the official SDK's.
const algoWallet = "ed25519"

// AuthSig is a signature over a SIWE message and who made it. The PKP's are
// BLS signatures of the network.
type AuthSig struct {
	Sig           string // for a PKP {"ProofOfPossession":"<192 hex>"} as text
	Algo          string // [AlgoBLS], or absent
	DerivedVia    string // [DerivedViaBLS], or how a wallet signed
	SignedMessage string // EIP-4361 text
	Address       string // EIP-55
}

// NewPKPAuthSig returns the AuthSig that the network made in a PKP's name.
// It verifies nothing; see [AuthSig.Verify].
func NewPKPAuthSig(signature bls.Signature, message string, pkp eth.Address) AuthSig {
	return AuthSig{
		Sig:           string(new(jsjson.Object).String("ProofOfPossession", signature.String()).Bytes()),
		Algo:          AlgoBLS,
		DerivedVia:    DerivedViaBLS,
		SignedMessage: message,
		Address:       pkp.String(),
	}
}

// JSON returns the AuthSig as the official SDK writes a PKP's: sig, algo,
// derivedVia, signedMessage, address.
func (a AuthSig) JSON() []byte {
	var o jsjson.Object
	o.String("sig", a.Sig)
	if a.Algo != "" {
		o.String("algo", a.Algo)
	}
	return o.String("derivedVia", a.DerivedVia).
		String("signedMessage", a.SignedMessage).
		String("address", a.Address).Bytes()
}

// ParseAuthSig reads an AuthSig's JSON. It may hold no member but these five;
// algo alone may be absent. Errors are [literr.InvalidParam].
func ParseAuthSig(text []byte) (AuthSig, error) {
	v, err := jsjson.Parse(text)
	if err != nil {
		return AuthSig{}, err
	}
	members, ok := v.Members()
	if !ok {
		return AuthSig{}, badAuthSig("it is not an object")
	}
	var a AuthSig
	places := map[string]*string{
		"sig": &a.Sig, "algo": &a.Algo, "derivedVia": &a.DerivedVia,
		"signedMessage": &a.SignedMessage, "address": &a.Address,
	}
	for _, m := range members {
		value, isText := m.Value.Text()
		place := places[m.Name]
		if place == nil || !isText {
			return AuthSig{}, badAuthSig("it may hold sig, derivedVia, signedMessage, address and algo, each a string")
		}
		*place = value
	}
	if a.Sig == "" || a.DerivedVia == "" || a.SignedMessage == "" || a.Address == "" {
		return AuthSig{}, badAuthSig("sig, derivedVia, signedMessage and address are required")
	}
	return a, nil
}

func badAuthSig(why string) error {
	return literr.Invalid("authSig", "an AuthSig: {sig, derivedVia, signedMessage, address}", "malformed AuthSig: %s", why)
}

// MessageHash returns the 32 bytes that the network signs for a SIWE text:
// SHA-256 of "lit_session:" and the text's EIP-191 hash in hex.
func MessageHash(text string) [32]byte {
	hash := eth.HashMessage(text)
	return sha256.Sum256([]byte("lit_session:" + hex.EncodeToString(hash[:])))
}

// Verify checks an AuthSig that the network made: its kind, the BLS signature
// with the network key, that its address is the message's, and that now lies
// before its expiration and not before its start. It returns the message.
// Errors are [literr.BadSignature].
func (a AuthSig) Verify(network bls.PublicKey, now time.Time) (siwe.Message, error) {
	if a.Algo != AlgoBLS || a.DerivedVia != DerivedViaBLS {
		return siwe.Message{}, badSignature("it is not a signature of the network", nil)
	}
	proof, err := jsjson.Parse([]byte(a.Sig))
	if err != nil {
		return siwe.Message{}, badSignature("sig is not JSON", err)
	}
	text, _ := proof.Get("ProofOfPossession").Text()
	signature, err := bls.ParseSignature(text)
	if err != nil {
		return siwe.Message{}, badSignature("sig holds no signature", err)
	}
	hash := MessageHash(a.SignedMessage)
	if err := network.Verify(hash[:], signature); err != nil {
		return siwe.Message{}, badSignature("it does not verify with the network key", err)
	}
	m, err := siwe.Parse(a.SignedMessage)
	if err != nil {
		return siwe.Message{}, badSignature("its message is malformed", err)
	}
	if m.Address.String() != a.Address {
		return siwe.Message{}, badSignature("its address is not the message's", nil)
	}
	return m, checkTimes(m, now)
}

// VerifyWallet checks an AuthSig that a wallet made: its kind, the EIP-191
// signature by the address of the SIWE message, that the AuthSig names the same
// one, and that now lies within the message's times as far as it has any. It
// returns the message. Contract wallets (ERC-1271) do not pass. Errors are
// [literr.BadSignature].
func (a AuthSig) VerifyWallet(now time.Time) (siwe.Message, error) {
	if a.Algo != "" && a.Algo != algoWallet {
		return siwe.Message{}, literr.Errorf(literr.BadSignature,
			"Unsupported signature algo for session signature. Expected ed25519 or LIT_BLS received %s", a.Algo)
	}
	if a.byContract() {
		return siwe.Message{}, badSignature("it comes from a contract wallet (ERC-1271, ERC-6492). Nodes take the signatures of keys alone, so such a wallet can make no sessions; "+
			"have the key of one of its owners sign", nil)
	}
	m, err := siwe.Parse(a.SignedMessage)
	if err != nil {
		return siwe.Message{}, badSignature("its message is malformed", err)
	}
	if address, err := eth.ParseAddress(a.Address); err != nil || address != m.Address {
		return siwe.Message{}, badSignature("its address is not the message's", err)
	}
	signer, err := eth.RecoverMessage(a.SignedMessage, a.Sig)
	if err != nil {
		return siwe.Message{}, err
	}
	if signer != m.Address {
		return siwe.Message{}, badSignature("it was signed by another key than its address says", nil)
	}
	if m.ExpirationTime == "" {
		return m, checkStart(m, now)
	}
	return m, checkTimes(m, now)
}

// byContract reports whether the AuthSig says that a contract vouches for it, or
// is too long to be a key's.
func (a AuthSig) byContract() bool {
	return strings.Contains(a.DerivedVia, "1271") || strings.Contains(a.DerivedVia, "6492") ||
		len(strings.TrimPrefix(a.Sig, "0x")) > hex.EncodedLen(eth.SignatureSize)
}

// ByNetwork reports whether the AuthSig claims to be a PKP's, signed by the
// network.
func (a AuthSig) ByNetwork() bool { return a.Algo == AlgoBLS }

func checkTimes(m siwe.Message, now time.Time) error {
	expiration, err := siwe.ParseTime(m.ExpirationTime)
	if err != nil || !now.Before(expiration) {
		return badSignature("it is expired", err)
	}
	return checkStart(m, now)
}

func checkStart(m siwe.Message, now time.Time) error {
	if m.NotBefore == "" {
		return nil
	}
	if start, err := siwe.ParseTime(m.NotBefore); err != nil || now.Before(start) {
		return badSignature("it is not valid yet", err)
	}
	return nil
}

func badSignature(why string, cause error) error {
	e := literr.Errorf(literr.BadSignature, "the AuthSig cannot be used: %s", why)
	e.Cause = cause
	return e
}
