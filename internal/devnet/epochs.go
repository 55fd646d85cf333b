package devnet

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/bls"
	"litsession/internal/devnet/chain"
	"litsession/internal/devnet/node"
)

// rememberedEpochs is how many epochs the dealer knows the validators of. Nodes
// sign for the current and the previous one; the rest is for requests that were
// on their way when the epoch changed.
const rememberedEpochs = 8

// epochs say who validates when. It is never changed once nodes have it.
type epochs struct {
	// current is the epoch that requests mean that name none.
	current uint64
	// newest is current or, while the chain is about to begin it, the next one.
	newest uint64
	// validators are the nodes of each epoch in Staking's order, from which
	// shares take their numbers.
	validators map[uint64][]int
}

// announcing is e with an epoch to come, which nodes can sign for already.
func (e *epochs) announcing(validators []int) *epochs {
	next := &epochs{current: e.current, newest: e.current + 1, validators: map[uint64][]int{}}
	for number, nodes := range e.validators {
		if number+rememberedEpochs > next.newest {
			next.validators[number] = nodes
		}
	}
	next.validators[next.newest] = validators
	return next
}

// begun is e when its newest epoch is the current one.
func (e *epochs) begun() *epochs {
	return &epochs{current: e.newest, newest: e.newest, validators: e.validators}
}

// signable are the epochs that nodes hold shares of: the current one and its
// neighbours.
func (e *epochs) signable() []uint64 {
	var numbers []uint64
	for number := range e.validators {
		if number+1 >= e.current {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// held is what each node holds of the keys.
func (k keys) held(e *epochs, nodes int) ([]node.Keys, error) {
	held := make([]node.Keys, nodes)
	for i := range held {
		held[i] = node.Keys{Network: k.network, Shares: map[uint64]bls.SecretShare{}, Epoch: e.current, HDRoots: k.roots}
	}
	for _, number := range e.signable() {
		_, shares, err := k.deal(number, len(e.validators[number]))
		if err != nil {
			return nil, fmt.Errorf("deal the shares of epoch %d: %w", number, err)
		}
		for position, i := range e.validators[number] {
			held[i].Shares[number] = shares[position]
		}
	}
	return held, nil
}

// hand gives every node its keys.
func (n *Network) hand(e *epochs) error {
	held, err := n.keys.held(e, len(n.nodes))
	if err != nil {
		return err
	}
	n.epochs.Store(e) // first: a node that can sign must find the dealer ready
	for i, one := range n.nodes {
		one.SetKeys(held[i])
	}
	return nil
}

// AdvanceEpoch begins the next epoch. Its validators are the given nodes,
// counted from 0 and in the network's order whatever their order here, or those
// of the current epoch for nil. Fewer than the threshold, unknown nodes and
// repeated ones are a [*ConfigError] with field nodes.
//
// The network's key stays; it is dealt anew among the validators, so that
// shares of different epochs do not combine, and share i goes to the i-th
// validator. Nodes sign for the current epoch and for the previous one. A node
// that validates in neither goes on listening and says that it has no key.
//
// The change is not interrupted once it has begun: ctx is for the wait until
// another change is over.
func (n *Network) AdvanceEpoch(ctx context.Context, nodes []int) error {
	n.advancing.Lock()
	defer n.advancing.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("advance epoch: %w", err)
	}
	before := n.epochs.Load()
	validators, err := n.chooseValidators(nodes, before)
	if err != nil {
		return fmt.Errorf("advance epoch: %w", err)
	}
	// Nodes come first: a client that hears of an epoch is never refused for it.
	next := before.announcing(validators)
	if err := n.hand(next); err != nil {
		return fmt.Errorf("advance epoch: %w", err)
	}
	var chosen []chain.Validator
	for _, i := range validators {
		chosen = append(chosen, n.validator(i))
	}
	if err := n.chain.AdvanceEpoch(context.WithoutCancel(ctx), chosen); err != nil {
		return errors.Join(err, n.hand(before))
	}
	if err := n.hand(next.begun()); err != nil {
		return fmt.Errorf("advance epoch: %w", err)
	}
	return nil
}

// chooseValidators checks the nodes of an epoch to come.
func (n *Network) chooseValidators(nodes []int, now *epochs) ([]int, error) {
	if nodes == nil {
		return now.validators[now.current], nil
	}
	chosen := slices.Sorted(slices.Values(nodes))
	for i, index := range chosen {
		if index < 0 || index >= len(n.nodes) {
			return nil, wrong("nodes", "there is no node %d, only 0 to %d", index, len(n.nodes)-1)
		}
		if i > 0 && chosen[i-1] == index {
			return nil, wrong("nodes", "node %d is named twice", index)
		}
	}
	if len(chosen) < n.config.Threshold {
		return nil, wrong("nodes", "%d validators cannot sign: the threshold is %d", len(chosen), n.config.Threshold)
	}
	return chosen, nil
}

// readEpochs finds out from the chain who validates and who did before.
func (n *Network) readEpochs(ctx context.Context) (*epochs, error) {
	now, err := n.chain.Reader().Network(ctx)
	if err != nil {
		return nil, err
	}
	e := &epochs{current: now.Epoch.Number, newest: now.Epoch.Number, validators: map[uint64][]int{}}
	if e.validators[e.current], err = n.indices(now.Validators); err != nil {
		return nil, err
	}
	before, ok, err := n.chain.Reader().PreviousNetwork(ctx)
	if err != nil || !ok {
		return e, err
	}
	e.validators[before.Epoch.Number], err = n.indices(before.Validators)
	return e, err
}

// indices finds validators among the network's nodes.
func (n *Network) indices(validators []chain.Listed) ([]int, error) {
	byAddress := map[common.Address]int{}
	for i := range n.servers {
		byAddress[n.validator(i).Address()] = i
	}
	indices := make([]int, len(validators))
	for position, v := range validators {
		i, ok := byAddress[v.NodeAddress]
		if !ok {
			return nil, fmt.Errorf("the validator %s is no node of this network", v.NodeAddress)
		}
		indices[position] = i
	}
	return indices, nil
}
