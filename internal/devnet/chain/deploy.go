package chain

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
)

const (
	defaultEpochLength = time.Hour

	keyTypeBLS       = 1
	keyTypeSecp256k1 = 2
)

// Validator is a node of the network as Staking lists it.
type Validator struct {
	// IP is an IPv4 address.
	IP   netip.Addr
	Port uint16
	// Key is the node's own Ethereum key. Its address is the nodeAddress; it votes for the root keys at Deploy, and
	// its EIP-191 signature over a derived key id is what PKPNFT.claimAndMint checks.
	Key *ecdsa.PrivateKey
}

// Address is the node's address.
func (v Validator) Address() common.Address { return crypto.PubkeyToAddress(v.Key.PublicKey) }

// NetworkSetup is what the contracts are told about the network when they are made.
type NetworkSetup struct {
	// Validators of the first epoch, in the order in which clients see them; at most 100. After a restart, all that may
	// validate.
	Validators []Validator
	// Threshold is what Staking says as the minimum node count, as it is.
	Threshold int
	// RootKeys are the secp256k1 roots, compressed; PKPs are derived from them in this order.
	RootKeys [][]byte
	// NetworkPublicKey is the BLS root key, compressed.
	NetworkPublicKey [48]byte
	// EpochLength defaults to an hour. Nothing happens when an epoch's time is over.
	EpochLength time.Duration
	// Existing says that the contracts were made in an earlier run and must be there.
	Existing bool
	// FirstPKPOwner is given a PKP in the very block of the deployment. Its key depends on the configured Alloc and
	// Owner and on RootKeys only. The account must have coins from Alloc and must have sent nothing.
	FirstPKPOwner *ecdsa.PrivateKey
}

// Deploy puts the contracts on the chain, has the validators vote for the root keys and mints the first PKP, all in one
// block. On a chain that was restarted it finds them instead, in the epoch and with the validators that they had, and
// enters validators that have moved. It fails when the contracts there have another threshold, other root keys or a
// validator that is not among the given ones.
func (c *Chain) Deploy(ctx context.Context, setup NetworkSetup) (PKP, error) {
	if err := setup.check(); err != nil {
		return PKP{}, fmt.Errorf("deploy contracts: %w", err)
	}
	if setup.EpochLength == 0 {
		setup.EpochLength = defaultEpochLength
	}
	addresses := c.contractAddresses()
	code, err := c.client.CodeAt(ctx, addresses["ContractResolver"], nil)
	if err != nil {
		return PKP{}, fmt.Errorf("deploy contracts: %w", err)
	}
	if len(code) == 0 && setup.Existing {
		return PKP{}, fmt.Errorf("deploy contracts: there is none at %s", addresses["ContractResolver"])
	}
	if len(code) == 0 {
		if err := c.deployAll(ctx, setup, addresses); err != nil {
			return PKP{}, fmt.Errorf("deploy contracts: %w", err)
		}
	}
	c.deployed.Lock()
	c.addresses = addresses
	c.deployed.Unlock()
	c.miner.fresh.Store(true) // no sooner: the first PKP's key follows from how many blocks there were
	if len(code) > 0 {
		if err := c.adopt(ctx, setup); err != nil {
			return PKP{}, fmt.Errorf("adopt contracts of an earlier run: %w", err)
		}
	}
	return c.Reader().FirstPKP(ctx)
}

func (s NetworkSetup) check() error {
	switch {
	case s.Threshold < 1 || s.Threshold > len(s.Validators):
		return fmt.Errorf("threshold %d of %d validators", s.Threshold, len(s.Validators))
	case len(s.Validators) > 100:
		return fmt.Errorf("%d validators do not fit into one transaction", len(s.Validators))
	case len(s.RootKeys) == 0:
		return errors.New("root keys are required")
	case s.FirstPKPOwner == nil:
		return errors.New("an owner of the first PKP is required")
	}
	return checkValidators(s.Validators)
}

func checkValidators(validators []Validator) error {
	for i, v := range validators {
		if !v.IP.Is4() || v.Key == nil {
			return fmt.Errorf("validator %d needs an IPv4 address and a key", i)
		}
	}
	return nil
}

// deployOrder is the order of the owner's first nonces, which decide the contracts' addresses.
var deployOrder = []string{
	"ContractResolver", "Staking", "PubkeyRouter", "PKPNFT", "PKPNFTMetadata", "PKPPermissions", "PKPHelper",
	"RateLimitNFT", "PaymentDelegation", "Allowlist", "LITToken", "StakingBalances", "Multisender",
}

// resolverKinds are the names whose hashes the resolver knows the contracts by.
var resolverKinds = map[string]string{
	"Staking": "STAKING", "PubkeyRouter": "PUB_KEY_ROUTER", "PKPNFT": "PKP_NFT", "PKPNFTMetadata": "PKP_NFT_METADATA",
	"PKPPermissions": "PKP_PERMISSIONS", "PKPHelper": "PKP_HELPER", "RateLimitNFT": "RATE_LIMIT_NFT",
	"PaymentDelegation": "PAYMENT_DELEGATION", "Allowlist": "ALLOWLIST", "LITToken": "LIT_TOKEN",
	"StakingBalances": "STAKING_BALANCES", "Multisender": "MULTI_SENDER",
}

