package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// AdvanceEpoch begins the next epoch with the given validators, or with the same ones for nil, and makes Staking emit
// StateChanged. Validators that Staking does not know, or knows elsewhere, are entered first. The threshold stays; fewer
// validators are refused. The new epoch is a minute old at once, so that clients name it without delay.
func (c *Chain) AdvanceEpoch(ctx context.Context, validators []Validator) error {
	if err := c.chooseValidators(ctx, validators); err != nil {
		return fmt.Errorf("advance epoch: %w", err)
	}
	if _, err := c.call(ctx, c.config.Owner, nil, "Staking", "advanceEpoch"); err != nil {
		return fmt.Errorf("advance epoch: %w", err)
	}
	return nil
}

func (c *Chain) chooseValidators(ctx context.Context, validators []Validator) error {
	if validators == nil {
		return nil
	}
	if err := checkValidators(validators); err != nil {
		return err
	}
	if err := c.enterValidators(ctx, validators); err != nil {
		return err
	}
	var addresses []common.Address
	for _, v := range validators {
		addresses = append(addresses, v.Address())
	}
	_, err := c.call(ctx, c.config.Owner, nil, "Staking", "lockValidatorsForNextEpoch", addresses)
	return err
}

// enterValidators tells Staking of validators that it does not know as they are.
func (c *Chain) enterValidators(ctx context.Context, validators []Validator) error {
	var news []validatorTuple
	for _, want := range validatorTuples(validators) {
		have, err := read[validatorTuple](ctx, c.Reader(), "Staking", "validators", want.NodeAddress)
		if err != nil {
			return err
		}
		if have.NodeAddress != want.NodeAddress || have.addrPort() != want.addrPort() {
			news = append(news, want)
		}
	}
	if len(news) == 0 {
		return nil
	}
	_, err := c.call(ctx, c.config.Owner, nil, "Staking", "setValidators", news)
	return err
}

// adopt checks that contracts from an earlier run are this network's, and brings the validators up to date.
func (c *Chain) adopt(ctx context.Context, setup NetworkSetup) error {
	network, err := c.Reader().Network(ctx)
	if err != nil {
		return err
	}
	if network.Threshold != setup.Threshold {
		return fmt.Errorf("their threshold is %d, not %d", network.Threshold, setup.Threshold)
	}
	if err := c.checkRootKeys(ctx, setup); err != nil {
		return err
	}
	known := map[common.Address]bool{}
	for _, v := range setup.Validators {
		known[v.Address()] = true
	}
	for _, have := range network.Validators {
		if !known[have.NodeAddress] {
			return fmt.Errorf("their validator %s is none of these", have.NodeAddress)
		}
	}
	return c.enterValidators(ctx, setup.Validators)
}

func (c *Chain) checkRootKeys(ctx context.Context, setup NetworkSetup) error {
	staking, err := c.address("Staking")
	if err != nil {
		return err
	}
	have, err := read[[]rootKeyTuple](ctx, c.Reader(), "PubkeyRouter", "getRootKeys", staking)
	if err != nil {
		return err
	}
	same := slices.EqualFunc(have, rootKeyTuples(setup), func(a, b rootKeyTuple) bool {
		return bytes.Equal(a.Pubkey, b.Pubkey) && a.KeyType.Cmp(b.KeyType) == 0
	})
	if !same {
		return errors.New("they have other root keys")
	}
	return nil
}
