package litclient

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"litsession/internal/bls"
	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
)

const (
	// handshakeGrace is how long connect waits for the rest once the threshold
	// of nodes agrees. Session signatures do not need the rest, only the list
	// of connected nodes does.
	handshakeGrace = 250 * time.Millisecond
	// blockhashLifetime is how long a block hash serves as nonce.
	// Value: official SDK 7.4.0, EPOCH and block hash cache.
	blockhashLifetime = 30 * time.Second
	challengeSize     = 32
)

// attempt is a connect that several callers wait for.
type attempt struct {
	done chan struct{}
	err  error
}

// Connect reads the validators from the chain, shakes hands with all of them
// and keeps what at least the threshold says alike: the network's keys. A
// node that is slow, dead or of another opinion does not hinder it. Calls at
// the same time share one attempt; if a repeated Connect fails, what was known
// before stays usable.
//
// Attestation of nodes cannot be checked yet: a client that asks for it, or a
// network that demands it (datil-test, datil), is [literr.BadAttestation].
// Other errors: [literr.ChainUnreachable], [literr.NotEnoughNodes],
// [literr.NodesDisagree], [literr.Timeout].
func (c *Client) Connect(ctx context.Context) error {
	c.mutex.Lock()
	a := c.attempt
	if a == nil {
		a = &attempt{done: make(chan struct{})}
		c.attempt = a
		// The attempt belongs to all who wait for it: one caller that gives up
		// does not end it. Its own timeouts do.
		go c.runAttempt(context.WithoutCancel(ctx), a)
	}
	c.mutex.Unlock()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-a.done:
		return a.err
	}
}

func (c *Client) runAttempt(ctx context.Context, a *attempt) {
	defer close(a.done)
	defer func() {
		if r := recover(); r != nil {
			a.err = literr.Errorf(literr.Internal, "internal error: %v", r)
		}
	}()
	n, err := c.connect(ctx)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.attempt = nil
	if a.err = err; err == nil {
		c.network = n
	}
}

func (c *Client) connect(ctx context.Context) (*network, error) {
	if c.config.CheckNodeAttestation || c.config.Network == "datil" || c.config.Network == "datil-test" {
		return nil, literr.Errorf(literr.BadAttestation, "the attestation of %s's nodes cannot be checked by this version", c.config.Network).
			WithHint("Use a network without attestation and leave checkNodeAttestation out.")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.ConnectTimeout, errHandshakeTimeout)
	defer cancel()
	n, err := c.readStaking(ctx)
	if err != nil {
		return nil, err
	}
	return n, c.shakeHands(ctx, n)
}

var errHandshakeTimeout = errors.New("connectTimeout is over")

func (c *Client) readStaking(ctx context.Context) (*network, error) {
	reader := contracts.Reader{Fetcher: c.config.Fetch, RPCURL: c.config.RPCURL}
	reader.Addresses.Staking = c.config.Staking
	if c.config.Staking == (eth.Address{}) {
		address, err := reader.Resolve(ctx, *c.config.Resolver, contracts.NameStaking)
		if err != nil {
			return nil, err
		}
		reader.Addresses.Staking = address
	}
	set, err := reader.Staking(ctx)
	if err != nil {
		return nil, err
	}
	n := &network{threshold: set.MinNodeCount, epoch: set.Epoch, staking: reader.Addresses.Staking.String()}
	for _, v := range set.Validators {
		n.nodes = append(n.nodes, v.URL(c.config.NodeProtocol, c.known.NodeScheme))
	}
	return n, nil
}

// shakeHands asks all nodes and fills in what they agree on.
func (c *Client) shakeHands(ctx context.Context, n *network) error {
	id, err := c.requestID()
	if err != nil {
		return err
	}
	votes := tally{threshold: n.threshold}
	graceCtx, endGrace := context.WithCancelCause(ctx)
	defer endGrace(nil)
	err = fanOut(graceCtx, n.nodes, func(ctx context.Context, url string) (nodeapi.HandshakeResponse, error) {
		return c.handshake(ctx, url, id, n.epoch)
	}, func(a answer[nodeapi.HandshakeResponse]) bool {
		if votes.add(a) {
			time.AfterFunc(handshakeGrace, func() { endGrace(errGraceOver) })
		}
		return false
	})
	agreed := votes.winner()
	if agreed == nil {
		return votes.failure(n, err, c.config.ConnectTimeout)
	}
	n.key = agreed.key
	n.connected = agreed.urls
	n.hdRoots = mostCommonList(agreed.hdRoots)
	n.blockhash = mostCommon(agreed.blockhashes)
	n.blockhashAt = c.config.Now()
	if n.blockhash == "" {
		return literr.Errorf(literr.NodeFault, `latestBlockhash is not available. Received: "0x"`).
			WithHint("The nodes know no block yet; try again in a few seconds.")
	}
	return nil
}

var errGraceOver = errors.New("enough nodes answered")

func (c *Client) handshake(ctx context.Context, url, id string, epoch contracts.Epoch) (nodeapi.HandshakeResponse, error) {
	challenge := make([]byte, challengeSize)
	if err := c.randomBytes(challenge); err != nil {
		return nodeapi.HandshakeResponse{}, err
	}
	client := nodeapi.Client{Fetch: c.config.Fetch, RequestID: id}
	return client.Handshake(ctx, url, nodeapi.HandshakeRequest{
		ClientPublicKey: "test", // what the official SDK sends; nodes ignore it
		Challenge:       hex.EncodeToString(challenge),
		Epoch:           epoch.CurrentNumber(c.config.Now()),
	})
}

// LatestBlockhash returns the block hash that serves as nonce. One older than
// 30 s is asked for anew, from one node after the other until one answers
// with the network's key. Errors: [literr.NotReady], [literr.NotEnoughNodes].
func (c *Client) LatestBlockhash(ctx context.Context) (string, error) {
	n, err := c.ready()
	if err != nil {
		return "", err
	}
	if c.config.Now().Sub(n.blockhashAt) < blockhashLifetime {
		return n.blockhash, nil
	}
	return c.refreshBlockhash(ctx, n)
}

// refreshTimeout bounds the wait for one node.
const refreshTimeout = 3 * time.Second

func (c *Client) refreshBlockhash(ctx context.Context, n *network) (string, error) {
	id, err := c.requestID()
	if err != nil {
		return "", err
	}
	var failures []literr.Failure
	for _, url := range n.connected {
		hash, err := c.askBlockhash(ctx, url, id, n)
		if err == nil {
			return hash, nil
		}
		if cause := context.Cause(ctx); cause != nil {
			return "", cause
		}
		failures = append(failures, failureOf(url, err))
	}
	return "", literr.Errorf(literr.NotEnoughNodes, "no node gave a block hash").With("failures", failures)
}

func (c *Client) askBlockhash(ctx context.Context, url, id string, n *network) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, refreshTimeout, literr.Timeout)
	defer cancel()
	r, err := c.handshake(ctx, url, id, n.epoch)
	if err != nil {
		return "", err
	}
	key, err := bls.ParsePublicKey(r.NetworkPublicKey)
	if err != nil || key != n.key || !isBlockhash(r.LatestBlockhash) {
		return "", literr.Errorf(literr.NodesDisagree, "node %s has another network key or no block hash", url)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.network == n {
		fresh := *n
		fresh.blockhash, fresh.blockhashAt = r.LatestBlockhash, c.config.Now()
		c.network = &fresh
	}
	return r.LatestBlockhash, nil
}

func isBlockhash(text string) bool {
	b, err := eth.ParseHex(text)
	return err == nil && len(b) == 32
}
