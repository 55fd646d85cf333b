package litclient

import (
	"context"
	"strings"
	"time"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// SignIn asks for an AuthSig that lets a session key act, mostly by having the
// user sign with a wallet. request is the official SDK's AuthCallbackParams as
// JSON, session key included; the answer is the AuthSig's JSON. Its errors are
// passed on as they are.
type SignIn func(ctx context.Context, request []byte) ([]byte, error)

// GetSessionSigs returns one session signature for every validator, with an
// AuthSig that p.SignIn brings or that it brought before: see
// [Client.GetWalletSig].
//
// Errors: [literr.NotReady], those of GetWalletSig, and why ctx ended.
func (c *Client) GetSessionSigs(ctx context.Context, p SessionSigsParams) (session.SessionSigs, error) {
	if _, err := c.ready(notReadyForSessions); err != nil {
		return nil, err
	}
	key, err := c.keyFor(ctx, p.SessionKey)
	if err != nil {
		return nil, err
	}
	p.SessionKey = &key
	auth, err := c.walletAuthSig(ctx, WalletSigParams{SessionSigsParams: p, KeyURI: key.URI()})
	if err != nil {
		return nil, err
	}
	return c.sessionSigs(key, p, auth)
}

// GetWalletSig returns the JSON of an AuthSig for a session key, as p.SignIn
// wrote it. Callers who want the same at the same time, from the same callback,
// share one prompt.
//
// What was signed before is used again only while something stands under the
// official SDK's key in storage: pages clear that to sign out. Then it is the
// AuthSig that was signed for exactly this request, if the one under that key
// does not come from another wallet; or that one, if everything that it says
// is what is asked. A PKP's is never used again, since nothing says which PKP a
// callback would choose. Each has to verify, and to live long enough.
//
// A new AuthSig is verified once, and must be for this session key and allow
// what is asked. Errors: [literr.MissingParam] without SignIn,
// [literr.NoWalletSignature], [literr.BadSignature], [literr.MessageMismatch];
// [literr.NotReady] for a PKP's while not connected.
func (c *Client) GetWalletSig(ctx context.Context, p WalletSigParams) ([]byte, error) {
	auth, err := c.walletAuthSig(ctx, p)
	return auth.text, err
}

func (c *Client) walletAuthSig(ctx context.Context, p WalletSigParams) (authorization, error) {
	scope := p.scope()
	if n := c.current(); n != nil {
		scope.Staking = n.staking
	}
	id, err := scope.Key()
	if err != nil {
		return authorization{}, err
	}
	return c.shared(ctx, id+" "+p.Callback, p.SignSessionKeyParams, func(ctx context.Context, asked SignSessionKeyParams) (authorization, error) {
		p.SignSessionKeyParams = asked
		signedOut, auth, ok, err := c.cachedWalletAuthSig(ctx, scope, p)
		if err != nil || ok {
			return auth, err
		}
		if p.SignIn == nil {
			return authorization{}, noCallback(signedOut)
		}
		return c.signIn(ctx, scope, p)
	})
}

// noCallback says that there is nobody to ask, in the official SDK's words for
// a first AuthSig and for one that replaces another.
func noCallback(first bool) error {
	if first {
		return missingParam("authNeededCallback", "No authNeededCallback nor default auth callback provided")
	}
	return missingParam("authNeededCallback", "No authCallback nor default auth callback provided")
}

// scope is what the AuthSig depends on, but for the network.
func (p WalletSigParams) scope() session.Scope {
	s := session.Scope{
		Wallet:      true,
		SessionKey:  p.KeyURI,
		ActionCID:   p.ActionCID,
		JSParams:    p.JSParams,
		AuthMethods: []byte("[]"),
		ReCap:       p.capability().URN(),
		Base:        p.Base.URN(),
		Domain:      p.Domain,
		Chain:       p.Chain,
	}
	if p.PKP != (eth.PublicKey{}) {
		s.PKP = p.PKP.String()
	}
	return s
}

func (c *Client) cachedWalletAuthSig(ctx context.Context, scope session.Scope, p WalletSigParams) (signedOut bool, auth authorization, ok bool, err error) {
	last, lastText, ok, err := c.cache.WalletAuthSig(ctx)
	if err != nil || !ok {
		return true, authorization{}, false, err
	}
	own, ownText, ok, err := c.cache.AuthSig(ctx, scope)
	if err != nil {
		return false, authorization{}, false, err
	}
	if ok && (last.ByNetwork() || strings.EqualFold(own.Address, last.Address)) {
		if m, ok := c.reusable(own, p); ok {
			return false, authorization{own, m, ownText}, true, nil
		}
	}
	m, ok := c.reusable(last, p)
	return false, authorization{last, m, lastText}, ok && p.saysNoMore(m), nil
}

// reusable reports whether a wallet's AuthSig from storage will do.
func (c *Client) reusable(a session.AuthSig, p WalletSigParams) (siwe.Message, bool) {
	if a.ByNetwork() {
		return siwe.Message{}, false
	}
	m, err := c.checkSignedIn(a, p.SessionSigsParams, p.KeyURI, c.now().Add(renewalMargin))
	return m, err == nil && c.livesLongEnough(m, p.Expiration)
}

// saysNoMore reports whether a message grants exactly what is asked, and for
// the domain that is asked, if one is.
func (p WalletSigParams) saysNoMore(m siwe.Message) bool {
	granted, err := grantedBy(m)
	return err == nil && granted.URN() == p.capability().URN() && (p.Domain == "" || m.Domain == p.Domain)
}

func (c *Client) signIn(ctx context.Context, scope session.Scope, p WalletSigParams) (authorization, error) {
	if p.Nonce == "" {
		var err error
		if p.Nonce, err = c.LatestBlockhash(ctx); err != nil {
			return authorization{}, err
		}
	}
	p.Progress.tell(Step{Phase: PhaseWallet, Needed: 1})
	text, err := p.SignIn(ctx, c.callbackParams(p))
	if err != nil {
		return authorization{}, err
	}
	p.Progress.tell(Step{Phase: PhaseWallet, Done: 1, Needed: 1})
	a, err := parseSignedIn(text)
	if err != nil {
		return authorization{}, err
	}
	m, err := c.checkSignedIn(a, p.SessionSigsParams, p.KeyURI, c.now())
	if err != nil {
		return authorization{}, err
	}
	return authorization{a, m, text}, c.cache.PutAuthSig(ctx, scope, text)
}

// callbackParams are exactly the official SDK's. Source: protocol 7.4.
func (c *Client) callbackParams(p WalletSigParams) []byte {
	o := new(jsjson.Object).String("chain", p.Chain).
		String("statement", p.Base.Statement()).
		Strings("resources", []string{p.Base.URN()})
	if p.SwitchChain {
		o.Bool("switchChain", true)
	}
	o.String("expiration", c.expiration(p.Expiration, c.now())).String("uri", p.KeyURI)
	if p.SessionKey != nil {
		o.Raw("sessionKey", p.SessionKey.JSON())
	}
	o.String("nonce", p.Nonce)
	if p.Domain != "" {
		o.String("domain", p.Domain)
	}
	if p.RequestsJSON != nil {
		o.Raw("resourceAbilityRequests", p.RequestsJSON)
	}
	if p.Code != "" {
		o.String("litActionCode", p.Code)
	}
	if p.IPFSID != "" {
		o.String("litActionIpfsId", p.IPFSID)
	}
	if p.JSParams != nil {
		o.Raw("jsParams", p.JSParams)
	}
	return o.Bytes()
}

// parseSignedIn reads what a callback brought. One that brought nothing, or an
// AuthSig with something missing, is [literr.NoWalletSignature].
func parseSignedIn(text []byte) (session.AuthSig, error) {
	v, err := jsjson.Parse(text)
	if err != nil {
		return session.AuthSig{}, err
	}
	for _, name := range []string{"address", "derivedVia", "sig", "signedMessage"} {
		if !v.Get(name).Truthy() {
			return session.AuthSig{}, literr.Errorf(literr.NoWalletSignature, "No wallet signature found").
				With("param", "authNeededCallback").
				WithHint("The callback must return an AuthSig: {sig, derivedVia, signedMessage, address}.")
		}
	}
	return session.ParseAuthSig(text)
}

// checkSignedIn verifies an AuthSig, and that it lets the session key do what is
// asked, as nodes will judge.
func (c *Client) checkSignedIn(a session.AuthSig, p SessionSigsParams, keyURI string, now time.Time) (siwe.Message, error) {
	m, err := c.verify(a, now)
	if err != nil {
		return m, err
	}
	if m.URI != keyURI {
		return m, notAsAsked("it is for another session key")
	}
	if a.ByNetwork() && p.PKP != (eth.PublicKey{}) && m.Address != p.PKP.Address() {
		return m, notAsAsked("it is another PKP's")
	}
	granted, err := grantedBy(m)
	if err != nil {
		return m, err
	}
	for _, r := range p.Requests {
		if !granted.Covers(r.Resource, r.Ability) {
			return m, notAllowed(granted, r)
		}
	}
	return m, nil
}

func notAllowed(granted recap.Capability, r ResourceAbility) error {
	why := "it does not allow " + string(r.Ability) + " on " + r.Resource.Key()
	if granted.Grants(r.Resource.Key(), r.Ability.Name()) {
		why += ", since nodes look at " + r.Resource.Wildcard().Key() + " alone where there is one"
	}
	return notAsAsked(why)
}

// verify checks a wallet's AuthSig, or a PKP's with the network's key.
func (c *Client) verify(a session.AuthSig, now time.Time) (siwe.Message, error) {
	if !a.ByNetwork() {
		return a.VerifyWallet(now)
	}
	n, err := c.ready(notReady)
	if err != nil {
		return siwe.Message{}, err
	}
	return a.Verify(n.key, now)
}

func notAsAsked(why string) error {
	return literr.Errorf(literr.MessageMismatch, "the AuthSig cannot be used: %s", why).
		WithHint("Sign a SIWE message with the uri, the resources and the resourceAbilityRequests that the callback is given.")
}

// grantedBy is all that a message's ReCaps grant. Nodes refuse one whose
// statement is not the end of the message's, so it is refused here.
func grantedBy(m siwe.Message) (granted recap.Capability, err error) {
	for _, resource := range m.Resources {
		if !recap.IsURN(resource) {
			continue
		}
		alone := m
		alone.Resources = []string{resource}
		one, err := recap.FromMessage(alone)
		if err != nil {
			return recap.Capability{}, notAsAsked("one of its ReCaps cannot be read, or its statement does not end with it")
		}
		granted.Merge(one)
	}
	return granted, nil
}

// CheckNeedToResign reports whether an AuthSig is no good for a session key and
// the requests: because it does not verify, is expired or for something else.
// An algorithm that no AuthSig has is [literr.BadSignature].
func (c *Client) CheckNeedToResign(p ResignParams) (bool, error) {
	if p.AuthSig.Algo != "" && p.AuthSig.Algo != "ed25519" && !p.AuthSig.ByNetwork() {
		_, err := p.AuthSig.VerifyWallet(c.now())
		return false, err
	}
	m, err := c.checkSignedIn(p.AuthSig, SessionSigsParams{SignSessionKeyParams: SignSessionKeyParams{Requests: p.Requests}}, p.KeyURI, c.now())
	return err != nil || len(m.Resources) == 0, nil
}
