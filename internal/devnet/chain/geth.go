package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

const (
	nodeName = "litdevnet"
	cacheMiB = 8
	// blockGasLimit is enough to deploy a network of a hundred nodes in one block.
	blockGasLimit = 100_000_000
)

// genesisTime is the same for every chain, so that the genesis hash, and with it the key of the first PKP, depends on
// the configuration only.
var genesisTime = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

// ownerBalance is a million coins: enough to pay for everything that the owner administers.
var ownerBalance = new(big.Int).Mul(big.NewInt(1_000_000), big.NewInt(params.Ether))

// newStack makes the geth node and its Ethereum service, neither started.
func newStack(config Config) (stack *node.Node, service *eth.Ethereum, err error) {
	err = stored(config, func() error {
		if config.DataDir != "" {
			if err := discard(config.DataDir); err != nil {
				return err
			}
		}
		stack, err = node.New(nodeConfig(config))
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	err = stored(config, func() error {
		service, err = newService(stack, config)
		return err
	})
	if err != nil {
		return nil, nil, errors.Join(err, stored(config, stack.Close))
	}
	return stack, service, nil
}

func newService(stack *node.Node, config Config) (*eth.Ethereum, error) {
	ethConfig := ethconfig.Defaults
	used, err := inspect(config)
	if err != nil {
		return nil, err
	}
	if !used && len(config.Kept) > 0 {
		return nil, errors.New("it holds no chain")
	}
	if !used {
		ethConfig.Genesis = genesis(config)
	}
	ethConfig.SyncMode = ethconfig.FullSync
	ethConfig.LogNoHistory = true
	// An archive writes every block's state at once. Otherwise the state of thousands of blocks waits in memory, and a
	// crash takes the chain back to its beginning.
	ethConfig.StateScheme = rawdb.HashScheme
	ethConfig.NoPruning = true
	ethConfig.DatabaseCache = 2 * cacheMiB
	ethConfig.TrieCleanCache = cacheMiB
	ethConfig.SnapshotCache = 0
	ethConfig.TxPool.NoLocals = true
	ethConfig.TxPool.Journal = ""
	ethConfig.BlobPool.Datadir = "" // in memory: nothing that waits here outlives a stop
	ethConfig.Miner.GasCeil = blockGasLimit
	ethConfig.Miner.GasPrice = big.NewInt(1)
	ethConfig.RPCTxFeeCap = 0 // coins here cost nothing

	service, err := eth.New(stack, &ethConfig)
	if err != nil {
		return nil, err
	}
	if err := checkChain(service, config); err != nil {
		abandon(service)
		return nil, err
	}
	system := filters.NewFilterSystem(service.APIBackend, filters.Config{})
	stack.RegisterAPIs([]rpc.API{{Namespace: "eth", Service: filters.NewFilterAPI(system)}})
	service.SetSynced()
	return service, nil
}

// checkPort finds out before geth does, which does not clean up after itself when it cannot listen.
func checkPort(ctx context.Context, config Config) error {
	address := net.JoinHostPort(config.Host, strconv.Itoa(config.Port))
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return listener.Close()
}

func nodeConfig(config Config) *node.Config {
	nodeConfig := node.DefaultConfig
	modules := []string{"eth", "net", "web3", "txpool"}
	anyone := []string{"*"}
	nodeConfig.Name = nodeName
	nodeConfig.DataDir = config.DataDir
	nodeConfig.HTTPHost, nodeConfig.HTTPPort = config.Host, config.Port
	nodeConfig.HTTPModules, nodeConfig.HTTPCors, nodeConfig.HTTPVirtualHosts = modules, anyone, anyone
	nodeConfig.WSHost, nodeConfig.WSPort = config.Host, config.Port
	nodeConfig.WSModules, nodeConfig.WSOrigins = modules, anyone
	nodeConfig.AuthPort = 0
	nodeConfig.IPCPath = ""
	nodeConfig.P2P = p2p.Config{NoDiscovery: true, NoDial: true, MaxPeers: 0}
	return &nodeConfig
}

func genesis(config Config) *core.Genesis {
	rules := *params.AllDevChainProtocolChanges
	// Bogota is unreleased, and geth's development rules have it without the fork before it: with Bogota's prices and
	// none of the rules that go with them, minting costs three times the gas.
	rules.BogotaTime = nil
	rules.ChainID = new(big.Int).SetUint64(config.ChainID)

	alloc := core.SystemContractAllocs()
	alloc[crypto.PubkeyToAddress(config.Owner.PublicKey)] = types.Account{Balance: ownerBalance}
	for address, balance := range config.Alloc {
		alloc[address] = types.Account{Balance: balance}
	}
	return &core.Genesis{
		Config:     &rules,
		Timestamp:  uint64(genesisTime.Unix()),
		GasLimit:   blockGasLimit,
		Difficulty: common.Big0,
		Alloc:      alloc,
	}
}

// abandon ends what a service runs from its making on. A service that was started is stopped by its node; one that was
// not cannot be stopped as a whole.
func abandon(service *eth.Ethereum) {
	service.Downloader().Terminate()
	service.BlobCache().Stop()
	service.TxPool().Close()
	service.BlockChain().Stop()
}

func checkChain(service *eth.Ethereum, config Config) error {
	chain := service.BlockChain()
	if id := chain.Config().ChainID; id == nil || !id.IsUint64() || id.Uint64() != config.ChainID {
		return fmt.Errorf("it holds a chain with id %v, not %d", id, config.ChainID)
	}
	if chain.Genesis().Time() != uint64(genesisTime.Unix()) {
		return errors.New("it holds a chain that is not a local Lit network")
	}
	for _, kept := range config.Kept {
		if chain.GetCanonicalHash(kept.Number) != kept.Hash {
			return fmt.Errorf("block %d is gone, or is another chain's", kept.Number)
		}
	}
	return nil
}
