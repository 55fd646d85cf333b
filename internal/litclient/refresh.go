package litclient

import (
	"context"
	"errors"
	"slices"

	"litsession/internal/contracts"
	"litsession/internal/literr"
)

// Refresh reads the epoch and its validators from the chain again. When either
// has changed, all validators are asked for a handshake, otherwise those that
// did not answer the last one. If it fails, what was known before stays usable.
// Calls at the same time share the work.
//
// The network's key must stay the same, and its Staking contract where it was:
// a network that was started anew in the same place, with other keys, is
// [literr.NetworkChanged]. Other errors: [literr.NotReady] and those of
// [Client.Connect].
func (c *Client) Refresh(ctx context.Context) error {
	_, err := c.refreshing.do(ctx, "", nil, func(ctx context.Context, _ Progress) (struct{}, error) {
		return struct{}{}, c.refresh(ctx)
	})
	return err
}

func (c *Client) refresh(ctx context.Context) error {
	n, err := c.ready(notReady)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.ConnectTimeout, errHandshakeTimeout)
	defer cancel()
	fresh, err := c.readStaking(ctx)
	if errors.Is(err, contracts.ErrNoContract) {
		return networkChanged("the chain no longer has the network's Staking contract", err)
	}
	if err != nil {
		return err
	}
	// An epoch ends at another second in every network, so that a new one is found
	// without asking a node each time.
	if fresh.staking == n.staking && fresh.threshold == n.threshold && fresh.epoch == n.epoch && sameNodes(fresh.nodes, n.nodes) {
		found := c.lateNodes(ctx, n)
		c.update(func(now *network) {
			now.nodes = fresh.nodes
			now.connected = append(slices.Clip(now.connected), found...)
		})
		return nil
	}
	if err := c.shakeHands(ctx, fresh, nil); err != nil {
		return err
	}
	if fresh.key != n.key {
		return networkChanged("the nodes have another network key than those before", nil)
	}
	if fresh.skew != nil {
		c.setSkew(*fresh.skew)
	}
	c.update(func(now *network) { *now = *fresh })
	return nil
}

func networkChanged(why string, cause error) error {
	e := literr.Errorf(literr.NetworkChanged, "this is another network than at connect: %s", why).
		WithHint("If this is meant to be so, connect again.")
	e.Cause = cause
	return e
}

// update replaces what is known of the network, if the client is still connected.
func (c *Client) update(change func(*network)) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.network != nil {
		fresh := *c.network
		change(&fresh)
		c.network = &fresh
	}
}

func sameNodes(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// lateNodes returns those nodes that have not agreed yet and do so now.
func (c *Client) lateNodes(ctx context.Context, n *network) []string {
	missing := slices.DeleteFunc(slices.Clone(n.nodes), func(url string) bool { return slices.Contains(n.connected, url) })
	id, err := c.requestID()
	if len(missing) == 0 || err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, refreshTimeout, literr.Timeout)
	defer cancel()
	var found []string
	_ = fanOut(ctx, c.config.NextTurn, missing, func(ctx context.Context, url string) (greeting, error) {
		return c.handshake(ctx, url, id, n.epoch)
	}, func(a answer[greeting]) bool {
		if a.err == nil && a.value.key == n.key {
			found = append(found, a.url)
		}
		return false
	})
	return found
}
