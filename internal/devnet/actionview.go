package devnet

import (
	"bytes"
	"context"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/devnet/action"
	"litsession/internal/devnet/chain"
)

// actionView is the chain as Lit Actions read it. What it answers is what the
// contract's functions of the same names would.
type actionView struct{ reader chain.Reader }

var _ action.Permissions = actionView{}

// The types of methods that the contract has functions of their own for.
const (
	addressMethod = 1
	actionMethod  = 2
)

func (v actionView) IsPermittedAction(ctx context.Context, tokenID *big.Int, multihash []byte) (bool, error) {
	return v.IsPermittedAuthMethod(ctx, tokenID, actionMethod, multihash)
}

func (v actionView) IsPermittedAddress(ctx context.Context, tokenID *big.Int, address [20]byte) (bool, error) {
	permitted, err := v.IsPermittedAuthMethod(ctx, tokenID, addressMethod, address[:])
	if permitted || err != nil {
		return permitted, err
	}
	owner, err := v.reader.OwnerOf(ctx, common.BigToHash(tokenID))
	return owner == address, err
}

func (v actionView) IsPermittedAuthMethod(ctx context.Context, tokenID *big.Int, authMethodType uint64, id []byte) (bool, error) {
	ids, err := v.ids(ctx, tokenID, authMethodType)
	for _, permitted := range ids {
		if bytes.Equal(permitted, id) {
			return true, nil
		}
	}
	return false, err
}

func (v actionView) PermittedActions(ctx context.Context, tokenID *big.Int) ([][]byte, error) {
	return v.ids(ctx, tokenID, actionMethod)
}

func (v actionView) PermittedAddresses(ctx context.Context, tokenID *big.Int) ([][20]byte, error) {
	owner, err := v.reader.OwnerOf(ctx, common.BigToHash(tokenID))
	if err != nil {
		return nil, err
	}
	addresses := [][20]byte{owner}
	ids, err := v.ids(ctx, tokenID, addressMethod)
	for _, id := range ids {
		var address [20]byte
		copy(address[:], id) // a hash of a user id is cut as well
		addresses = append(addresses, address)
	}
	return addresses, err
}

// ids are those of the permitted methods of one type.
func (v actionView) ids(ctx context.Context, tokenID *big.Int, authMethodType uint64) (ids [][]byte, err error) {
	methods, err := v.reader.PermittedAuthMethods(ctx, common.BigToHash(tokenID))
	for _, m := range methods {
		if m.Type == authMethodType {
			ids = append(ids, m.ID)
		}
	}
	return ids, err
}

func (v actionView) PermittedAuthMethods(ctx context.Context, tokenID *big.Int) ([]action.AuthMethod, error) {
	listed, err := v.reader.PermittedAuthMethods(ctx, common.BigToHash(tokenID))
	methods := make([]action.AuthMethod, len(listed))
	for i, m := range listed {
		methods[i] = action.AuthMethod{Type: m.Type, ID: m.ID, UserPubkey: m.UserPublicKey}
	}
	return methods, err
}

func (v actionView) PermittedAuthMethodScopes(ctx context.Context, tokenID *big.Int, authMethodType uint64, id []byte, maxScopeID uint64) ([]bool, error) {
	return v.reader.Scopes(ctx, common.BigToHash(tokenID), authMethodType, id, maxScopeID)
}
