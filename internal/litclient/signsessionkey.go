package litclient

import (
	"context"
	"time"

	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// signTimeout bounds the signing as a whole. A node lets an action run for
// 30 s and answers within 60.
const signTimeout = 60 * time.Second

// statement begins the statement of every PKP session. Source: protocol 7.6.1.
const statement = "Lit Protocol PKP session signature"

// message is the SIWE message that the nodes are asked to sign. The statement
// of the caller's capability object, mostly the bare first sentence, comes
// before that of what is requested; nodes and the official SDK expect it so.
func (c *Client) message(key session.KeyPair, p SessionSigsParams, nonce string, now time.Time) siwe.Message {
	m := siwe.Message{
		Domain:         p.domainOr(c.config.DefaultDomain),
		Address:        p.PKP.Address(),
		Statement:      statement + " " + p.Base.Statement(),
		URI:            key.URI(),
		Version:        "1",
		ChainID:        1,
		Nonce:          nonce,
		IssuedAt:       siwe.FormatTime(now),
		ExpirationTime: p.Expiration,
	}
	if m.ExpirationTime == "" {
		m.ExpirationTime = siwe.FormatTime(now.Add(defaultExpiration))
	}
	p.capability().ApplyTo(&m)
	return m
}

// signSessionKey asks all nodes to authorize the key and combines the first
// threshold of shares that fit together.
//
// Errors: what the nodes said, when so many said the same that the threshold
// cannot be reached any more ([literr.NotAuthorized], [literr.ActionFailed],
// [literr.RequestRefused], [literr.RateLimited], [literr.NodeFault],
// [literr.NotEnoughNodes], [literr.BadShare], [literr.MessageMismatch]), else
// [literr.NotEnoughShares]; [literr.Timeout].
func (c *Client) signSessionKey(ctx context.Context, n *network, key session.KeyPair, p SessionSigsParams) (verifiedAuthSig, error) {
	nonce, err := c.LatestBlockhash(ctx)
	if err != nil {
		return verifiedAuthSig{}, err
	}
	id, err := c.requestID()
	if err != nil {
		return verifiedAuthSig{}, err
	}
	now := c.config.Now()
	asked := c.message(key, p, nonce, now)
	request := nodeapi.SignSessionKeyRequest{
		SessionKey:   key.URI(),
		AuthMethods:  p.AuthMethods,
		PKPPublicKey: p.PKP.String(),
		SIWEMessage:  asked.String(),
		CurveType:    nodeapi.CurveBLS,
		IPFSID:       p.IPFSID,
		Code:         p.Code,
		JSParams:     p.JSParams,
		Epoch:        n.epoch.CurrentNumber(now),
	}
	ctx, cancel := context.WithTimeoutCause(ctx, signTimeout,
		literr.Errorf(literr.Timeout, "the nodes did not sign within %d s", int(signTimeout.Seconds())))
	defer cancel()
	q := quorum{network: n, asked: asked, actionCID: p.ActionCID, now: c.config.Now, requestID: id}
	client := nodeapi.Client{Fetch: c.config.Fetch, RequestID: id}
	err = fanOut(ctx, n.nodes, func(ctx context.Context, url string) (nodeapi.SignSessionKeyResponse, error) {
		return client.SignSessionKey(ctx, url, request)
	}, q.take)
	if err != nil {
		return verifiedAuthSig{}, err
	}
	return q.result()
}
