package chain

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// initialMintCost is PKPNFT.mintCost as deployed, in wei.
const initialMintCost = 1

// PKP is a minted key.
type PKP struct {
	// TokenID is the keccak hash of PublicKey.
	TokenID [32]byte
	// PublicKey is uncompressed, 0x04 first.
	PublicKey [65]byte
	Address   common.Address
	// DerivedKeyID is what the key was derived from (package hdkey).
	DerivedKeyID [32]byte
}

// MintPKP mints the network's next key to the owner of an account, who pays for it.
func (c *Chain) MintPKP(ctx context.Context, owner *ecdsa.PrivateKey) (PKP, error) {
	cost, err := read[*big.Int](ctx, c.Reader(), "PKPNFT", "mintCost")
	if err != nil {
		return PKP{}, fmt.Errorf("mint PKP: %w", err)
	}
	receipt, err := c.call(ctx, owner, cost, "PKPNFT", "mintNext", big.NewInt(keyTypeSecp256k1))
	if err != nil {
		return PKP{}, fmt.Errorf("mint PKP: %w", err)
	}
	if len(receipt.Logs) == 0 || len(receipt.Logs[0].Topics) < 2 {
		return PKP{}, errors.New("mint PKP: internal error: the first log carries no token id")
	}
	return c.Reader().PKP(ctx, receipt.Logs[0].Topics[1])
}

// TransferPKP makes another account a PKP's owner. Its permissions stay as they are.
func (c *Chain) TransferPKP(ctx context.Context, owner *ecdsa.PrivateKey, tokenID [32]byte, to common.Address) error {
	from := crypto.PubkeyToAddress(owner.PublicKey)
	if _, err := c.call(ctx, owner, nil, "PKPNFT", "transferFrom", from, to, uint256(tokenID)); err != nil {
		return fmt.Errorf("transfer PKP: %w", err)
	}
	return nil
}

// PermitAction permits a Lit Action, named by its CID's multihash (34 bytes), to use a PKP. Scopes are ids: 1 to sign
// anything, 2 to sign messages; nodes refuse an action without any. Doing it twice changes nothing.
func (c *Chain) PermitAction(ctx context.Context, owner *ecdsa.PrivateKey, tokenID [32]byte, multihash []byte, scopes []uint64) error {
	ids := make([]*big.Int, len(scopes))
	for i, scope := range scopes {
		ids[i] = new(big.Int).SetUint64(scope)
	}
	_, err := c.call(ctx, owner, nil, "PKPPermissions", "addPermittedAction", uint256(tokenID), multihash, ids)
	if err != nil {
		return fmt.Errorf("permit action: %w", err)
	}
	return nil
}

func uint256(word [32]byte) *big.Int { return new(big.Int).SetBytes(word[:]) }
