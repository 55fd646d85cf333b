package devnet_test

import (
	"strings"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/nodeapi"
)

// doubtful is a request with a session signature that fails some checks.
type doubtful struct {
	forged
	algo string
}

// violation is a way to fail one check and no other; detail is the part of the
// answer that is about it alone. The last check is the user's credit.
type violation struct {
	detail  string
	violate func(*doubtful)
}

const unpaid = "rate_limit_exceeded"

// violations are in the order of protocol.md 8.8 and 8.9; own is the endpoint's,
// between the kind of the AuthSig and what it says.
func violations(own violation) []violation {
	return []violation{
		{"NodeCannotProvideAuthMethodForEndpoint", func(d *doubtful) { d.body["authMethods"] = []int{} }},
		{"NodeCannotProvideAuthSigForEndpoint", func(d *doubtful) { d.algo = "LIT_BLS" }},
		own,
		{"Session key signature is not valid", func(d *doubtful) { d.sig.SignedMessage += " " }},
		{"member `sessionKey` is not a string", func(d *doubtful) { d.set("sessionKey", "1") }},
		{"ability requests", func(d *doubtful) { d.set("resourceAbilityRequests", "[]") }},
		{"is in the future", func(d *doubtful) { d.set("issuedAt", quote(time.Now().Add(time.Hour))) }},
		{"does not match our node address", func(d *doubtful) { d.set("nodeAddress", `"http://127.0.0.1:1"`) }},
		{"Could not find valid capability", func(d *doubtful) { d.set("capabilities", "[]") }},
		{unpaid, func(*doubtful) {}}, // by the user
	}
}

// TestTheOrderOfChecksOfSessions makes each request fail two checks: the answer
// is that of the earlier one.
func TestTheOrderOfChecksOfSessions(t *testing.T) {
	p := startPaying(t, devnet.CreditsPresent)
	p.buy(t, p.Accounts[0], 10)
	for path, own := range map[string]violation{
		nodeapi.ExecutePath: {"No code or ipfs hash provided", func(d *doubtful) { delete(d.body, "code") }},
		nodeapi.PKPSignPath: {"not 130 hex digits", func(d *doubtful) { d.body["pubkey"] = "0x04" }},
	} {
		all := violations(own)
		for i, first := range all {
			for _, second := range all[i:] {
				user := p.Accounts[0]
				if second.detail == unpaid {
					user = p.Accounts[1]
				}
				d := &doubtful{forged{key: p.key, sig: p.session(t, user, 0), d: p.Descriptor}, "ed25519"}
				d.body = map[string]any{"code": "MQ==", "toSign": make([]int, 32), "pubkey": p.PKP.PublicKey}
				second.violate(d)
				first.violate(d) // last: it may take the other's place
				d.body["authSig"] = authSig(d.sig)
				request := strings.Replace(body(t, d.body), `"algo":"ed25519"`, `"algo":"`+d.algo+`"`, 1)
				if status, answer := call(t, "POST", d.sig.Node+path, request); !strings.Contains(string(answer), first.detail) {
					t.Errorf("%s: %q before %q: %d %s", path, first.detail, second.detail, status, answer)
				}
			}
		}
	}
}
