package litclient

import (
	"context"
	"strings"
	"time"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
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
	ctx = c.cache.During(ctx)
	n, err := c.ready(notReadyForSessions)
	if err != nil {
		return nil, err
	}
	if err := c.chooseKey(ctx, &p); err != nil {
		return nil, err
	}
	key, err := c.keyFor(ctx, p.SessionKey)
	if err != nil {
		return nil, err
	}
	p.SessionKey = &key
	auth, err := c.walletAuthSig(ctx, n, WalletSigParams{SessionSigsParams: p, KeyURI: key.URI()})
	if err != nil {
		return nil, err
	}
	return c.signForNodes(ctx, key, c.template(p, auth), c.latest(n)), nil
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
	auth, err := c.walletAuthSig(c.cache.During(ctx), c.current(), p)
	return auth.text, err
}

// walletRequest is a call for a wallet's AuthSig, and what follows from its
// parameters.
type walletRequest struct {
	WalletSigParams
	network    *network         // as of the beginning of the call, nil for none
	capability recap.Capability // what is asked for
	id         string           // key of the [session.Scope]
}

func (c *Client) walletAuthSig(ctx context.Context, n *network, p WalletSigParams) (authorization, error) {
	r := walletRequest{WalletSigParams: p, network: n, capability: p.capability()}
	var err error
	if r.id, err = r.scope().Key(); err != nil {
		return authorization{}, err
	}
	return c.shared(ctx, r.id+" "+p.Callback, p.SignSessionKeyParams, func(ctx context.Context, progress Progress) (authorization, error) {
		signedOut, auth, ok, err := c.cachedWalletAuthSig(ctx, r)
		if err != nil || ok {
			return auth, err
		}
		if p.SignIn == nil {
			return authorization{}, noCallback(signedOut)
		}
		return c.signIn(ctx, r, progress)
	})
}

// noCallback says that there is nobody to ask, in the official SDK's words for
// the first AuthSig after signing out and for one that replaces another.
func noCallback(signedOut bool) error {
	if signedOut {
		return literr.Missing("authNeededCallback", "No authNeededCallback nor default auth callback provided")
	}
	return literr.Missing("authNeededCallback", "No authCallback nor default auth callback provided")
}

func (r walletRequest) scope() session.Scope {
	s := session.Scope{
		Wallet:      true,
		SessionKey:  r.KeyURI,
		ActionCID:   r.ActionCID,
		JSParams:    r.JSParams,
		AuthMethods: []byte("[]"),
		ReCap:       r.capability.URN(),
		Base:        r.Base.URN(),
		Domain:      r.Domain,
		Chain:       r.Chain,
	}
	if r.PKP != (eth.PublicKey{}) {
		s.PKP = r.PKP.String()
	}
	if r.network != nil {
		s.Staking = r.network.staking
	}
	return s
}

func (c *Client) cachedWalletAuthSig(ctx context.Context, r walletRequest) (signedOut bool, auth authorization, ok bool, err error) {
	last, lastText, ok, err := c.cache.WalletAuthSig(ctx)
	if err != nil || !ok {
		return true, authorization{}, false, err
	}
	own, ownText, ok, err := c.cache.AuthSig(ctx, r.id)
	if err != nil {
		return false, authorization{}, false, err
	}
	if ok && (last.ByNetwork() || strings.EqualFold(own.Address, last.Address)) {
		if m, ok := c.reusable(own, r); ok {
			return false, authorization{AuthSig: own, message: m, text: ownText}, true, nil
		}
	}
	m, ok := c.reusable(last, r)
	return false, authorization{AuthSig: last, message: m, text: lastText}, ok && r.saysNoMore(m), nil
}

// reusable reports whether a wallet's AuthSig from storage will do.
func (c *Client) reusable(a session.AuthSig, r walletRequest) (siwe.Message, bool) {
	if a.ByNetwork() {
		return siwe.Message{}, false
	}
	m, err := c.checkSignedIn(a, r, c.now().Add(renewalMargin))
	return m, err == nil && c.livesLongEnough(m, r.Expiration)
}

// saysNoMore reports whether a message grants exactly what is asked, and for
// the domain that is asked, if one is.
func (r walletRequest) saysNoMore(m siwe.Message) bool {
	granted, err := grantedBy(m)
	return err == nil && granted.URN() == r.capability.URN() && (r.Domain == "" || m.Domain == r.Domain)
}

func (c *Client) signIn(ctx context.Context, r walletRequest, progress Progress) (authorization, error) {
	if r.Nonce == "" {
		n, err := connected(c.latest(r.network), notReady)
		if err != nil {
			return authorization{}, err
		}
		if r.Nonce, err = c.blockhash(ctx, n, nil); err != nil {
			return authorization{}, err
		}
	}
	if err := c.checkTold(r.Expiration); err != nil {
		return authorization{}, err
	}
	progress.tell(Step{Phase: PhaseWallet, Needed: 1})
	defer c.cache.Asking(ctx, r.KeyURI, c.now())()
	text, err := r.SignIn(ctx, c.callbackParams(r.WalletSigParams))
	if err != nil {
		return authorization{}, err
	}
	progress.tell(Step{Phase: PhaseWallet, Done: 1, Needed: 1})
	a, err := parseSignedIn(text)
	if err != nil {
		return authorization{}, err
	}
	m, err := c.checkSignedIn(a, r, c.now())
	if err == nil {
		err = c.checkLife(m, r.Expiration)
	}
	if err != nil {
		return authorization{}, err
	}
	return authorization{AuthSig: a, message: m, text: text}, c.cache.PutAuthSig(ctx, r.id, text)
}

