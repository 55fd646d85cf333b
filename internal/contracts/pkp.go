package contracts

import (
	"context"
	"errors"

	"litsession/internal/eth"
)

const (
	selectorIsPermittedAction = 0xfceb3983 // isPermittedAction(uint256,bytes) of PKPPermissions
	selectorPermittedActions  = 0xbb7a1070 // getPermittedActions(uint256) of PKPPermissions
	selectorPubkey            = 0xef6fd878 // getPubkey(uint256) of PubkeyRouter
)

// IsPermittedAction asks Addresses.PKPPermissions whether the action, a multihash of
// 34 bytes, is permitted for the PKP. Scopes are not looked at.
func (r Reader) IsPermittedAction(ctx context.Context, tokenID [32]byte, action []byte) (bool, error) {
	call := encodeCall(selectorIsPermittedAction, encodeWord(tokenID), encodeBytes(action))
	answer, err := r.callContract(ctx, r.Addresses.PKPPermissions, call)
	if err != nil {
		return false, err
	}
	words := &wordReader{rest: answer}
	permitted := words.bool()
	if err := words.end(); err != nil {
		return false, r.malformed(r.Addresses.PKPPermissions, "isPermittedAction", err)
	}
	return permitted, nil
}

// PermittedActions asks Addresses.PKPPermissions for the actions that are permitted
// for the PKP, as the owner wrote them: usually multihashes of 34 bytes, but the
// contract does not check.
func (r Reader) PermittedActions(ctx context.Context, tokenID [32]byte) ([][]byte, error) {
	answer, err := r.callContract(ctx, r.Addresses.PKPPermissions, encodeCall(selectorPermittedActions, encodeWord(tokenID)))
	if err != nil {
		return nil, err
	}
	words := &wordReader{rest: answer}
	words.offset(wordSize)
	actions := words.bytesList()
	if err := words.end(); err != nil {
		return nil, r.malformed(r.Addresses.PKPPermissions, "getPermittedActions", err)
	}
	return actions, nil
}

var errOtherKey = errors.New("the answer is not the public key that the token is named after")

// PublicKey asks Addresses.PubkeyRouter for a PKP's public key and checks that the
// token is named after it. The key of a token that does not exist is empty;
// found is false then.
func (r Reader) PublicKey(ctx context.Context, tokenID [32]byte) (key eth.PublicKey, found bool, err error) {
	answer, err := r.callContract(ctx, r.Addresses.PubkeyRouter, encodeCall(selectorPubkey, encodeWord(tokenID)))
	if err != nil {
		return eth.PublicKey{}, false, err
	}
	words := &wordReader{rest: answer}
	words.offset(wordSize)
	content := words.bytes()
	if err := words.end(); err != nil {
		return eth.PublicKey{}, false, r.malformed(r.Addresses.PubkeyRouter, "getPubkey", err)
	}
	if len(content) == 0 {
		return eth.PublicKey{}, false, nil
	}
	key, err = eth.NewPublicKey(content)
	if err != nil || key.TokenID() != tokenID {
		return eth.PublicKey{}, false, r.malformed(r.Addresses.PubkeyRouter, "getPubkey", errOtherKey)
	}
	return key, true, nil
}
