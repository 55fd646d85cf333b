// Package devnet is a Lit network on one machine: a chain with the network's
// contracts, nodes that each hold a share of one BLS key and listen on a port
// of their own, a first PKP, and an admin API.
//
// [Start] brings all of it up in about a second; the zero [Config] is enough.
// What a client needs to know comes from [Network.Descriptor]. The network is gone
// with its process unless [Config.Data] names a directory.
//
// It is for development and tests. One process deals all keys and knows them.
package devnet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"litsession/internal/devnet/action"
	"litsession/internal/devnet/chain"
	"litsession/internal/devnet/ethers"
	"litsession/internal/devnet/node"
	"litsession/internal/ipfs"
)

// GuideAction is the Lit Action that the first PKP permits: it answers "true"
// if magicNumber is at least 42.
const GuideAction = `(() => {
    if (magicNumber >= 42) {
        LitActions.setResponse({ response:"true" });
    } else {
        LitActions.setResponse({ response: "false" });
    }
})();`

// Fault is a misbehaviour of a node.
type Fault = node.Fault

// Network is a running network. Its methods may be called concurrently.
type Network struct {
	config     Config
	directory  *directory // nil if nothing is kept
	chain      *chain.Chain
	nodes      []*node.Node
	servers    []*server // of the nodes, in their order
	admin      *server
	sources    *sources
	keys       keys
	descriptor Descriptor // but for its epoch
	advancing  sync.Mutex // one change of the epoch at a time
	epochs     atomic.Pointer[epochs]
	closing    sync.Once
	closed     error
}

// Start brings a network up and returns when every port answers. A port that
// was asked for and is taken is a [*PortError], what [Config.Check] refuses a
// [*ConfigError], and a directory that cannot be used a [*DataError], whose text
// names the file and says what to do.
func Start(ctx context.Context, config Config) (*Network, error) {
	if err := config.Check(); err != nil {
		return nil, fmt.Errorf("start network: %w", err)
	}
	n := new(Network)
	if err := n.prepare(config); err != nil {
		return nil, fmt.Errorf("start network: %w", err)
	}
	if err := n.start(ctx); err != nil {
		return nil, fmt.Errorf("start network: %w", errors.Join(err, n.Close()))
	}
	return n, nil
}

// prepare takes the data directory, if there is to be one.
func (n *Network) prepare(config Config) (err error) {
	var kept string
	if config.Data != "" {
		if n.directory, config, err = openDirectory(config); err != nil {
			return err
		}
		kept = n.directory.sources()
	}
	n.config, n.sources = config.withDefaults(), newSources(kept)
	return nil
}

func (n *Network) start(ctx context.Context) error {
	keys, err := dealKeys(n.config)
	if err != nil {
		return err
	}
	n.keys = keys
	if err := n.listen(); err != nil {
		return err
	}
	if n.chain, err = n.startChain(ctx, keys); err != nil {
		return err
	}
	pkp, err := n.deploy(ctx)
	if err != nil {
		return err
	}
	cid, err := n.sources.add([]byte(GuideAction))
	if err != nil {
		return err
	}
	if err := n.complete(ctx, pkp, cid); err != nil {
		return err
	}
	network, err := n.chain.Reader().Network(ctx)
	if err != nil {
		return err
	}
	epochs, err := n.readEpochs(ctx)
	if err != nil {
		return err
	}
	if err := n.serveNodes(ctx, epochs); err != nil {
		return err
	}
	n.descriptor = n.describe(keys, pkp, cid, network)
	n.admin.serve(n.adminHandler())
	return nil
}

// startChain boots the chain, on a free port if its default one is taken.
func (n *Network) startChain(ctx context.Context, keys keys) (*chain.Chain, error) {
	config := chain.Config{
		Host: n.config.Host, Port: n.config.RPCPort.Number, ChainID: n.config.ChainID,
		Alloc: keys.alloc(), Owner: keys.owner, Now: n.config.Now,
	}
	if n.directory != nil {
		config.DataDir, config.Kept, config.Intact = n.directory.chain(), n.directory.kept(), n.directory.intact
	}
	c, err := chain.Start(ctx, config)
	if isTaken(err) && n.config.RPCPort.OrFree {
		config.Port = 0
		c, err = chain.Start(ctx, config)
	}
	if isTaken(err) {
		return nil, &PortError{Listener: RPCListener, Port: config.Port, Err: err}
	}
	if store := new(chain.StoreError); errors.As(err, &store) {
		return nil, damaged(n.config.Data, "the chain in %s cannot be used: %w", chainName, store.Err)
	}
	return c, err
}

// deploy puts the contracts on the chain, or finds those of an earlier run.
func (n *Network) deploy(ctx context.Context) (chain.PKP, error) {
	setup := n.setup(n.keys)
	setup.Existing = n.directory != nil && n.directory.record.Deployed
	pkp, err := n.chain.Deploy(ctx, setup)
	if err != nil && setup.Existing && ctx.Err() == nil {
		return pkp, damaged(n.config.Data, "%s and the chain in %s are not of the same network: %w", recordName, chainName, err)
	}
	return pkp, err
}

