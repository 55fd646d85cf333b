package chain

import (
	"context"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
)

// Nonce is how many transactions of an account are mined.
func (r Reader) Nonce(ctx context.Context, account common.Address) (uint64, error) {
	return r.chain.client.NonceAt(ctx, account, nil)
}

// Balance is what an account has at the newest block, in wei.
func (r Reader) Balance(ctx context.Context, account common.Address) (*big.Int, error) {
	return r.chain.client.BalanceAt(ctx, account, nil)
}

// Call runs a call at the newest block and returns what it returns. A revert is an error with the contract's text.
func (r Reader) Call(ctx context.Context, call ethereum.CallMsg) ([]byte, error) {
	return r.chain.client.CallContract(ctx, call, nil)
}
