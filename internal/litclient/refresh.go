package litclient

import (
	"context"
	"slices"

	"litsession/internal/literr"
)

// Refresh reads the epoch and its validators from the chain again. New
// validators are asked for a handshake, as are those that did not answer the
// last one; the network's key must stay the same. If it fails, what was known
// before stays usable. Calls at the same time share the work.
//
// Errors: [literr.NotReady] and those of [Client.Connect].
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
	if err != nil {
		return err
	}
	if fresh.staking == n.staking && fresh.threshold == n.threshold && sameNodes(fresh.nodes, n.nodes) {
		found := c.lateNodes(ctx, n)
		c.update(func(now *network) {
			now.epoch, now.nodes = fresh.epoch, fresh.nodes
			now.connected = append(slices.Clip(now.connected), found...)
		})
		return nil
	}
	if err := c.shakeHands(ctx, fresh, nil); err != nil {
		return err
	}
	if fresh.key != n.key {
		return literr.Errorf(literr.NodesDisagree, "the nodes of epoch %d have another network key than those before", fresh.epoch.Number).
			WithHint("If this is meant to be so, connect again.")
	}
	c.update(func(now *network) { *now = *fresh })
	return nil
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
	_ = fanOut(ctx, missing, func(ctx context.Context, url string) (greeting, error) {
		return c.handshake(ctx, url, id, n.epoch)
	}, func(a answer[greeting]) bool {
		if a.err == nil && a.value.key == n.key {
			found = append(found, a.url)
		}
		return false
	})
	return found
}
