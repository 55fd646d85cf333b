//go:build js

package main

import (
	"crypto/rand"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// generateSessionKeyPair answers with {publicKey, secretKey}.
func generateSessionKeyPair(jsjson.Value) ([]byte, error) {
	key, err := session.GenerateKeyPair(rand.Reader)
	if err != nil {
		return nil, err
	}
	return key.JSON(), nil
}

// encodeRecap takes {att, prf} and answers with the URN.
func encodeRecap(args jsjson.Value) ([]byte, error) {
	c, err := recap.Decode(args)
	return jsjson.AppendString(nil, c.URN()), err
}

// decodeRecap takes a URN and answers with {att, prf}.
func decodeRecap(args jsjson.Value) ([]byte, error) {
	urn, _ := args.Text()
	c, err := recap.ParseURN(urn)
	if err != nil {
		return nil, err
	}
	return c.JSON()
}

// recapStatement takes {att, prf} and answers with the statement.
func recapStatement(args jsjson.Value) ([]byte, error) {
	c, err := recap.Decode(args)
	return jsjson.AppendString(nil, c.Statement()), err
}

// recapProof takes a CID and answers with the same in the form of {prf}.
func recapProof(args jsjson.Value) ([]byte, error) {
	text, _ := args.Text()
	proof, err := recap.Proof(text)
	return jsjson.AppendString(nil, proof), err
}

// applyRecap takes {att, prf} and a message's {statement, resources} in one
// object and answers with the message's new {statement, resources}.
func applyRecap(args jsjson.Value) ([]byte, error) {
	c, err := recap.Decode(args)
	if err != nil {
		return nil, err
	}
	m, err := end(args)
	if err != nil {
		return nil, err
	}
	empty, given := args.Get("statement").Text()
	c.ApplyTo(&m)
	if given && empty == "" {
		m.Statement = " " + m.Statement // the official SDK takes it for a statement too
	}
	return new(jsjson.Object).String("statement", m.Statement).Strings("resources", m.Resources).Bytes(), nil
}

// extractRecap takes a message's {statement, resources} and answers with the
// ReCap in it, {att, prf}.
func extractRecap(args jsjson.Value) ([]byte, error) {
	m, err := end(args)
	if err != nil {
		return nil, err
	}
	c, err := recap.FromMessage(m)
	if err != nil {
		return nil, err
	}
	return c.JSON()
}

// end reads the two fields of a message that a ReCap is found in.
func end(args jsjson.Value) (m siwe.Message, err error) {
	m.Statement, _ = args.Get("statement").Text()
	var ok bool
	if m.Resources, ok = args.Get("resources").Texts(); !ok && args.Get("resources").Truthy() {
		err = literr.Invalid("resources", "a list of strings", "resources must be a list of strings")
	}
	return m, err
}

// formatSiwe takes the fields of a message and answers with its text.
func formatSiwe(args jsjson.Value) ([]byte, error) {
	m, err := siwe.Decode(args)
	return jsjson.AppendString(nil, m.String()), err
}

// parseSiwe takes the text of a message and answers with its fields.
func parseSiwe(args jsjson.Value) ([]byte, error) {
	text, _ := args.Text()
	m, err := siwe.Parse(text)
	if err != nil {
		return nil, err
	}
	return m.JSON(), m.CheckGrammar()
}

// checksumAddress takes an address and answers with its EIP-55 form.
func checksumAddress(args jsjson.Value) ([]byte, error) {
	text, _ := args.Text()
	a, err := eth.ParseChecksummed(text)
	return jsjson.AppendString(nil, a.String()), err
}

// publicKeyAddress takes an uncompressed secp256k1 public key and answers with
// the address of its account.
func publicKeyAddress(args jsjson.Value) ([]byte, error) {
	text, _ := args.Text()
	key, err := eth.ParsePublicKey(text)
	return jsjson.AppendString(nil, key.Address().String()), err
}

// recoverAddress takes a wallet's {signedMessage, sig} and answers with the
// address that signed.
func recoverAddress(args jsjson.Value) ([]byte, error) {
	text, _ := args.Get("signedMessage").Text()
	sig, _ := args.Get("sig").Text()
	a, err := eth.RecoverMessage(text, sig)
	return jsjson.AppendString(nil, a.String()), err
}
