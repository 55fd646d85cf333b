package litclient

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"litsession/internal/eth"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
)

const (
	// blockhashLifetime is how long a block hash serves as nonce.
	// Value: official SDK 7.4.0, packages/core, BLOCKHASH_SYNC_INTERVAL.
	blockhashLifetime = 30 * time.Second
	// refreshTimeout bounds the wait for one node.
	refreshTimeout = 3 * time.Second
)

// LatestBlockhash returns the block hash that serves as nonce. One older than
// 30 s is asked for anew. Errors: [literr.NotReady], [literr.NoBlockhash].
func (c *Client) LatestBlockhash(ctx context.Context) (string, error) {
	n, err := c.ready(notReady)
	if err != nil {
		return "", err
	}
	return c.blockhash(ctx, n, nil)
}

// latestBlockhash is the best of the candidates, "" if there is none.
func (n *network) latestBlockhash() string { return firstExcept(n.blockhashes, nil) }

// blockhash is [Client.LatestBlockhash] for a call that knows a network, and
// which hashes nodes have refused.
func (c *Client) blockhash(ctx context.Context, n *network, refused []string) (string, error) {
	n = c.latest(n)
	hash := firstExcept(n.blockhashes, refused)
	if hash != "" && c.config.Now().Sub(n.blockhashAt) < blockhashLifetime {
		return hash, nil
	}
	return c.refreshBlockhash(ctx, n, refused)
}

func firstExcept(hashes, refused []string) string {
	for _, hash := range hashes {
		if !slices.Contains(refused, hash) {
			return hash
		}
	}
	return ""
}

// refreshBlockhash asks all connected nodes. A hash that more of them name than
// may lie is taken at once. While blocks change there may be none; then the one
// that most name comes first, which may be the liars', and the others serve
// should it be refused.
func (c *Client) refreshBlockhash(ctx context.Context, n *network, refused []string) (string, error) {
	id, err := c.requestID()
	if err != nil {
		return "", err
	}
	var hashes []string
	count := map[string]int{}
	var failures []literr.Failure
	err = fanOut(ctx, c.config.NextTurn, n.connected, func(ctx context.Context, url string) (string, error) {
		return c.askBlockhash(ctx, url, id, n)
	}, func(a answer[string]) bool {
		switch {
		case a.err != nil:
			failures = append(failures, failureOf(a.url, a.err))
			return false
		case slices.Contains(refused, a.value):
			failures = append(failures, literr.Failure{URL: a.url, Message: "the node names a block hash that the nodes refuse"})
			return false
		}
		hashes = append(hashes, a.value)
		count[a.value]++
		return count[a.value] > n.liars()
	})
	if err != nil {
		return "", err
	}
	candidates := ranked(hashes)
	if len(candidates) == 0 {
		return "", literr.Errorf(literr.NoBlockhash, "no node gave a block hash that the nodes take").With("failures", failures)
	}
	c.update(func(now *network) { now.blockhashes, now.blockhashAt = candidates, c.config.Now() })
	return candidates[0], nil
}

func (c *Client) askBlockhash(ctx context.Context, url, id string, n *network) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, refreshTimeout, literr.Timeout)
	defer cancel()
	r, err := c.handshake(ctx, url, id, n.epoch)
	if err != nil {
		return "", err
	}
	hash := canonicalBlockhash(r.LatestBlockhash)
	if r.key != n.key || hash == "" {
		return "", literr.Errorf(literr.NodesDisagree, "the node has another network key or no block hash")
	}
	return hash, nil
}

// dropBlockhash forgets a candidate that the nodes refused.
func (c *Client) dropBlockhash(hash string) {
	c.update(func(now *network) {
		now.blockhashes = slices.DeleteFunc(slices.Clone(now.blockhashes), func(one string) bool { return one == hash })
	})
}

// canonicalBlockhash returns a block hash in lower case, "" for what is none.
func canonicalBlockhash(text string) string {
	b, err := eth.ParseHex(text)
	if err != nil || len(b) != 32 {
		return ""
	}
	return eth.Hex(b)
}

// refusesNonce reports whether a node refused a message because its nonce is no
// block that it knows, or one that is too old.
func refusesNonce(err error) bool {
	var refusal *nodeapi.Error
	return errors.As(err, &refusal) && (refusal.Code == "NodeInvalidBlockhash" ||
		slices.ContainsFunc(refusal.Details, func(detail string) bool { return strings.HasPrefix(detail, "Blocktime ") }))
}