func (c *Chain) contractAddresses() map[string]common.Address {
	owner := crypto.PubkeyToAddress(c.config.Owner.PublicKey)
	addresses := make(map[string]common.Address, len(deployOrder))
	for nonce, name := range deployOrder {
		addresses[name] = crypto.CreateAddress(owner, uint64(nonce))
	}
	return addresses
}

func constructorArgs(setup NetworkSetup, addresses map[string]common.Address) map[string][]any {
	resolver := addresses["ContractResolver"]
	var kinds [][32]byte
	var kindAddresses []common.Address
	for _, name := range deployOrder[1:] {
		kinds = append(kinds, crypto.Keccak256Hash([]byte(resolverKinds[name])))
		kindAddresses = append(kindAddresses, addresses[name])
	}
	seconds := big.NewInt(int64(setup.EpochLength / time.Second))
	return map[string][]any{
		"ContractResolver": {kinds, kindAddresses},
		"Staking":          {resolver, big.NewInt(int64(setup.Threshold)), seconds, validatorTuples(setup.Validators)},
		"PubkeyRouter":     {resolver},
		"PKPNFT":           {resolver},
		"PKPPermissions":   {resolver},
		"PKPHelper":        {resolver},
		"StakingBalances":  {addresses["LITToken"]},
	}
}

// deployAll makes one block of everything, whatever the pool holds. Nothing can be estimated before the contracts are
// there, so each transaction is given all the gas that one may have and pays what it uses.
func (c *Chain) deployAll(ctx context.Context, setup NetworkSetup, addresses map[string]common.Address) error {
	owner := crypto.PubkeyToAddress(c.config.Owner.PublicKey)
	nonce, err := c.client.NonceAt(ctx, owner, nil)
	if err != nil {
		return err
	}
	if nonce != 0 {
		return fmt.Errorf("the owner %s has sent %d transactions before", owner, nonce)
	}
	txs, err := c.deployTransactions(setup, addresses)
	if err != nil {
		return err
	}
	if err := c.miner.waitForTime(ctx); err != nil {
		return err
	}
	block, err := c.miner.seal(ctx, c.miner.blockTime(), txs, false)
	if err != nil {
		return err
	}
	for i, receipt := range c.service.BlockChain().GetReceiptsByHash(block.Hash()) {
		if err := receiptError(receipt); err != nil {
			return fmt.Errorf("transaction %d of %d: %w", i, len(txs), err)
		}
	}
	return nil
}

func (c *Chain) deployTransactions(setup NetworkSetup, addresses map[string]common.Address) ([]*types.Transaction, error) {
	b := batch{chain: c, addresses: addresses}
	args := constructorArgs(setup, addresses)
	for _, name := range deployOrder {
		data, err := c.contracts[name].abi.Pack("", args[name]...)
		if err != nil {
			return nil, fmt.Errorf("constructor of %s: %w", name, err)
		}
		b.add(c.config.Owner, &types.DynamicFeeTx{Data: slices.Concat(c.contracts[name].bytecode, data)})
	}
	var nodes []common.Address
	for _, v := range setup.Validators {
		nodes = append(nodes, v.Address())
	}
	// A coin each, to vote with.
	coins := new(big.Int).Mul(big.NewInt(int64(len(nodes))), big.NewInt(params.Ether))
	b.call(c.config.Owner, coins, "Multisender", "sendEth", nodes)
	for _, v := range setup.Validators {
		b.call(v.Key, nil, "PubkeyRouter", "voteForRootKeys", addresses["Staking"], rootKeyTuples(setup))
	}
	b.call(setup.FirstPKPOwner, big.NewInt(initialMintCost), "PKPNFT", "mintNext", big.NewInt(keyTypeSecp256k1))
	return b.txs, b.err
}

// batch collects the transactions of one block, counting nonces from zero.
type batch struct {
	chain     *Chain
	addresses map[string]common.Address
	nonces    map[common.Address]uint64
	txs       []*types.Transaction
	err       error
}

func (b *batch) call(from *ecdsa.PrivateKey, wei *big.Int, contract, method string, args ...any) {
	data, err := b.chain.contracts[contract].abi.Pack(method, args...)
	if err != nil {
		b.err = errors.Join(b.err, fmt.Errorf("%s.%s: %w", contract, method, err))
		return
	}
	to := b.addresses[contract]
	b.add(from, &types.DynamicFeeTx{To: &to, Value: wei, Data: data})
}

func (b *batch) add(from *ecdsa.PrivateKey, tx *types.DynamicFeeTx) {
	if b.nonces == nil {
		b.nonces = make(map[common.Address]uint64)
	}
	sender := crypto.PubkeyToAddress(from.PublicKey)
	tx.Nonce, tx.Gas = b.nonces[sender], maxTransactionGas
	b.nonces[sender]++
	signed, err := b.chain.sign(from, tx)
	if err != nil {
		b.err = errors.Join(b.err, err)
		return
	}
	b.txs = append(b.txs, signed)
}

func rootKeyTuples(setup NetworkSetup) []rootKeyTuple {
	tuples := []rootKeyTuple{{Pubkey: setup.NetworkPublicKey[:], KeyType: big.NewInt(keyTypeBLS)}}
	for _, root := range setup.RootKeys {
		tuples = append(tuples, rootKeyTuple{Pubkey: root, KeyType: big.NewInt(keyTypeSecp256k1)})
	}
	return tuples
}
