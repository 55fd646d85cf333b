package litclient

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"

	"litsession/internal/ipfs"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// statement begins the statement of every PKP session. Source: protocol 7.6.1.
const statement = "Lit Protocol PKP session signature"

// SignSessionKey has the nodes authorize a session key for a PKP, and returns
// the AuthSig, verified. It neither reads the cache nor writes to it.
//
// Errors: [literr.NotReady] and those of signing:
// what the nodes said, when so many said the same that the threshold cannot be
// reached any more ([literr.NotAuthorized], [literr.ActionFailed],
// [literr.RequestRefused], [literr.RateLimited], [literr.NodeFault],
// [literr.NotEnoughNodes], [literr.BadShare], [literr.MessageMismatch],
// [literr.Timeout] for no answer within [Config].SignTimeout), else
// [literr.NotEnoughShares]; [literr.GatewayUnreachable] and
// [literr.CIDMismatch] for code from a gateway; [literr.NoBlockhash];
// [literr.NetworkChanged].
func (c *Client) SignSessionKey(ctx context.Context, p SignSessionKeyParams) (session.AuthSig, error) {
	r, err := c.request(ctx, SessionSigsParams{SignSessionKeyParams: p})
	if err != nil {
		return session.AuthSig{}, err
	}
	id := r.id + " uncached " + strconv.FormatUint(p.ChainID, 10)
	auth, err := c.shared(ctx, id, p, func(ctx context.Context, progress Progress) (authorization, error) {
		return c.signed(ctx, r, progress)
	})
	return auth.AuthSig, err
}

// signed asks the nodes, and once more when the failure turns out to be ours: a
// clock that is wrong, or an epoch that is over. While they refuse the nonce, it
// tries the next block hash that one of them named.
func (c *Client) signed(ctx context.Context, r request, progress Progress) (authorization, error) {
	err := c.withCode(ctx, &r.SignSessionKeyParams, progress)
	if err != nil {
		return authorization{}, err
	}
	r.network = c.latest(r.network)
	epoch := r.network.epoch.CurrentNumber(c.now())
	before, corrected := c.ClockSkew(), false
	failed := func(err error) (authorization, error) {
		if corrected {
			c.setSkew(before) // nothing shows that it was our clock
		}
		return authorization{}, err
	}
	var refused []string
	var refusal error
	for {
		auth, q, err := c.askForShares(ctx, r, epoch, refused, progress)
		switch {
		case err == nil:
			return auth, nil
		case q.nonceRefused() && len(refused) < len(r.network.nodes):
			refused, refusal = append(refused, q.asked.Nonce), err
			c.dropBlockhash(q.asked.Nonce)
		default:
			again := false
			if !corrected {
				again, err = c.learn(ctx, r.network, q, err)
			}
			if refusal != nil && errors.Is(err, literr.NoBlockhash) {
				err = refusal // there is no other nonce to try
			}
			if !again {
				return failed(err)
			}
			corrected = true
			r.network = c.latest(r.network)
			epoch = r.network.epoch.Number
		}
	}
}

// withCode fetches the action's code where the caller wants that: then nodes
// get the code, and need no gateway of their own.
func (c *Client) withCode(ctx context.Context, p *SignSessionKeyParams, progress Progress) error {
	if p.Gateways == nil || p.IPFSID == "" {
		return nil
	}
	cid, err := ipfs.ParseCID(p.IPFSID)
	if err != nil {
		return err
	}
	progress.tell(Step{Phase: PhaseGateway, Needed: 1})
	code, err := ipfs.Gateway{Fetcher: c.config.Fetch, URLs: p.Gateways}.Code(ctx, cid)
	if err != nil {
		return err
	}
	progress.tell(Step{Phase: PhaseGateway, Done: 1, Needed: 1})
	p.Code, p.IPFSID = base64.StdEncoding.EncodeToString(code), ""
	return nil
}

