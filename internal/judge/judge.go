// Package judge says of session signatures, whoever made them, whether they are
// good for a network: without connecting to it, by the keys that its descriptor
// names. Start with [Judge].
package judge

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"litsession/internal/bls"
	"litsession/internal/eth"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// Input is what is judged. Of the descriptor, only these fields are read.
type Input struct {
	Descriptor struct {
		NetworkPublicKey string // 96 hex digits
		Nodes            []struct{ URL string }
		PKP              struct{ PublicKey string } // "0x04" and 128 hex digits
	}
	ResourceAbilityRequests json.RawMessage       // as the caller wrote them
	SessionSigs             map[string]SessionSig // by node URL
}

// Read makes an input of three JSON texts.
func Read(descriptor, requests, sessionSigs []byte) (in Input, err error) {
	in.ResourceAbilityRequests = requests
	return in, errors.Join(json.Unmarshal(descriptor, &in.Descriptor), json.Unmarshal(sessionSigs, &in.SessionSigs))
}

// SessionSig is one node's session signature.
type SessionSig struct {
	Sig, DerivedVia, SignedMessage, Address, Algo string
}

// signed is the text under a session signature, in the order of its members.
type signed struct {
	SessionKey              string            `json:"sessionKey"`
	ResourceAbilityRequests json.RawMessage   `json:"resourceAbilityRequests"`
	Capabilities            []json.RawMessage `json:"capabilities"`
	IssuedAt                string            `json:"issuedAt"`
	Expiration              string            `json:"expiration"`
	NodeAddress             string            `json:"nodeAddress"`
}

// request is one of the resourceAbilityRequests.
type request struct {
	Resource struct{ Resource, ResourcePrefix string }
	Ability  recap.Ability
	Data     json.RawMessage
}

// Verdict is on the session signature for one node.
type Verdict struct {
	Node    string
	Problem error // nil: good
}

// Judge returns a verdict for every node of the descriptor, in its order, and
// for every signature that belongs to none. A signature is good if it verifies,
// is for this node and these requests and valid now, and if the AuthSig in it
// verifies with the network's key, is the PKP's and for this session key, valid
// now, and grants the requests and nothing else. Judge fails if the input names
// no network, no PKP or no requests.
func Judge(in Input, now time.Time) ([]Verdict, error) {
	c, err := newChecker(in, now)
	if err != nil {
		return nil, err
	}
	return c.verdicts(in), nil
}

// checker holds what all signatures are measured against.
type checker struct {
	network  bls.PublicKey
	pkp      eth.Address
	raw      []byte // requests, exactly as they must have been signed
	requests []request
	now      time.Time
}

func newChecker(in Input, now time.Time) (checker, error) {
	network, err := bls.ParsePublicKey(in.Descriptor.NetworkPublicKey)
	if err != nil {
		return checker{}, fmt.Errorf("descriptor: %w", err)
	}
	pkp, err := eth.ParsePublicKey(in.Descriptor.PKP.PublicKey)
	if err != nil {
		return checker{}, fmt.Errorf("descriptor: %w", err)
	}
	c := checker{network: network, pkp: pkp.Address(), raw: in.ResourceAbilityRequests, now: now}
	if err := json.Unmarshal(c.raw, &c.requests); err != nil || len(c.requests) == 0 {
		return checker{}, fmt.Errorf("resourceAbilityRequests are no list with entries: %v", err)
	}
	return c, nil
}

func (c checker) verdicts(in Input) (list []Verdict) {
	if len(in.Descriptor.Nodes) == 0 {
		return []Verdict{{"descriptor", errors.New("names no nodes")}}
	}
	foreign := maps.Clone(in.SessionSigs)
	for _, node := range in.Descriptor.Nodes {
		sig, ok := in.SessionSigs[node.URL]
		delete(foreign, node.URL)
		problem := errors.New("has no session signature")
		if ok {
			problem = c.check(node.URL, sig)
		}
		list = append(list, Verdict{node.URL, problem})
	}
	for _, url := range slices.Sorted(maps.Keys(foreign)) {
		list = append(list, Verdict{url, errors.New("is no node of the network")})
	}
	return list
}

