package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// AuthMethod is something permitted to use a PKP: a wallet address (type 1, id 20 bytes), a Lit Action (type 2, id the
// multihash of its CID, 34 bytes) or a verified identity (id a keccak hash).
type AuthMethod struct {
	Type uint64
	ID   []byte
	// UserPublicKey is a WebAuthn key, else empty.
	UserPublicKey []byte
}

// FirstPKP is the PKP minted at Deploy.
func (r Reader) FirstPKP(ctx context.Context) (PKP, error) {
	tokenID, err := read[*big.Int](ctx, r, "PKPNFT", "tokenByIndex", new(big.Int))
	if err != nil {
		return PKP{}, err
	}
	return r.PKP(ctx, word(tokenID))
}

// PKP finds a key by its token id. An unknown id is an error.
func (r Reader) PKP(ctx context.Context, tokenID [32]byte) (PKP, error) {
	route, err := read[routingTuple](ctx, r, "PubkeyRouter", "getRoutingData", uint256(tokenID))
	if err != nil {
		return PKP{}, err
	}
	if len(route.Pubkey) != 65 {
		return PKP{}, fmt.Errorf("token %x is no PKP", tokenID)
	}
	address, err := read[common.Address](ctx, r, "PubkeyRouter", "getEthAddress", uint256(tokenID))
	if err != nil {
		return PKP{}, err
	}
	return PKP{
		TokenID: tokenID, PublicKey: [65]byte(route.Pubkey), Address: address, DerivedKeyID: route.DerivedKeyId,
	}, nil
}

// OwnerOf is a PKP's owner. An unknown token is an error: the contract reverts.
func (r Reader) OwnerOf(ctx context.Context, tokenID [32]byte) (common.Address, error) {
	return read[common.Address](ctx, r, "PKPNFT", "ownerOf", uint256(tokenID))
}

// PermittedAuthMethods are all methods permitted for a PKP, whatever their scopes; none for an unknown token.
func (r Reader) PermittedAuthMethods(ctx context.Context, tokenID [32]byte) ([]AuthMethod, error) {
	tuples, err := read[[]authMethodTuple](ctx, r, "PKPPermissions", "getPermittedAuthMethods", uint256(tokenID))
	if err != nil {
		return nil, err
	}
	methods := make([]AuthMethod, len(tuples))
	for i, t := range tuples {
		methods[i] = AuthMethod{Type: t.AuthMethodType.Uint64(), ID: t.Id, UserPublicKey: t.UserPubkey}
	}
	return methods, nil
}

// Scopes says which scopes of a method are set, indexed by scope id, count of them. The method need not be permitted:
// scopes outlive a removal.
func (r Reader) Scopes(ctx context.Context, tokenID [32]byte, methodType uint64, id []byte, count uint64) ([]bool, error) {
	return read[[]bool](ctx, r, "PKPPermissions", "getPermittedAuthMethodScopes",
		uint256(tokenID), new(big.Int).SetUint64(methodType), id, new(big.Int).SetUint64(count))
}

// TokenIDsForAuthMethod are the PKPs that a method is permitted for.
func (r Reader) TokenIDsForAuthMethod(ctx context.Context, methodType uint64, id []byte) ([][32]byte, error) {
	tokens, err := read[[]*big.Int](ctx, r, "PKPPermissions", "getTokenIdsForAuthMethod",
		new(big.Int).SetUint64(methodType), id)
	if err != nil {
		return nil, err
	}
	ids := make([][32]byte, len(tokens))
	for i, token := range tokens {
		ids[i] = word(token)
	}
	return ids, nil
}

func word(number *big.Int) (word [32]byte) {
	number.FillBytes(word[:])
	return word
}
