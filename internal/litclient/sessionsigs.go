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

// GetLitActionSessionSigs is [Client.GetPkpSessionSigs] for parameters that
// name an action, which [DecodeSessionSigsParams] sees to.
func (c *Client) GetLitActionSessionSigs(ctx context.Context, p SessionSigsParams) (session.SessionSigs, error) {
	return c.GetPkpSessionSigs(ctx, p)
}

// GetPkpSessionSigs returns one session signature for every validator, after
// the threshold of nodes has authorized the session key for the PKP, by the
// Lit Action, the auth methods or both, or a cached AuthSig says that they did
// so for exactly this request. Nothing is returned that does not verify with
// the network's key or says other than what was asked.
//
// Calls for the same thing at the same time share one request; a session
// signature never outlives its AuthSig.
//
// Errors: [literr.NotReady], those of signing (see signsessionkey.go), and why
// ctx ended.
func (c *Client) GetPkpSessionSigs(ctx context.Context, p SessionSigsParams) (session.SessionSigs, error) {
	n, err := c.ready(notReadyForSigning)
	if err != nil {
		return nil, err
	}
	key, err := c.keyFor(ctx, p.SessionKey)
	if err != nil {
		return nil, err
	}
	scope := c.scope(n, key, p)
	id, err := scope.Key()
	if err != nil {
		return nil, err
	}
	auth, err := c.shared(ctx, id, p.SignSessionKeyParams, func(ctx context.Context, asked SignSessionKeyParams) (authorization, error) {
		return c.authorize(ctx, key, scope, asked)
	})
	if err != nil {
		return nil, err
	}
	return c.sessionSigs(key, p, auth)
}

// sessionSigs signs for the validators as they are now.
func (c *Client) sessionSigs(key session.KeyPair, p SessionSigsParams, auth authorization) (session.SessionSigs, error) {
	n, err := c.ready(notReadyForSessions)
	if err != nil {
		return nil, err
	}
	return session.SignForNodes(key, c.template(p, auth), n.nodes), nil
}

func (c *Client) keyFor(ctx context.Context, given *session.KeyPair) (session.KeyPair, error) {
	if given != nil {
		return *given, nil
	}
	return c.SessionKey(ctx)
}

// shared does work once for all who ask for the same under the same id. One who
// asks for a longer session than others got does it again.
func (c *Client) shared(ctx context.Context, id string, p SignSessionKeyParams, work func(context.Context, SignSessionKeyParams) (authorization, error)) (authorization, error) {
	if p.Expiration == "" {
		id += " by default"
	}
	for {
		own := false
		auth, err := c.authorizing.do(ctx, id, p.Progress, func(ctx context.Context, progress Progress) (authorization, error) {
			own = true
			p.Progress = progress
			return work(ctx, p)
		})
		if err != nil || own || c.livesLongEnough(auth.message, p.Expiration) {
			return auth, err
		}
	}
}

// authorization is an AuthSig that was verified, the message in it, and its
// JSON as the session signatures carry it.
type authorization struct {
	session.AuthSig
	message siwe.Message
	text    []byte
}

func authorized(a session.AuthSig, m siwe.Message) authorization {
	return authorization{a, m, a.JSON()}
}

// authorize returns a cached AuthSig or has a new one signed.
func (c *Client) authorize(ctx context.Context, key session.KeyPair, scope session.Scope, p SignSessionKeyParams) (authorization, error) {
	n, err := c.ready(notReadyForSigning)
	if err != nil {
		return authorization{}, err
	}
	if cached, ok, err := c.cachedAuthSig(ctx, n, key, p, scope); err != nil || ok {
		return cached, err
	}
	fresh, err := c.signed(ctx, key, p)
	if err != nil {
		return authorization{}, err
	}
	return fresh, c.cache.PutAuthSig(ctx, scope, fresh.text)
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
		Base:        p.Base.URN(),
		Statement:   p.Statement,
		Domain:      p.domainOr(c.config.DefaultDomain),
	}
}

// cachedAuthSig returns the AuthSig of the scope if it still holds: it
// verifies, says what a node would have been asked to sign, and lives long
// enough. One that does not is removed.
func (c *Client) cachedAuthSig(ctx context.Context, n *network, key session.KeyPair, p SignSessionKeyParams, scope session.Scope) (authorization, bool, error) {
	a, text, ok, err := c.cache.AuthSig(ctx, scope)
	if err != nil || !ok {
		return authorization{}, false, err
	}
	m, err := a.Verify(n.key, c.now().Add(renewalMargin))
	if err == nil {
		asked := c.message(key.URI(), p, m.Nonce)
		asked.ExpirationTime = m.ExpirationTime
		err = checkRewritten(asked, m, p.proofs())
	}
	if err != nil {
		return authorization{}, false, c.cache.RemoveAuthSig(ctx, scope)
	}
	return authorization{a, m, text}, c.livesLongEnough(m, p.Expiration), nil
}

// livesLongEnough reports whether a message was signed for as long as the caller
// asks for, if that is said. What counts is the time from now, not the end:
// most callers give one that moves on from call to call.
func (c *Client) livesLongEnough(m siwe.Message, expiration string) bool {
	if expiration == "" || m.ExpirationTime == "" {
		return true
	}
	want, err := siwe.ParseTime(c.inNodeTime(expiration))
	got, err2 := siwe.ParseTime(m.ExpirationTime)
	issued, err3 := siwe.ParseTime(m.IssuedAt)
	return err == nil && err2 == nil && err3 == nil && want.Sub(c.now()) <= got.Sub(issued)+renewalMargin
}

// template is what the session signatures of all nodes share. They end with the
// AuthSig at the latest.
func (c *Client) template(p SessionSigsParams, auth authorization) session.Template {
	now := c.now()
	expiration := c.expiration(p.Expiration, now)
	if endsBefore(auth.message, expiration) {
		expiration = auth.message.ExpirationTime
	}
	return session.Template{
		Requests:     p.RequestsJSON,
		Capabilities: append(p.Capabilities[:len(p.Capabilities):len(p.Capabilities)], auth.text),
		IssuedAt:     siwe.FormatTime(now),
		Expiration:   expiration,
	}
}

// expiration is the caller's by the nodes' clocks, or the default.
func (c *Client) expiration(given string, now time.Time) string {
	if given != "" {
		return c.inNodeTime(given)
	}
	return siwe.FormatTime(now.Add(defaultExpiration))
}

func endsBefore(m siwe.Message, expiration string) bool {
	end, err := siwe.ParseTime(m.ExpirationTime)
	t, err2 := siwe.ParseTime(expiration)
	return err == nil && err2 == nil && end.Before(t)
}

// capability is the ReCap that the caller asks for.
func (p SignSessionKeyParams) capability() (asked recap.Capability) {
	for _, r := range p.Requests {
		var one recap.Capability
		if err := one.Allow(r.Resource.Key(), r.Ability.Name(), r.Data); err != nil {
			panic("internal error: unchecked resource ability request: " + err.Error())
		}
		asked.Merge(one)
	}
	return asked
}

func (p SignSessionKeyParams) proofs() proofs { return proofs{p.ActionCID, p.AuthMethods} }

func (p SignSessionKeyParams) domainOr(fallback string) string {
	if p.Domain != "" {
		return p.Domain
	}
	return fallback
}

// JSON returns the state as JavaScript reads it; the clock's skew is in
// milliseconds.
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
		Int("currentEpochNumber", int64(s.CurrentEpochNumber)).
		Int("clockSkew", s.ClockSkew.Milliseconds()).Bytes()
}
