// Package chain is the local network's blockchain: a go-ethereum node in this process with a JSON-RPC port, and the
// network's contracts on it (Solidity under contracts/, compiled output committed).
//
// [Start] boots the node; [Chain.Deploy] puts the contracts on it, once the nodes' addresses and ports are known.
// [Chain.Reader] answers what nodes ask the chain.
//
// A block is made as soon as a transaction arrives. Its time is never ahead of the clock, and up to four minutes behind
// it on a chain that was quiet: that is what lets 240 transactions in a row be mined at once each, though every block
// must be a second later than the one before. Afterwards there is one block a second, with all that has arrived.
//
// A dozen empty blocks follow the last transaction, two seconds apart, for wallets that wait for confirmations. Then the
// chain is quiet, but for an empty block every five minutes: views and gas estimates are made at the newest block's time.
package chain

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/node"
)

// DefaultChainID is the id of Chronicle Yellowstone, which the official SDK assumes for custom networks too.
const DefaultChainID = 175188

// Config says how a chain starts. Only Owner is required.
type Config struct {
	// Host is the IP address to listen on. Default 127.0.0.1.
	Host string
	// Port of JSON-RPC, HTTP and WebSocket alike. Default 0, any free one. A taken port is an error that wraps
	// syscall.EADDRINUSE.
	Port int
	// ChainID defaults to [DefaultChainID].
	ChainID uint64
	// DataDir keeps the chain over a restart; the chain makes a folder of its own in it. Default "": memory only.
	// After Close nothing is lost, after a crash at most blocks whose transactions no method here had reported yet. The
	// final block stays the genesis then.
	DataDir string
	// Kept are blocks, by number and hash, that an earlier run has told of for good. DataDir must hold them.
	Kept []Block
	// Intact says that the files in DataDir are those of which [Sums] told after Close, so that they need not be read
	// before they are used.
	Intact bool
	// Alloc are balances at genesis, in wei. It counts only when DataDir holds no chain yet.
	Alloc map[common.Address]*big.Int
	// Owner deploys and administers the contracts, is given a million coins at genesis, and must send nothing before
	// Deploy.
	Owner *ecdsa.PrivateKey
	// ConfirmInterval is the time between the empty blocks that follow the last transaction. Default two seconds.
	ConfirmInterval time.Duration
	// IdleInterval is the time between looks at the clock of a quiet chain, which makes an empty block once the newest
	// is five minutes older than new ones are. Default ten seconds.
	IdleInterval time.Duration
	// Now is the clock that no block may be ahead of. It must advance: a chain that has used up its lag waits for it.
	// Default time.Now.
	Now func() time.Time
}

// Chain is a running blockchain. Its methods may be called concurrently.
type Chain struct {
	config    Config
	stack     *node.Node
	service   *eth.Ethereum
	client    *ethclient.Client
	miner     *miner
	contracts map[string]artifact
	close     func() error

	// sending keeps a nonce from being used twice between asking for it and sending.
	sending sync.Mutex

	deployed  sync.RWMutex
	addresses map[string]common.Address
}

// Contract is an entry of the official packages' contract context.
type Contract struct {
	// Address is EIP-55 checksummed.
	Address string `json:"address"`
	// ABI is the compiler's JSON.
	ABI json.RawMessage `json:"abi"`
}

// Start boots the node and returns once its port answers. The chain has one empty block then, or what DataDir keeps.
// What is wrong with DataDir is a [*StoreError].
func Start(ctx context.Context, config Config) (*Chain, error) {
	if config.Owner == nil {
		return nil, errors.New("start chain: an owner is required")
	}
	if config.Host == "" {
		config.Host = "127.0.0.1"
	}
	if config.ChainID == 0 {
		config.ChainID = DefaultChainID
	}
	if config.ConfirmInterval == 0 {
		config.ConfirmInterval = defaultConfirmInterval
	}
	if config.IdleInterval == 0 {
		config.IdleInterval = defaultIdleInterval
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if err := checkPort(ctx, config); err != nil {
		return nil, fmt.Errorf("start chain: %w", err)
	}
	prepareProcess()
	contracts, err := artifacts()
	if err != nil {
		return nil, fmt.Errorf("start chain: %w", err)
	}
	stack, service, err := newStack(config)
	if err != nil {
		return nil, fmt.Errorf("start chain: %w", err)
	}
	c := &Chain{
		config: config, stack: stack, service: service, contracts: contracts,
		miner: newMiner(service, config),
	}
	c.close = sync.OnceValue(c.shutDown)
	if err := c.boot(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start chain: %w", err), stack.Close())
	}
	return c, nil
}

func (c *Chain) boot(ctx context.Context) error {
	if err := c.stack.Start(); err != nil {
		return err
	}
	if err := stored(c.config, func() error { return c.firstBlock(ctx) }); err != nil {
		return err
	}
	c.client = ethclient.NewClient(c.stack.Attach())
	c.miner.run()
	return nil
}

// firstBlock makes a block to begin with.
func (c *Chain) firstBlock(ctx context.Context) error {
	// Without a first block geth's transaction index is never done, and receipts are refused until it is.
	next := c.miner.head().Time + 1
	if c.miner.head().Number.Sign() > 0 {
		next = c.miner.blockTime()
	}
	if err := c.miner.waitForTime(ctx); err != nil {
		return err
	}
	if _, err := c.miner.seal(ctx, next, nil, true); err != nil {
		return err
	}
	return c.waitForIndex(ctx)
}

func (c *Chain) waitForIndex(ctx context.Context) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !c.service.BlockChain().TxIndexDone() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the transaction index: %w", ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// URL is the JSON-RPC endpoint, http:// with host and port and no trailing slash. WebSocket is the same with ws://.
func (c *Chain) URL() string { return c.stack.HTTPEndpoint() }

// ChainID is the configured id.
func (c *Chain) ChainID() uint64 { return c.config.ChainID }

// Contracts are the deployed contracts by the names that the official packages use; empty before Deploy. Encoded as
// JSON it serves as contractContext of LitNodeClient and as customContext of LitContracts.
func (c *Chain) Contracts() map[string]Contract {
	c.deployed.RLock()
	defer c.deployed.RUnlock()
	all := make(map[string]Contract, len(c.addresses))
	for name, address := range c.addresses {
		all[name] = Contract{Address: address.Hex(), ABI: c.contracts[name].abiText}
	}
	return all
}

// Close stops mining, closes the port and writes everything to DataDir. Further calls to the chain fail, but for Close,
// which does nothing more.
func (c *Chain) Close() error { return c.close() }

func (c *Chain) shutDown() error {
	c.miner.close()
	c.client.Close()
	return c.stack.Close()
}