func (n *Network) setup(keys keys) chain.NetworkSetup {
	setup := chain.NetworkSetup{
		Threshold: n.config.Threshold, RootKeys: keys.roots,
		NetworkPublicKey: keys.network, FirstPKPOwner: keys.accounts[0],
	}
	for i := range n.servers {
		setup.Validators = append(setup.Validators, n.validator(i))
	}
	return setup
}

// validator is node i as Staking lists it.
func (n *Network) validator(i int) chain.Validator {
	address := n.servers[i].address
	return chain.Validator{IP: address.Addr(), Port: address.Port(), Key: n.keys.nodes[i]}
}

// scopeSignAnything is what the guide's action may do with the first PKP.
const scopeSignAnything = 1

// complete permits the first action, unless that was done in an earlier run: its
// owner may have thought better of it.
func (n *Network) complete(ctx context.Context, pkp chain.PKP, cid ipfs.CID) error {
	if n.directory == nil || !n.directory.record.Deployed {
		if err := n.chain.PermitAction(ctx, n.keys.accounts[0], pkp.TokenID, cid.Multihash(), []uint64{scopeSignAnything}); err != nil {
			return err
		}
	}
	if n.directory == nil || len(n.directory.record.Blocks) > 0 {
		return nil
	}
	return n.directory.deployed(n.chain.Genesis(), n.chain.WrittenBlock())
}

// parallelActions is how many requests' actions run at the same time: each on
// all nodes, and many machines in a loop leave little of a processor to others.
func parallelActions(nodes int) int { return max(4, 80/nodes) }

func (n *Network) serveNodes(ctx context.Context, epochs *epochs) error {
	library, err := ethers.Source()
	if err != nil {
		return err
	}
	runtime, err := action.New(action.Options{Ethers: library, BuildHint: ethers.HowToGet, Parallel: parallelActions(n.config.Nodes), Memory: n.config.Limits.ActionBytes})
	if err != nil {
		return err
	}
	view := chainView{n.chain, n.chain.Reader()}
	window, err := view.reader.CreditWindow(ctx)
	if err != nil {
		return err
	}
	reachable, err := n.fetchPolicy()
	if err != nil {
		return err
	}
	dealer, exchanges := n.newDealer(), n.newExchanges()
	load := node.NewLoad(node.LoadLimits{Requests: n.config.Limits.Requests, BodyBytes: n.config.Limits.BodyBytes})
	for i, s := range n.servers {
		one := node.New(node.Config{
			Blocks: view, PKPs: view, Permissions: view,
			Actions: runtime,
			ECDSA:   nodeDealer{dealer, i},
			Address: s.address.String(),
			Host: action.Host{
				Permissions: actionView{view.reader}, Code: n.sources,
				Chains: actionChains{n.chain.URL(), view.reader},
			},
			Conditions:  conditionsView{view.reader},
			Peers:       nodePeers{exchanges, i},
			Identity:    n.keys.nodes[i],
			Limits:      action.Limits{Time: n.config.ActionTime},
			Now:         n.config.Now,
			StrictNonce: n.config.StrictNonce,
			Fetch:       reachable,
			Load:        load,
			CreditCheck: n.config.Credits, Credits: creditView{view.reader}, CreditWindow: window,
		})
		n.nodes = append(n.nodes, one)
	}
	if err := n.hand(epochs); err != nil {
		return err
	}
	for i, s := range n.servers { // when all are there, which the dealer looks at
		s.serve(n.nodes[i])
	}
	return nil
}

// SetFault makes node i, counted from 0, misbehave in place of how it did
// before; the zero Fault ends it. A node that is down comes back on its port,
// which fails if another program has taken the port meanwhile.
func (n *Network) SetFault(i int, f Fault) error {
	if i < 0 || i >= len(n.nodes) {
		return fmt.Errorf("there is no node %d, only 0 to %d", i, len(n.nodes)-1)
	}
	n.servers[i].switching.Lock()
	defer n.servers[i].switching.Unlock()
	if err := n.nodes[i].SetFault(f); err != nil {
		return fmt.Errorf("node %d: %w", i, err)
	}
	if f.RefusesConnections() {
		n.servers[i].stop()
		return nil
	}
	if err := n.servers[i].restart(); err != nil {
		return fmt.Errorf("node %d: %w", i, err)
	}
	return nil
}

// Close stops everything and returns when no port and no goroutine is left. A
// second call does nothing.
func (n *Network) Close() error {
	n.closing.Do(func() {
		if n.admin != nil {
			n.admin.close()
		}
		for _, s := range n.servers {
			s.close()
		}
		if n.chain != nil {
			n.closed = n.chain.Close()
		}
		if n.directory != nil && n.chain != nil && n.closed == nil {
			n.closed = n.directory.finished()
		}
		if n.directory != nil {
			n.closed = errors.Join(n.closed, n.directory.close())
		}
	})
	return n.closed
}
