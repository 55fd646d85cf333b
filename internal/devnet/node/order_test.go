package node_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"litsession/internal/devnet/node"
	"litsession/internal/eth"
	"litsession/internal/nodeapi"
)

// violation is a way to fail one check of protocol.md 8.4 and no other; detail
// is the part of the answer that is about this check alone.
type violation struct {
	detail  string
	violate func(*attempt)
}

// violations are in the order of the checks. 13 and 14 are such that a message
// can violate both.
func violations(r recorded) []violation {
	const wordInRecap = `{"att":{"lit-resolvedauthcontext://*":{}},"prf":[]}`
	return []violation{
		{"only BLS curve type", func(a *attempt) { a.request.CurveType = "K256" }},
		{"You can't provide an AuthSig", func(a *attempt) { a.authSig = true }},
		{"Error parsing SIWE message", func(a *attempt) { a.request.SIWEMessage = "hello" }},
		{"Can't define Auth Context", func(a *attempt) {
			a.message.Statement = "lit-resolvedauthcontext " + a.message.Statement
			a.resign()
		}},
		{"No BLS root key found", func(a *attempt) { a.config.Keys = node.Keys{} }},
		{"Unsupported auth method type: 3", func(a *attempt) { a.request.AuthMethods = []nodeapi.AuthMethod{{Type: 3}} }},
		{"does not match PKP ETH address", func(a *attempt) { a.message.Address = eth.Address{}; a.resign() }},
		{"does not match URI in request", func(a *attempt) { a.request.SessionKey = "lit:session:00" }},
		{"expiration time is not set", func(a *attempt) { a.expires("") }},
		{"Can't provide both code", func(a *attempt) { a.request.IPFSID = r.LitActionCID }},
		{"Authentication failed", func(a *attempt) { a.request.JSParams = []byte(`{"magicNumber":41}`) }},
		{"the nonce is not 32 bytes", func(a *attempt) { a.message.Nonce = "0xabcdef12"; a.resign() }},
		{"Unable to convert SIWE", func(a *attempt) {
			a.message.Resources = append(a.message.Resources, "https://example.com")
			a.resign()
		}},
		{"Can't define Auth Context", func(a *attempt) {
			a.message.Resources = []string{"urn:recap:" + base64.RawURLEncoding.EncodeToString([]byte(wordInRecap))}
			a.message.Statement = "I further authorize the stated URI to perform the following actions on my behalf:"
			a.resign()
		}},
		{"None of the AuthMethods", func(a *attempt) { a.ledger.permitted = nil }},
		{"No key share", func(a *attempt) { a.request.Epoch = 7 }},
	}
}

// TestTheOrderOfChecks makes each request fail two checks: the answer is that
// of the earlier one.
func TestTheOrderOfChecks(t *testing.T) {
	r := readRecorded(t)
	all := violations(r)
	for i, first := range all {
		for j := i + 1; j <= len(all); j++ {
			a := newAttempt(t, r)
			if j < len(all) {
				all[j].violate(a)
			}
			first.violate(a) // last, for it may take the other's place in the message
			if _, body := a.send(t); !strings.Contains(body, first.detail) {
				t.Errorf("checks %d and %d fail: got %s", i+1, j+1, body)
			}
		}
	}
}