// checkTold refuses to ask a wallet for what would be over at once: nodes whose
// clocks are ahead, and a session that ends before they are where we are.
func (c *Client) checkTold(expiration string) error {
	end, err := siwe.ParseTime(c.toldExpiration(expiration))
	if err == nil && !end.After(c.now()) {
		return invalidParam("expiration", "a time that is still to come by the nodes' clocks, which are "+c.ClockSkew().Round(time.Second).String()+" ahead of this one").
			WithHint("Set this clock right, or ask for a longer session.")
	}
	return nil
}

// checkLife refuses a wallet's new AuthSig that lives longer than was asked and
// than any session may be asked for, or for ever. Many callbacks ignore the
// expiration that they are told and set one of their own, seven days where they
// leave it to createSiweMessage. These pass, and session signatures end when it
// was asked all the same.
func (c *Client) checkLife(m siwe.Message, asked string) error {
	end, err := siwe.ParseTime(m.ExpirationTime)
	if err == nil && !end.After(c.config.Now().Add(maxSessionLength+skewTolerance)) {
		return nil
	}
	lives := "for ever"
	if err == nil {
		lives = "until " + m.ExpirationTime
	}
	return notAsAsked("it lives "+lives+", which is longer than was asked and than the 30 days of the longest session", "expiration").
		With("want", c.toldExpiration(asked)).With("got", m.ExpirationTime)
}

// callbackParams are exactly the official SDK's. Source: protocol 7.4.
func (c *Client) callbackParams(p WalletSigParams) []byte {
	o := new(jsjson.Object).String("chain", p.Chain).
		String("statement", p.Base.Statement()).
		Strings("resources", []string{p.Base.URN()})
	if p.SwitchChain {
		o.Bool("switchChain", true)
	}
	o.String("expiration", c.toldExpiration(p.Expiration)).String("uri", p.KeyURI)
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
func (c *Client) checkSignedIn(a session.AuthSig, r walletRequest, now time.Time) (siwe.Message, error) {
	m, err := c.verify(a, r, now)
	if err != nil {
		return m, err
	}
	if m.URI != r.KeyURI {
		got := literr.Cut(m.URI, nodeapi.MaxQuotedText)
		return m, notAsAsked("its URI is "+got+", and not the session key's, "+r.KeyURI, "uri").With("want", r.KeyURI).With("got", got)
	}
	if a.ByNetwork() && r.PKP != (eth.PublicKey{}) && m.Address != r.PKP.Address() {
		want := r.PKP.Address().String()
		return m, notAsAsked("it is the PKP's of "+m.Address.String()+", and not that of "+want, "pkpPublicKey").With("want", want).With("got", m.Address.String())
	}
	granted, err := grantedBy(m)
	if err != nil {
		return m, err
	}
	for _, one := range r.Requests {
		if !granted.Covers(one.Resource, one.Ability) {
			return m, notAllowed(granted, one)
		}
	}
	return m, nil
}

func notAllowed(granted recap.Capability, r ResourceAbility) error {
	want := string(r.Ability) + " on " + r.Resource.Key()
	why := "it does not allow " + want
	if granted.Grants(r.Resource.Key(), r.Ability.Name()) {
		why += ", since nodes look at " + r.Resource.Wildcard().Key() + " alone where there is one"
	}
	return notAsAsked(why, "resourceAbilityRequests").With("want", want)
}

// verify checks a wallet's AuthSig, or a PKP's with the network's key.
func (c *Client) verify(a session.AuthSig, r walletRequest, now time.Time) (siwe.Message, error) {
	if !a.ByNetwork() {
		return a.VerifyWallet(now)
	}
	n, err := connected(c.latest(r.network), notReady)
	if err != nil {
		return siwe.Message{}, err
	}
	return a.Verify(n.key, now)
}

// notAsAsked says why an AuthSig will not do, and which of the parameters of the
// callback its message should have been made with.
func notAsAsked(why, param string) *literr.Error {
	advice := map[string]string{
		"uri":        "Pass the uri that the callback is given on to createSiweMessage as it is.",
		"expiration": "Pass the expiration that the callback is given on to createSiweMessage as it is.",
		"resourceAbilityRequests": "Pass the resourceAbilityRequests that the callback is given on to createSiweMessage, as resources; " +
			"the resources that it is given grant nothing.",
		"pkpPublicKey": "Have the callback sign with the PKP of the call.",
	}
	return literr.Errorf(literr.MessageMismatch, "the AuthSig cannot be used: %s", why).
		WithHint(advice[param]).With("subject", "AuthSig").With("param", param)
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
			return recap.Capability{}, notAsAsked("one of its ReCaps cannot be read, or its statement does not end with it", "resourceAbilityRequests")
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
	r := walletRequest{network: c.current(), WalletSigParams: WalletSigParams{KeyURI: p.KeyURI}}
	r.Requests = p.Requests
	m, err := c.checkSignedIn(p.AuthSig, r, c.now())
	return err != nil || len(m.Resources) == 0, nil
}
