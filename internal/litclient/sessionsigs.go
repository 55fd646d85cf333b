package litclient

import (
	"context"
	"time"

	"litsession/internal/jsjson"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

const (
	// defaultExpiration is how long a session lasts when the caller does not
	// say. Value: official SDK 7.4.0, LIT_SESSION_EXPIRATION.
	defaultExpiration = 24 * time.Hour
	// renewalMargin is how long a cached AuthSig must still live to be reused.
	renewalMargin = 5 * time.Minute
)

// GetLitActionSessionSigs returns one session signature for every validator,
// after the Lit Action has authorized the session key for the PKP at the
// threshold of nodes, or a cached AuthSig says that it did so for exactly this
// request. Nothing is returned that does not verify with the network's key or
// says other than what was asked.
//
// Errors: [literr.NotReady], those of signing (see signsessionkey.go), and why
// ctx ended.
func (c *Client) GetLitActionSessionSigs(ctx context.Context, p SessionSigsParams) (session.SessionSigs, error) {
	n, err := c.ready()
	if err != nil {
		return nil, err
	}
	key, err := c.keyFor(ctx, p)
	if err != nil {
		return nil, err
	}
	auth, err := c.authSig(ctx, n, key, p)
	if err != nil {
		return nil, err
	}
	return session.SignForNodes(key, p.template(auth, c.config.Now()), n.nodes), nil
}

func (c *Client) keyFor(ctx context.Context, p SessionSigsParams) (session.KeyPair, error) {
	if p.SessionKey != nil {
		return *p.SessionKey, nil
	}
	return c.SessionKey(ctx)
}

// verifiedAuthSig is an AuthSig and the message in it, checked.
type verifiedAuthSig struct {
	session.AuthSig
	message siwe.Message
}

// authSig returns a cached AuthSig or has a new one signed.
func (c *Client) authSig(ctx context.Context, n *network, key session.KeyPair, p SessionSigsParams) (verifiedAuthSig, error) {
	scope := c.scope(n, key, p)
	if cached, ok, err := c.cachedAuthSig(ctx, n, key, p, scope); err != nil || ok {
		return cached, err
	}
	fresh, err := c.signSessionKey(ctx, n, key, p)
	if err != nil {
		return verifiedAuthSig{}, err
	}
	return fresh, c.cache.PutAuthSig(ctx, scope, fresh.AuthSig)
}

func (c *Client) scope(n *network, key session.KeyPair, p SessionSigsParams) session.Scope {
	return session.Scope{
		Staking:     n.staking,
		SessionKey:  key.URI(),
		PKP:         p.PKP.String(),
		ActionCID:   p.ActionCID,
		JSParams:    p.JSParams,
		AuthMethods: nodeapi.AuthMethodsJSON(p.AuthMethods),
		ReCap:       p.capability().URN(),
		Domain:      p.domainOr(c.config.DefaultDomain),
	}
}

// cachedAuthSig returns the AuthSig of the scope if it still holds: it
// verifies, says what a node would have been asked to sign, and lives long
// enough. One that does not is removed.
func (c *Client) cachedAuthSig(ctx context.Context, n *network, key session.KeyPair, p SessionSigsParams, scope session.Scope) (verifiedAuthSig, bool, error) {
	a, ok, err := c.cache.AuthSig(ctx, scope)
	if err != nil || !ok {
		return verifiedAuthSig{}, false, err
	}
	now := c.config.Now()
	m, err := a.Verify(n.key, now.Add(renewalMargin))
	if err == nil {
		asked := c.message(key, p, m.Nonce, now)
		asked.ExpirationTime = m.ExpirationTime
		err = checkRewritten(asked, m, p.ActionCID, now)
	}
	if err != nil {
		return verifiedAuthSig{}, false, c.cache.RemoveAuthSig(ctx, scope)
	}
	return verifiedAuthSig{a, m}, p.livesLongEnough(m), nil
}

// livesLongEnough reports whether a cached message reaches the expiration that
// the caller asked for, if one was.
func (p SessionSigsParams) livesLongEnough(m siwe.Message) bool {
	if p.Expiration == "" {
		return true
	}
	want, err := siwe.ParseTime(p.Expiration)
	got, err2 := siwe.ParseTime(m.ExpirationTime)
	return err == nil && err2 == nil && !got.Before(want)
}

// template is what the session signatures of all nodes share. A session
// signature never outlives its AuthSig.
func (p SessionSigsParams) template(auth verifiedAuthSig, now time.Time) session.Template {
	expiration := p.Expiration
	if expiration == "" {
		expiration = auth.message.ExpirationTime
	}
	return session.Template{
		Requests:     p.RequestsJSON,
		Capabilities: append(p.Capabilities[:len(p.Capabilities):len(p.Capabilities)], auth.JSON()),
		IssuedAt:     siwe.FormatTime(now),
		Expiration:   expiration,
	}
}

// capability is the ReCap that the caller asks for.
func (p SessionSigsParams) capability() (asked recap.Capability) {
	for _, r := range p.Requests {
		var one recap.Capability
		if err := one.Allow(r.Resource.Key(), r.Ability.Name(), r.Data); err != nil {
			panic("internal error: unchecked resource ability request: " + err.Error())
		}
		asked.Merge(one)
	}
	return asked
}

func (p SessionSigsParams) domainOr(fallback string) string {
	if p.Domain != "" {
		return p.Domain
	}
	return fallback
}

// JSON returns the state as JavaScript reads it.
func (s State) JSON() []byte {
	return new(jsjson.Object).
		Strings("connectedNodes", s.ConnectedNodes).
		Strings("nodes", s.Nodes).
		Int("minNodeCount", int64(s.MinNodeCount)).
		String("networkPubKey", s.NetworkPublicKey).
		String("subnetPubKey", s.NetworkPublicKey).
		String("networkPubKeySet", s.NetworkPublicKey).
		Strings("hdRootPubkeys", s.HDRootPublicKeys).
		String("latestBlockhash", s.LatestBlockhash).
		Int("currentEpochNumber", int64(s.CurrentEpochNumber)).Bytes()
}
