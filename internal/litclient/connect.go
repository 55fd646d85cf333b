package litclient

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

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
	challengeSize  = 32
)

// Connect reads the validators from the chain, shakes hands with all of them
// and keeps what at least the threshold says alike: the network's keys. A
// node that is slow, dead or of another opinion does not hinder it. Calls at
// the same time share one attempt; if a repeated Connect fails, what was known
// before stays usable. The session key is read, or made, on the way, so that
// [Client.SessionKeyAtOnce] knows it afterwards. progress may be nil.
//
// Attestation of nodes cannot be checked yet: a client that asks for it, or a
// network that demands it (datil-test, datil), is [literr.BadAttestation].
// Nodes that are not among those that the [Config] pins are not even greeted,
// and a network with another key than the pinned one is
// [literr.BadSignature]. Other errors: [literr.ChainUnreachable],
// [literr.NotEnoughNodes], [literr.NodesDisagree], [literr.NoBlockhash],
// [literr.Timeout].
func (c *Client) Connect(ctx context.Context, progress Progress) error {
	_, err := c.connecting.do(ctx, "", progress, func(ctx context.Context, progress Progress) (struct{}, error) {
		return struct{}{}, c.connect(ctx, progress)
	})
	return err
}

func (c *Client) connect(ctx context.Context, progress Progress) error {
	if c.config.CheckNodeAttestation || c.config.Network == "datil" || c.config.Network == "datil-test" {
		return literr.Errorf(literr.BadAttestation, "the attestation of %s's nodes cannot be checked by this version", c.config.Network).
			WithHint("Use a network without attestation and leave checkNodeAttestation out.")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.ConnectTimeout, errHandshakeTimeout)
	defer cancel()
	keyRead := make(chan struct{})
	go func() {
		defer close(keyRead)
		defer literr.Recover(new(error))
		_, _ = c.SessionKey(ctx) // whoever needs it meets the same failure
	}()
	n, err := c.find(ctx, progress)
	<-keyRead
	if err != nil {
		return err
	}
	var skew time.Duration
	if n.skew != nil {
		skew = *n.skew
	}
	c.setSkew(skew)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.network = n
	return nil
}

// find reads the network from the chain and shakes hands with its nodes.
func (c *Client) find(ctx context.Context, progress Progress) (*network, error) {
	progress.tell(Step{Phase: PhaseChain, Needed: 1})
	n, err := c.readStaking(ctx)
	if err != nil {
		return nil, err
	}
	progress.tell(Step{Phase: PhaseChain, Done: 1, Needed: 1})
	return n, c.shakeHands(ctx, n, progress)
}

// errHandshakeTimeout is why the wait for chain and nodes ends.
var errHandshakeTimeout = fmt.Errorf("connectTimeout is over: %w", literr.Timeout)

// readStaking reads the validators, and leaves out those that are not pinned.
func (c *Client) readStaking(ctx context.Context) (*network, error) {
	n, err := c.readValidators(ctx)
	if errors.Is(err, errHandshakeTimeout) {
		return nil, literr.Errorf(literr.ChainUnreachable, "the chain did not answer within connectTimeout, %d ms", c.config.ConnectTimeout.Milliseconds()).
			WithHint("Check rpcUrl, or allow more time.")
	}
	if err != nil {
		return nil, err
	}
	n.nodes, err = c.config.permitted(n.nodes, n.threshold)
	return n, err
}

func (c *Client) readValidators(ctx context.Context) (*network, error) {
	chain := contracts.Client{Node: contracts.HTTPNode{Fetcher: c.config.Fetch, URL: c.config.RPCURL}}
	chain.Addresses.Staking = c.config.Staking
	if c.config.Staking == (eth.Address{}) {
		if err := chain.Resolve(ctx, *c.config.Resolver, contracts.NameStaking); err != nil {
			return nil, err
		}
	}
	set, err := chain.Staking(ctx)
	if err != nil {
		return nil, err
	}
	n := &network{threshold: set.MinNodeCount, epoch: set.Epoch, staking: chain.Addresses.Staking.String()}
	for _, v := range set.Validators {
		n.nodes = append(n.nodes, v.URL(c.config.NodeProtocol, c.known.NodeScheme))
	}
	return n, nil
}

// shakeHands asks all nodes and fills in what they agree on.
func (c *Client) shakeHands(ctx context.Context, n *network, progress Progress) error {
	id, err := c.requestID()
	if err != nil {
		return err
	}
	votes := tally{threshold: n.threshold, pinned: c.config.NetworkPublicKey}
	graceCtx, endGrace := context.WithCancelCause(ctx)
	defer endGrace(nil)
	err = fanOut(graceCtx, c.config.NextTurn, n.nodes, func(ctx context.Context, url string) (greeting, error) {
		return c.handshake(ctx, url, id, n.epoch)
	}, func(a answer[greeting]) bool {
		if votes.add(a) {
			time.AfterFunc(handshakeGrace, func() { endGrace(errGraceOver) })
		}
		progress.tell(Step{Phase: PhaseHandshake, Node: a.url, Done: votes.leading(), Needed: n.threshold})
		return votes.isForeign(n)
	})
	agreed := votes.winner()
	if agreed == nil {
		return votes.failure(n, err, c.config.ConnectTimeout)
	}
	n.key = agreed.key
	n.connected = agreed.urls
	n.hdRoots = mostCommonList(agreed.hdRoots)
	n.blockhashes = ranked(agreed.blockhashes)
	n.blockhashAt = c.config.Now()
	if skew, known := agreedSkew(agreed.skews, n.liars()); known {
		n.skew = &skew
	}
	if len(n.blockhashes) == 0 {
		return literr.Errorf(literr.NoBlockhash, `latestBlockhash is not available. Received: "0x"`).
			WithHint("The nodes know no block yet; try again in a few seconds.")
	}
	return nil
}

var errGraceOver = errors.New("enough nodes answered")

func (c *Client) handshake(ctx context.Context, url, id string, epoch contracts.Epoch) (greeting, error) {
	challenge := make([]byte, challengeSize)
	if err := c.randomBytes(challenge); err != nil {
		return greeting{}, err
	}
	fetcher := &dated{Fetcher: c.config.Fetch, now: c.config.Now}
	client := nodeapi.Client{Fetch: fetcher, RequestID: id}
	r, err := client.Handshake(ctx, url, nodeapi.HandshakeRequest{
		ClientPublicKey: "test", // what the official SDK sends; nodes ignore it
		Challenge:       hex.EncodeToString(challenge),
		Epoch:           epoch.CurrentNumber(c.now()),
	})
	if err != nil {
		return greeting{}, err
	}
	key, err := handshakeKey(r)
	return greeting{r, key, fetcher.skew}, err
}
