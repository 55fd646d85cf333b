package node

import (
	"slices"
	"strings"
	"time"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// validCapability is an AuthSig, verified, that lets a session key act.
type validCapability struct {
	network bool // signed by the network for a PKP, else by a wallet
	address eth.Address
	message siwe.Message
	recaps  []recap.Capability
}

// findCapability looks for the first AuthSig that allows the purpose. The
// others that are valid count for the auth context only.
func (n *Node) findCapability(sigs []session.AuthSig, sessionKey string, p purpose) (validSession, *refusal) {
	found := validSession{sigs: sigs}
	for _, sig := range sigs {
		capability, ok := n.verifyCapability(sig, sessionKey)
		if !ok {
			continue
		}
		found.all = append(found.all, capability)
	}
	first := slices.IndexFunc(found.all, func(c validCapability) bool { return c.allows(p) })
	if first < 0 {
		return found, refuseCode("NodeResourceIdNotFound", "Resource id not found in auth_sig capabilities", "Could not find valid capability.")
	}
	found.capability = found.all[first]
	return found, nil
}

// verifyCapability checks an AuthSig: who signed it, its times, that it is for
// the session key, and that its statement says what its ReCaps grant. An
// address other than the message's is refused too: it would be taken for the
// user's.
func (n *Node) verifyCapability(sig session.AuthSig, sessionKey string) (validCapability, bool) {
	c := validCapability{network: sig.DerivedVia == session.DerivedViaBLS}
	var refused *refusal
	c.message, refused = n.verifySigner(sig, n.config.Now())
	if refused != nil || c.message.URI != "lit:session:"+sessionKey {
		return c, false
	}
	c.address = c.message.Address
	for _, resource := range c.message.Resources {
		if !recap.IsURN(resource) {
			continue
		}
		granted, err := recap.ParseURN(resource)
		if err != nil || c.message.Statement != "" && !strings.HasSuffix(c.message.Statement, granted.Statement()) {
			return c, false
		}
		c.recaps = append(c.recaps, granted)
	}
	return c, true
}

// verifySigner checks who signed an AuthSig, the network or a wallet, and that
// now lies within its times.
func (n *Node) verifySigner(sig session.AuthSig, now time.Time) (siwe.Message, *refusal) {
	if sig.DerivedVia != session.DerivedViaBLS {
		return verifyWalletCapability(sig, now)
	}
	message, err := sig.Verify(n.config.Keys.Network, now)
	if err != nil {
		return message, refuseCode("NodeInvalidAuthSig", err.Error())
	}
	return message, nil
}

func verifyWalletCapability(sig session.AuthSig, now time.Time) (siwe.Message, *refusal) {
	message, err := siwe.Parse(sig.SignedMessage)
	if err != nil {
		return message, refuseCode("NodeSIWEMessageError", "Error parsing SIWE message", err.Error())
	}
	if !strings.EqualFold(withPrefix(sig.Address), message.Address.String()) {
		return message, refuseCode("NodeInvalidAuthSig", "The AuthSig's address is not the one in its message")
	}
	if refused := verifyPersonalSign(sig.Sig, sig.SignedMessage, message.Address); refused != nil {
		return message, refused
	}
	if message.ExpirationTime != "" {
		expires, err := siwe.ParseTime(message.ExpirationTime)
		if err != nil || !now.Before(expires) {
			return message, refuseCode("NodeInvalidAuthSig", "The AuthSig has expired at "+message.ExpirationTime)
		}
	}
	if message.NotBefore != "" {
		begins, err := siwe.ParseTime(message.NotBefore)
		if err != nil || now.Before(begins) {
			return message, refuseCode("NodeInvalidAuthSig", "The AuthSig is not valid before "+message.NotBefore)
		}
	}
	return message, nil
}

func (c validCapability) allows(p purpose) bool {
	return slices.ContainsFunc(c.recaps, func(granted recap.Capability) bool {
		return granted.Covers(p.resource, p.ability)
	})
}

// authContext is how the session was authorized: as the nodes recorded it in
// the last AuthSig of theirs, or else by the wallet.
func (s validSession) authContext() authContext {
	for _, c := range slices.Backward(s.all) {
		if !c.network {
			continue
		}
		if recorded, ok := c.authContext(); ok {
			recorded.user = s.capability.address.String()
			return recorded
		}
	}
	fresh := authContext{user: s.capability.address.String()}
	if !s.capability.network {
		fresh.wallet, fresh.resources = fresh.user, s.capability.message.Resources
	}
	return fresh
}

// authContext reads what a node recorded; older nodes left members out.
func (c validCapability) authContext() (authContext, bool) {
	for _, granted := range slices.Backward(c.recaps) {
		for _, note := range slices.Backward(granted.NotaBene(recap.AuthContextKey, recap.AuthContextAbility)) {
			v, err := jsjson.Parse(note)
			if recorded := v.Get("auth_context"); err == nil && recorded.Exists() {
				return parseAuthContext(recorded), true
			}
		}
	}
	return authContext{}, false
}

func parseAuthContext(v jsjson.Value) authContext {
	var a authContext
	methods, _ := v.Get("authMethodContexts").Items()
	for _, m := range methods {
		kind, _ := m.Get("authMethodType").Int()
		userID, _ := m.Get("userId").Text()
		appID, _ := m.Get("appId").Text()
		a.methods = append(a.methods, authMethodContext{methodType: uint64(kind), userID: userID, appID: appID})
	}
	cids, _ := v.Get("actionIpfsIdStack").Items()
	for _, item := range cids {
		if cid, ok := item.Text(); ok {
			a.actionCIDs = append(a.actionCIDs, cid)
		}
	}
	a.response, _ = v.Get("customAuthResource").Text()
	return a
}