// message is the SIWE message that the nodes are asked to sign. The statement
// of the caller's capability object, mostly the bare first sentence, comes
// before that of what is requested; nodes and the official SDK expect it so.
func (c *Client) message(r request, nonce string) siwe.Message {
	issued, expiration := c.times(r.Expiration)
	m := siwe.Message{
		Domain:         r.domainOr(c.config.DefaultDomain),
		Address:        r.PKP.Address(),
		Statement:      statement,
		URI:            r.key.URI(),
		Version:        "1",
		ChainID:        r.ChainID,
		Nonce:          nonce,
		IssuedAt:       issued,
		ExpirationTime: expiration,
	}
	if r.Statement != "" {
		m.Statement += " " + r.Statement
	}
	r.capability.ApplyTo(&m)
	return m
}

// askForShares asks all nodes to authorize the key and combines the first
// threshold of shares that fit together. refused are block hashes that are not to
// be the nonce. The quorum says what nodes answered.
func (c *Client) askForShares(ctx context.Context, r request, epoch uint64, refused []string, progress Progress) (authorization, *quorum, error) {
	n := r.network
	q := &quorum{
		network: n, auth: r.proofs(), now: c.config.Now, sentWith: c.ClockSkew(),
		progress: progress, quoter: r.quoter(), nextTurn: c.config.NextTurn, silent: slices.Clone(n.nodes),
	}
	if err := q.search.seed(c.randomBytes); err != nil {
		return authorization{}, q, err
	}
	nonce, err := c.blockhash(ctx, n, refused)
	if err != nil {
		return authorization{}, q, err
	}
	if q.requestID, err = c.requestID(); err != nil {
		return authorization{}, q, err
	}
	q.asked = c.message(r, nonce)
	body := nodeapi.SignSessionKeyRequest{
		SessionKey:   r.key.URI(),
		AuthMethods:  r.AuthMethods,
		PKPPublicKey: r.PKP.String(),
		SIWEMessage:  q.asked.String(),
		CurveType:    nodeapi.CurveBLS,
		IPFSID:       r.IPFSID,
		Code:         r.Code,
		JSParams:     r.JSParams,
		Epoch:        epoch,
	}.JSON()
	over := literr.Errorf(literr.Timeout, "the node did not answer within %g s", c.config.SignTimeout.Seconds())
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.SignTimeout, over)
	defer cancel()
	client := nodeapi.Client{Fetch: c.config.Fetch, RequestID: q.requestID}
	progress.tell(Step{Phase: PhaseSign, Needed: n.threshold})
	err = fanOut(ctx, c.config.NextTurn, n.nodes, func(ctx context.Context, url string) (nodeapi.SignSessionKeyResponse, error) {
		defer q.search.arrived.Add(1)
		return client.SignSessionKey(ctx, url, body)
	}, func(a answer[nodeapi.SignSessionKeyResponse]) bool { return q.take(ctx, a) })
	if err == over {
		q.giveUp(over)
	} else if err != nil {
		return authorization{}, q, err
	}
	auth, err := q.result()
	if err == nil {
		c.learnFrom(n, auth.message)
	}
	return auth, q, err
}

// learn looks for a cause of a failure on our side, and sets it right. It
// reports whether another try has a chance. The error is the failure, or
// [literr.NetworkChanged] where that explains it.
func (c *Client) learn(ctx context.Context, n *network, q *quorum, failure error) (again bool, _ error) {
	if skew, ok := q.skew(); ok {
		c.setSkew(skew)
		return differ(skew, q.sentWith), failure
	}
	if !q.mayBeElsewhere(failure) {
		return false, failure
	}
	if err := c.Refresh(ctx); errors.Is(err, literr.NetworkChanged) {
		return false, err
	} else if err != nil {
		return false, failure
	}
	now := c.current()
	sent := n.epoch.CurrentNumber(c.now())
	return now != nil && (now.epoch.Number != sent || !slices.Equal(now.nodes, n.nodes)), failure
}

// mayBeElsewhere reports whether a failure is one that nodes of another epoch, or of
// another network, give.
func (q *quorum) mayBeElsewhere(failure error) bool {
	switch literr.CodeOf(failure) {
	case literr.NodeFault, literr.NotEnoughNodes, literr.NotEnoughShares, literr.BadShare, literr.NodesDisagree, literr.NoBlockhash:
		return true
	}
	return slices.ContainsFunc(q.failed, func(f failedNode) bool {
		var refusal *nodeapi.Error
		return errors.As(f.err, &refusal) && refusal.NoSuchPKP()
	})
}