// check judges one node's signature, from the outside in.
func (c checker) check(node string, sig SessionSig) error {
	if err := verifyEd25519(sig); err != nil {
		return err
	}
	var text signed
	decoder := json.NewDecoder(strings.NewReader(sig.SignedMessage))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&text); err != nil {
		return fmt.Errorf("signedMessage: %w", err)
	}
	switch {
	case text.NodeAddress != node:
		return fmt.Errorf("is signed for %s", text.NodeAddress)
	case text.SessionKey != sig.Address:
		return errors.New("sessionKey is not the signer")
	case !bytes.Equal(text.ResourceAbilityRequests, c.raw):
		return fmt.Errorf("resourceAbilityRequests are %s", text.ResourceAbilityRequests)
	case len(text.Capabilities) == 0:
		return errors.New("has no capability")
	}
	if err := c.checkTimes(text.IssuedAt, text.Expiration); err != nil {
		return fmt.Errorf("session signature: %w", err)
	}
	return c.checkAuthSig(text.Capabilities[len(text.Capabilities)-1], text)
}

func verifyEd25519(sig SessionSig) error {
	if sig.Algo != "ed25519" || sig.DerivedVia != "litSessionSignViaNacl" {
		return fmt.Errorf("is of kind %q, %q", sig.Algo, sig.DerivedVia)
	}
	key, err := hex.DecodeString(sig.Address)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return errors.New("address is no ed25519 key")
	}
	signature, err := hex.DecodeString(sig.Sig)
	if err != nil || !ed25519.Verify(key, []byte(sig.SignedMessage), signature) {
		return errors.New("the ed25519 signature does not verify")
	}
	return nil
}

// checkTimes wants issued ≤ now < expiration.
func (c checker) checkTimes(issued, expiration string) error {
	from, err := siwe.ParseTime(issued)
	if err != nil {
		return fmt.Errorf("issued at: %w", err)
	}
	to, err := siwe.ParseTime(expiration)
	if err != nil {
		return fmt.Errorf("expiration: %w", err)
	}
	if c.now.Before(from) || !c.now.Before(to) {
		return fmt.Errorf("is not valid now, but from %s to %s", issued, expiration)
	}
	return nil
}

// checkAuthSig judges the network's word for the session key: the signature,
// whose key it is for, the PKP, the times and that every request is granted.
func (c checker) checkAuthSig(text []byte, outer signed) error {
	authSig, err := session.ParseAuthSig(text)
	if err != nil {
		return err
	}
	message, err := authSig.Verify(c.network, c.now)
	if err != nil {
		return err
	}
	switch {
	case message.Address != c.pkp:
		return fmt.Errorf("the AuthSig is of %s, not of the PKP %s", message.Address, c.pkp)
	case message.URI != "lit:session:"+outer.SessionKey:
		return fmt.Errorf("the AuthSig is for %s", message.URI)
	}
	if err := c.checkTimes(message.IssuedAt, message.ExpirationTime); err != nil {
		return fmt.Errorf("AuthSig: %w", err)
	}
	granted, err := recap.FromMessage(message)
	if err != nil {
		return fmt.Errorf("AuthSig: %w", err)
	}
	var asked recap.Capability
	for _, r := range c.requests {
		resource := recap.Resource{Prefix: r.Resource.ResourcePrefix, ID: r.Resource.Resource}
		if !granted.Covers(resource, r.Ability) {
			return fmt.Errorf("the AuthSig does not grant %s on %s", r.Ability, resource.Key())
		}
		var one recap.Capability
		if err := one.Allow(resource.Key(), r.Ability.Name(), r.Data); err != nil {
			return fmt.Errorf("resourceAbilityRequests: %w", err)
		}
		asked.Merge(one)
	}
	if granted.Without(recap.AuthContextKey).URN() != asked.URN() {
		return errors.New("the AuthSig grants more, or with other restrictions, than was requested")
	}
	return nil
}
