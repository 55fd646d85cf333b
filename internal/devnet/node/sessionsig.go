package node

import (
	"crypto/ed25519"
	"encoding/hex"
	"strings"
	"time"

	"filippo.io/edwards25519"

	"litsession/internal/jsjson"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// purpose is what an endpoint needs a session to allow.
type purpose struct {
	resource recap.Resource
	ability  recap.Ability
}

// validSession is what a session signature proves.
type validSession struct {
	capability validCapability   // the first that allows the purpose: its signer is the user
	all        []validCapability // every valid one, in order
	sigs       []session.AuthSig // every capability, also those that are not valid
}

// sessionMessage is what a session signature signs.
type sessionMessage struct {
	requests            []recap.Resource
	capabilities        []session.AuthSig
	issuedAt, expiresAt string
	nodeAddress         string
}

// verifySession makes the six checks of protocol.md 8.9, in their order.
func (n *Node) verifySession(sig session.AuthSig, p purpose) (validSession, *refusal) {
	valid, refused := n.checkSession(sig, p)
	if refused != nil {
		return valid, refuseCode("NodeInvalidAuthSig", refused.scheme.Details...)
	}
	return valid, nil
}

func (n *Node) checkSession(sig session.AuthSig, p purpose) (validSession, *refusal) {
	if refused := checkSessionKey(sig); refused != nil {
		return validSession{}, refused
	}
	message, refused := parseSessionMessage(sig.SignedMessage)
	if refused != nil {
		return validSession{}, refused
	}
	if !message.asksFor(p.resource) {
		return validSession{}, refuseCode("NodeResourceIdNotFound", "Resource id not found in auth_sig resource ability requests")
	}
	if refused := checkSessionTimes(message, n.config.Now()); refused != nil {
		return validSession{}, refused
	}
	if address := bareAddress(message.nodeAddress); address != n.config.Address {
		return validSession{}, refuseCode("NodeNotAuthorized", "Session key node_address "+address+" does not match our node address "+n.config.Address)
	}
	return n.findCapability(message.capabilities, sig.Address, p)
}

// checkSessionKey verifies the signature with the session key, strictly: who
// has a key of small order "signs" everything with one signature.
func checkSessionKey(sig session.AuthSig) *refusal {
	key, err := hex.DecodeString(strings.TrimPrefix(sig.Address, "0x"))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return refuseCode("NodeAuthSigAddressConversionError", "The session key is not 32 bytes in hex")
	}
	signature, err := hex.DecodeString(strings.TrimPrefix(sig.Sig, "0x"))
	if err != nil || !ed25519.Verify(key, []byte(sig.SignedMessage), signature) ||
		hasSmallOrder(key) || hasSmallOrder(signature[:32]) {
		return refuseCode("NodeInvalidAuthSigSessionKeySignature", "Session key signature is not valid")
	}
	return nil
}

// hasSmallOrder reports whether a point's order divides eight.
func hasSmallOrder(encoded []byte) bool {
	point, err := new(edwards25519.Point).SetBytes(encoded)
	return err == nil && point.MultByCofactor(point).Equal(edwards25519.NewIdentityPoint()) == 1
}

func parseSessionMessage(text string) (sessionMessage, *refusal) {
	malformed := func(why string) (sessionMessage, *refusal) {
		return sessionMessage{}, refuseCode("NodeAuthSigSignedMessageConversionError", why)
	}
	v, err := jsjson.Parse([]byte(text))
	if err != nil {
		return malformed(err.Error())
	}
	var m sessionMessage
	var key string
	for _, member := range []struct {
		name  string
		place *string
	}{{"sessionKey", &key}, {"issuedAt", &m.issuedAt}, {"expiration", &m.expiresAt}, {"nodeAddress", &m.nodeAddress}} {
		value, ok := v.Get(member.name).Text()
		if !ok {
			return malformed("member `" + member.name + "` is not a string")
		}
		*member.place = value
	}
	var ok bool
	if m.requests, ok = requestedResources(v.Get("resourceAbilityRequests")); !ok {
		return malformed("member `resourceAbilityRequests` is not a list of {resource: {resource, resourcePrefix}, ability}")
	}
	items, ok := v.Get("capabilities").Items()
	if !ok {
		return malformed("member `capabilities` is not a list")
	}
	for _, item := range items {
		capability, err := session.ParseAuthSig(item.Raw())
		if err != nil {
			return malformed(err.Error())
		}
		m.capabilities = append(m.capabilities, capability)
	}
	return m, nil
}

func requestedResources(list jsjson.Value) ([]recap.Resource, bool) {
	items, ok := list.Items()
	var resources []recap.Resource
	for _, item := range items {
		id, isText := item.Get("resource").Get("resource").Text()
		prefix, isText2 := item.Get("resource").Get("resourcePrefix").Text()
		_, isText3 := item.Get("ability").Text()
		ok = ok && isText && isText2 && isText3
		resources = append(resources, recap.Resource{Prefix: prefix, ID: id})
	}
	return resources, ok
}

// asksFor reports whether a request names the resource. Its ability is not
// looked at.
func (m sessionMessage) asksFor(want recap.Resource) bool {
	for _, r := range m.requests {
		if r.Prefix == want.Prefix && (r.ID == "*" || r.ID == want.ID) {
			return true
		}
	}
	return false
}

func checkSessionTimes(m sessionMessage, now time.Time) *refusal {
	issued, err := siwe.ParseTime(m.issuedAt)
	if err != nil {
		return refuseCode("NodeAuthSigSignedMessageConversionError", "Session key issued_at is no time")
	}
	expires, err := siwe.ParseTime(m.expiresAt)
	if err != nil {
		return refuseCode("NodeAuthSigSignedMessageConversionError", "Session key expiration is no time")
	}
	latest := issued.Add(maxSession)
	switch {
	case issued.After(now.Add(grace)):
		return refuseCode("NodeIatOutsideGracePeriod", "Session key issued_at "+m.issuedAt+" is in the future beyond the grace period of 60 seconds (now is "+siwe.FormatTime(now)+")")
	case expires.Before(issued):
		return refuseCode("NodeExpWrongOrTooLarge", "Session key expiration "+m.expiresAt+" is in behind issue_at which is "+m.issuedAt)
	case expires.Before(now.Add(-grace)):
		return refuseCode("NodeExpWrongOrTooLarge", "Session key expiration "+m.expiresAt+" is in the past beyond the grace period of 60 seconds (now is "+siwe.FormatTime(now)+")")
	case expires.After(latest):
		return timeRefused("Session key expiration " + m.expiresAt + " is beyond the max expiry timestamp of " + siwe.FormatTime(latest) + " (issued_at is " + m.issuedAt + ")")
	}
	return nil
}

// bareAddress makes a node's URL comparable: host:port.
func bareAddress(url string) string {
	address := strings.TrimSpace(url)
	address = strings.TrimPrefix(address, "https://")
	address = strings.TrimPrefix(address, "http://")
	return strings.Replace(address, "localhost", "127.0.0.1", 1)
}
