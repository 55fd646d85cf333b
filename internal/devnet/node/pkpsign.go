package node

import (
	"context"
	"encoding/hex"
	"errors"
	"strconv"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/recap"
)

// pkpSign answers with the node's share of a PKP's signature over 32 bytes.
// Source: protocol.md 8.8.
func (n *Node) pkpSign(ctx context.Context, r request) ([]byte, error) {
	body, err := parseBody(r.body)
	if err != nil {
		return nil, err
	}
	if r.epoch, err = epochNamed(body); err != nil {
		return nil, err
	}
	toSign, err := bytesToSign(body.Get("toSign"))
	if err != nil {
		return nil, err
	}
	keyText, ok := body.Get("pubkey").Text()
	if !ok {
		return nil, badInput(errors.New("member `pubkey` is not a string"))
	}
	sig, err := sessionSigOf(body)
	if err != nil {
		return nil, err
	}
	key, err := eth.ParsePublicKey(keyText)
	if err != nil {
		return nil, refuse(kindConversion, err.Error())
	}
	tokenID := key.TokenID()
	valid, refused := n.verifySession(sig, purpose{recap.Resource{Prefix: recap.PKP, ID: hex.EncodeToString(tokenID[:])}, recap.PKPSigning})
	if refused != nil {
		return nil, refused
	}
	if err := n.checkCredits(ctx, valid, pkpSignUnpaid); err != nil {
		return nil, err
	}
	if len(toSign) != 32 {
		return nil, refuse(kindUnexpected, "toSign must be 32 bytes")
	}
	share, err := n.signECDSA(ctx, r, key, toSign, valid.authContext())
	if err != nil {
		return nil, err
	}
	return share.answer(toSign, key), nil
}

func bytesToSign(list jsjson.Value) ([]byte, error) {
	items, ok := list.Items()
	toSign := make([]byte, len(items))
	for i, item := range items {
		number, isNumber := item.Int()
		ok = ok && isNumber && number >= 0 && number <= 255
		toSign[i] = byte(number)
	}
	if !ok {
		return nil, badInput(errors.New("member `toSign` is not a list of bytes"))
	}
	return toSign, nil
}

// answer is the share as pkp/sign answers it: values are JSON strings within
// strings, but for a node without a share.
func (s ECDSAShare) answer(toSign []byte, key eth.PublicKey) []byte {
	numbers := make([][]byte, len(toSign))
	for i, b := range toSign {
		numbers[i] = strconv.AppendUint(nil, uint64(b), 10)
	}
	digest, result, share, bigR, public, sigType := "fail", "fail", "", "", "", ""
	if s.Participates {
		result, sigType = "success", "K256"
		digest, share, bigR, public = quoted(toSign), quoted(s.S[:]), quoted(s.BigR[:]), quoted(key[:])
	}
	inner := new(jsjson.Object).
		String("digest", digest).
		String("result", result).
		Int("share_index", int64(s.Index)).
		String("signature_share", share).
		String("big_r", bigR).
		String("public_key", public).
		String("sig_type", sigType).Bytes()
	return new(jsjson.Object).
		Bool("success", true).
		Raw("signedData", jsjson.Array(numbers)).
		Raw("signatureShare", inner).Bytes()
}

func quoted(b []byte) string { return `"` + upperHex(b) + `"` }
