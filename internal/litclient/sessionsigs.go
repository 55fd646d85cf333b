package litclient

import (
	"context"
	"errors"
	"slices"
	"time"

	"litsession/internal/literr"
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
// signature never outlives its AuthSig. With p.RerunAction the nodes are asked
// anew, by each call for itself: the new AuthSig takes the place of the stored
// one, which is removed when the nodes refuse.
//
// Errors: [literr.NotReady], those of signing (see signsessionkey.go), and why
// ctx ended.
func (c *Client) GetPkpSessionSigs(ctx context.Context, p SessionSigsParams) (session.SessionSigs, error) {
	ctx = c.cache.During(ctx)
	if err := c.chooseKey(ctx, &p); err != nil {
		return nil, err
	}
	r, err := c.request(ctx, p)
	if err != nil {
		return nil, err
	}
	auth, err := c.authorized(ctx, r, p)
	if err != nil {
		return nil, err
	}
	return c.signForNodes(ctx, r.key, c.template(p, auth), c.latest(r.network)), nil
}

// signForNodes signs for every validator, with turns in between.
func (c *Client) signForNodes(ctx context.Context, key session.KeyPair, t session.Template, n *network) (all session.SessionSigs) {
	for some := range slices.Chunk(n.nodes, atOnce) {
		if all != nil {
			c.config.NextTurn(ctx)
		}
		all = append(all, session.SignForNodes(key, t, some)...)
	}
	return all
}

func (c *Client) authorized(ctx context.Context, r request, p SessionSigsParams) (authorization, error) {
	if p.RerunAction {
		return c.reauthorize(ctx, r, p.Progress)
	}
	return c.shared(ctx, r.id, p.SignSessionKeyParams, func(ctx context.Context, progress Progress) (authorization, error) {
		return c.authorize(ctx, r, progress)
	})
}

// request is a call for a PKP's session, and what follows from its parameters.
type request struct {
	SignSessionKeyParams
	network    *network // as of the beginning of the call, see [Client.latest]
	key        session.KeyPair
	capability recap.Capability // what is asked for
	carried    [][]byte         // AuthSigs, as JSON
	id         string           // key of the [session.Scope]
}

func (c *Client) request(ctx context.Context, p SessionSigsParams) (request, error) {
	n, err := c.ready(notReadyForSigning)
	if err != nil {
		return request{}, err
	}
	key, err := c.keyFor(ctx, p.SessionKey)
	if err != nil {
		return request{}, err
	}
	r := request{SignSessionKeyParams: p.SignSessionKeyParams, network: n, key: key, capability: p.capability(), carried: p.Capabilities}
	r.id, err = c.scope(r, p.Base).Key()
	return r, err
}

// chooseKey sets the session key of a call that brings none: the stored one, or a
// new one where everything that was signed for that is over, or about to be.
func (c *Client) chooseKey(ctx context.Context, p *SessionSigsParams) error {
	if p.SessionKey != nil || c.current() == nil {
		return nil
	}
	key, err := c.cache.KeyForSession(ctx, c.config.Random, c.now(), renewalMargin)
	p.SessionKey = &key
	return err
}

func (c *Client) keyFor(ctx context.Context, given *session.KeyPair) (session.KeyPair, error) {
	if given != nil {
		return *given, nil
	}
	return c.SessionKey(ctx)
}

// shared does work once for all who ask for the same under the same id. One who
// asks for a longer session than others did does it again.
func (c *Client) shared(ctx context.Context, id string, p SignSessionKeyParams, work func(context.Context, Progress) (authorization, error)) (authorization, error) {
	if p.Expiration == "" {
		id += " by default"
	}
	for {
		own := false
		auth, err := c.authorizing.do(ctx, id, p.Progress, func(ctx context.Context, progress Progress) (authorization, error) {
			own = true
			auth, err := work(ctx, progress)
			auth.expiration = p.Expiration
			return auth, err
		})
		if err != nil || own || !muchLater(p.Expiration, auth.expiration) {
			return auth, err
		}
	}
}

// muchLater reports whether an expiration is beyond another by more than counts.
func muchLater(one, other string) bool {
	t, err := siwe.ParseTime(one)
	u, err2 := siwe.ParseTime(other)
	return err == nil && err2 == nil && t.Sub(u) > renewalMargin
}

// authorization is an AuthSig that was verified.
type authorization struct {
	session.AuthSig
	message    siwe.Message // that it signs
	text       []byte       // its JSON as the session signatures carry it
	expiration string       // that was asked for, see [Client.shared]
}

// authorize returns a cached AuthSig or has a new one signed.
func (c *Client) authorize(ctx context.Context, r request, progress Progress) (authorization, error) {
	if cached, ok, err := c.cachedAuthSig(ctx, r); err != nil || ok {
		return cached, err
	}
	return c.reauthorize(ctx, r, progress)
}

// reauthorize has a new AuthSig signed whatever is stored.
func (c *Client) reauthorize(ctx context.Context, r request, progress Progress) (authorization, error) {
	fresh, err := c.signed(ctx, r, progress)
	if errors.Is(err, literr.NotAuthorized) {
		if err := c.cache.RemoveAuthSig(ctx, r.id); err != nil {
			return authorization{}, err
		}
	}
	if err != nil {
		return authorization{}, err
	}
	return fresh, c.cache.PutAuthSig(ctx, r.id, fresh.text)
}

func (c *Client) scope(r request, base recap.Capability) session.Scope {
	return session.Scope{
		Staking:     r.network.staking,
		SessionKey:  r.key.URI(),
		PKP:         r.PKP.String(),
		ActionCID:   r.ActionCID,
		JSParams:    r.JSParams,
		AuthMethods: nodeapi.AuthMethodsJSON(r.AuthMethods),
		ReCap:       r.capability.URN(),
		Base:        base.URN(),
		Statement:   r.Statement,
		Domain:      r.domainOr(c.config.DefaultDomain),
	}
}

// cachedAuthSig returns the AuthSig of the request if it still holds: it
// verifies, says what a node would have been asked to sign, and lives long
// enough. One that does not is removed.
func (c *Client) cachedAuthSig(ctx context.Context, r request) (authorization, bool, error) {
	a, text, ok, err := c.cache.AuthSig(ctx, r.id)
	if err != nil || !ok {
		return authorization{}, false, err
	}
	m, err := a.Verify(r.network.key, c.now().Add(renewalMargin))
	if err == nil {
		asked := c.message(r, m.Nonce)
		asked.ExpirationTime = m.ExpirationTime
		err = checkRewritten(asked, m, r.proofs())
	}
	if err != nil {
		return authorization{}, false, c.cache.RemoveAuthSig(ctx, r.id)
	}
	return authorization{AuthSig: a, message: m, text: text}, c.livesLongEnough(m, r.Expiration), nil
}

// livesLongEnough reports whether a message was signed for as long as the caller
// asks for, if that is said. What counts is the time from now, not the end:
// most callers give one that moves on from call to call.
func (c *Client) livesLongEnough(m siwe.Message, expiration string) bool {
	if expiration == "" || m.ExpirationTime == "" {
		return true
	}
	want, err := siwe.ParseTime(expiration)
	got, err2 := siwe.ParseTime(m.ExpirationTime)
	issued, err3 := siwe.ParseTime(m.IssuedAt)
	return err == nil && err2 == nil && err3 == nil && want.Sub(c.config.Now()) <= got.Sub(issued)+renewalMargin
}

// template is what the session signatures of all nodes share. They end with the
// AuthSig at the latest.
func (c *Client) template(p SessionSigsParams, auth authorization) session.Template {
	issued, expiration := c.times(p.Expiration)
	if endsBefore(auth.message, expiration) {
		expiration = auth.message.ExpirationTime
	}
	return session.Template{
		Requests:     p.RequestsJSON,
		Capabilities: append(p.Capabilities[:len(p.Capabilities):len(p.Capabilities)], auth.text),
		IssuedAt:     issued,
		Expiration:   expiration,
	}
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
