package chain

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
)

// maxTransactionGas is the most that the protocol allows one transaction (EIP-7825).
const maxTransactionGas = params.MaxTxGas

var (
	tip = big.NewInt(params.GWei)
	// feeCap leaves room for a base fee of nine times the initial one.
	feeCap = big.NewInt(10 * params.GWei)
)

// Transact sends a transaction from the key's account and waits until it is mined. A transaction that would revert is
// not sent; the error carries the revert's text then.
func (c *Chain) Transact(ctx context.Context, from *ecdsa.PrivateKey, to common.Address, wei *big.Int, data []byte) (*types.Receipt, error) {
	call := ethereum.CallMsg{From: crypto.PubkeyToAddress(from.PublicKey), To: &to, Value: wei, Data: data}
	gas, err := c.client.EstimateGas(ctx, call)
	if err != nil {
		return nil, err
	}
	// The estimate is made on the newest block, and writing what is there already is cheaper than it will be in the
	// next: Staking's end of the epoch differs by the seconds between.
	gas = min(2*gas, maxTransactionGas)

	hash, err := c.send(from, &types.DynamicFeeTx{To: &to, Value: wei, Data: data, Gas: gas})
	if err != nil {
		return nil, err
	}
	return c.receipt(ctx, hash)
}

// receipt waits for a transaction to be mined.
func (c *Chain) receipt(ctx context.Context, hash common.Hash) (*types.Receipt, error) {
	for {
		next := c.miner.nextBlock()
		receipt, err := c.client.TransactionReceipt(ctx, hash)
		// Geth finds a receipt a moment before its block is the newest, and reads would not see the block yet.
		if err == nil && receipt.BlockNumber.Cmp(c.miner.head().Number) <= 0 {
			return receipt, receiptError(receipt)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for transaction %s: %w", hash, ctx.Err())
		case <-c.miner.stopped:
			return nil, fmt.Errorf("wait for transaction %s: the chain was closed", hash)
		case <-next:
		}
	}
}

// Fund gives an address coins out of the owner's account.
func (c *Chain) Fund(ctx context.Context, address common.Address, wei *big.Int) error {
	if _, err := c.Transact(ctx, c.config.Owner, address, wei, nil); err != nil {
		return fmt.Errorf("fund %s: %w", address, err)
	}
	return nil
}

func (c *Chain) send(from *ecdsa.PrivateKey, tx *types.DynamicFeeTx) (common.Hash, error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	pool := c.service.TxPool()
	tx.Nonce = nextNonce(pool, crypto.PubkeyToAddress(from.PublicKey))
	signed, err := c.sign(from, tx)
	if err != nil {
		return common.Hash{}, err
	}
	// Over RPC the pool counts a transaction only some time after it has answered.
	if err := errors.Join(pool.Add([]*types.Transaction{signed}, true)...); err != nil {
		return common.Hash{}, fmt.Errorf("send transaction: %w", err)
	}
	return signed.Hash(), nil
}

// nextNonce is the pool's, past transactions that the pool has not counted yet: what arrives while it takes in a block
// stays in its queue until the next one.
func nextNonce(pool *txpool.TxPool, sender common.Address) uint64 {
	nonce := pool.PoolNonce(sender)
	_, queued := pool.ContentFrom(sender)
	for _, tx := range queued { // by nonce
		if tx.Nonce() == nonce {
			nonce++
		}
	}
	return nonce
}

func (c *Chain) sign(from *ecdsa.PrivateKey, tx *types.DynamicFeeTx) (*types.Transaction, error) {
	tx.ChainID = new(big.Int).SetUint64(c.config.ChainID)
	tx.GasTipCap, tx.GasFeeCap = tip, feeCap
	signed, err := types.SignNewTx(from, types.LatestSignerForChainID(tx.ChainID), tx)
	if err != nil {
		return nil, fmt.Errorf("sign transaction: %w", err)
	}
	return signed, nil
}

// call sends a contract a transaction.
func (c *Chain) call(ctx context.Context, from *ecdsa.PrivateKey, wei *big.Int, contract, method string, args ...any) (*types.Receipt, error) {
	address, err := c.address(contract)
	if err != nil {
		return nil, err
	}
	data, err := c.contracts[contract].abi.Pack(method, args...)
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", contract, method, err)
	}
	receipt, err := c.Transact(ctx, from, address, wei, data)
	if err != nil {
		return receipt, fmt.Errorf("%s.%s: %w", contract, method, err)
	}
	return receipt, nil
}

func (c *Chain) address(contract string) (common.Address, error) {
	c.deployed.RLock()
	defer c.deployed.RUnlock()
	address, ok := c.addresses[contract]
	if !ok {
		return common.Address{}, fmt.Errorf("%s is not deployed", contract)
	}
	return address, nil
}

func receiptError(receipt *types.Receipt) error {
	if receipt.Status != types.ReceiptStatusSuccessful {
		return fmt.Errorf("transaction %s was reverted in block %d", receipt.TxHash, receipt.BlockNumber)
	}
	return nil
}
