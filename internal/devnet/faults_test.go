package devnet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet"
	"litsession/internal/devnet/node"
	"litsession/internal/fetch"
	"litsession/internal/nodeapi"
)

// requestsTo are good requests to one node, by endpoint: a path and a body.
func requestsTo(t testing.TB, d devnet.Descriptor, url string) map[node.Endpoint][2]string {
	t.Helper()
	_, sigs := newSession(t, d, everything)
	s := sigs[0]
	for _, one := range sigs {
		if one.Node == url {
			s = one
		}
	}
	nonce := handshake(t, url).LatestBlockhash
	const signing = `(async () => { await Lit.Actions.signEcdsa({toSign: new Uint8Array(32).fill(1), publicKey, sigName: "sig"}); })();`
	execution := executeBody(t, s, signing)
	execution["jsParams"] = map[string]string{"publicKey": d.PKP.PublicKey}
	return map[node.Endpoint][2]string{
		node.Handshake:      {nodeapi.HandshakePath, `{"clientPublicKey":"test"}`},
		node.SignSessionKey: {nodeapi.SignSessionKeyPath, string(request(t, d, nonce, `{"magicNumber":42}`).JSON())},
		node.Execute:        {nodeapi.ExecutePath, body(t, execution)},
		node.PKPSign:        {nodeapi.PKPSignPath, pkpSignBody(t, d, crypto.Keccak256([]byte("message")), authSig(s))},
	}
}

// seen is what a client sees of an answer.
func seen(ctx context.Context, url string, request [2]string) string {
	outcome, _ := seenWith(ctx, url, request)
	return outcome
}

// seenWith is seen and, if that is "ok", what should always be the same: of a
// handshake the network's key.
func seenWith(ctx context.Context, url string, request [2]string) (outcome, content string) {
	status, answer, err := try(ctx, "POST", url+request[0], request[1])
	if outcome = described(ctx, status, answer, err); outcome != "ok" {
		return outcome, ""
	}
	if hello, err := nodeapi.ParseHandshakeResponse(answer); err == nil {
		return outcome, hello.NetworkPublicKey
	}
	return outcome, string(answer)
}

func described(ctx context.Context, status int, answer []byte, err error) string {
	switch {
	case ctx.Err() != nil:
		return "nothing"
	case err != nil:
		return "no connection"
	case len(answer) > fetch.DefaultMaxBytes:
		return fmt.Sprint(status, " too much")
	case bytes.HasPrefix(answer, []byte("<!doctype html>")):
		return fmt.Sprint(status, " a page")
	case !json.Valid(answer):
		return fmt.Sprint(status, " half")
	case status != 200:
		return fmt.Sprint(status, " ", nodeapi.ParseError(status, answer).Code)
	}
	return "ok"
}

// TestEveryFaultAtEveryEndpoint is what devnet promises of each kind, as any
// client sees it. What is wrong with other answers than the node's honest ones
// is for the tests of package node and of the client.
func TestEveryFaultAtEveryEndpoint(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 3, Threshold: 3, StrictNonce: true}) // each of which has a share in every signature
	d := n.Descriptor()
	requests := requestsTo(t, d, d.Nodes[0].URL)
	honest := map[node.Endpoint]string{}
	for endpoint, request := range requests {
		_, honest[endpoint] = seenWith(t.Context(), d.Nodes[0].URL, request)
	}
	all := func(outcome string) [4]string { return [4]string{outcome, outcome, outcome, outcome} }
	const badSession, other = "401 NodeInvalidAuthSig", "ok, and another answer"
	otherShare := [4]string{"ok", other, "ok", "ok"}
	rows := []struct {
		fault devnet.Fault
		want  [4]string // handshake, sign_session_key, execute, pkp_sign
	}{
		{devnet.Fault{Kind: node.None}, all("ok")},
		{devnet.Fault{Kind: node.Down}, all("no connection")},
		{devnet.Fault{Kind: node.Slow, DelayMS: 1, JitterMS: 1}, all("ok")},
		{devnet.Fault{Kind: node.SlowBody, DelayMS: 1}, all("ok")},
		{devnet.Fault{Kind: node.Hang}, all("nothing")},
		{devnet.Fault{Kind: node.HTTPError, Status: 503}, all("503 NodeSystemFault")},
		{devnet.Fault{Kind: node.HTML}, all("502 a page")},
		{devnet.Fault{Kind: node.Malformed}, all("200 half")},
		{devnet.Fault{Kind: node.Oversized}, all("200 too much")},
		{devnet.Fault{Kind: node.Oversized, Shape: node.Values}, all("200 too much")},
		{devnet.Fault{Kind: node.RateLimited}, all("402 rate_limit_exceeded")},
		{devnet.Fault{Kind: node.RateLimited, Status: 429}, all("429 NodeConcurrencyOverload")},
		{devnet.Fault{Kind: node.WrongShare}, [4]string{"ok", other, other, other}},
		{devnet.Fault{Kind: node.IdentityShare}, otherShare},
		{devnet.Fault{Kind: node.OffSubgroup}, otherShare},
		{devnet.Fault{Kind: node.DuplicateIndex}, otherShare},
		{devnet.Fault{Kind: node.ReplayedShare}, otherShare},
		{devnet.Fault{Kind: node.OtherMessage}, otherShare},
		{devnet.Fault{Kind: node.OtherSIWE}, otherShare},
		{devnet.Fault{Kind: node.StaleBlockhash}, all("ok")}, // see below,
		{devnet.Fault{Kind: node.ForeignBlockhash}, all("ok")},
		{devnet.Fault{Kind: node.OtherNetworkKey}, [4]string{other, other, badSession, badSession}},
		{devnet.Fault{Kind: node.ErrKeys}, [4]string{other, "500 NodeBLSRootKeyNotFound", badSession, badSession}},
		{devnet.Fault{Kind: node.ClockSkew, Seconds: -3600}, [4]string{"ok", "400 NodeSIWEMessageError", badSession, badSession}},
		{devnet.Fault{Kind: node.ClockSkew, Seconds: 40 * 24 * 3600}, [4]string{"ok", "400 NodeSIWEMessageError", badSession, badSession}},
	}
	untested := map[node.FaultKind]bool{}
	for _, kind := range node.FaultKinds() {
		untested[kind] = true
	}
	for _, row := range rows {
		delete(untested, row.fault.Kind)
		if err := n.SetFault(0, row.fault); err != nil {
			t.Fatal(err)
		}
		for i, endpoint := range node.Endpoints() {
			ctx, cancel := context.WithCancel(t.Context())
			if row.fault.Kind == node.Hang {
				ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
			}
			got, content := seenWith(ctx, d.Nodes[0].URL, requests[endpoint])
			if got == "ok" && content != honest[endpoint] {
				got = other
			}
			if got != row.want[i] {
				t.Errorf("%s at %s: %s, want %s", row.fault.Kind, endpoint, got, row.want[i])
			}
			if got := seen(t.Context(), d.Nodes[1].URL, requests[node.Handshake]); got != "ok" {
				t.Errorf("%s: the next node: %s", row.fault.Kind, got)
			}
			cancel()
		}
	}
	if len(untested) > 0 {
		t.Errorf("no row for %v", untested)
	}
}

// TestAStaleBlockhash lets the chain go on.
func TestAStaleBlockhash(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 3, StrictNonce: true})
	d := n.Descriptor()
	putFault(t, d, 0, `{"kind":"stale-blockhash"}`)
	before := handshake(t, d.Nodes[0].URL).LatestBlockhash
	status, answer := call(t, "POST", d.AdminURL+"/fund", `{"address":"`+d.Accounts[1].Address+`","wei":"1"}`)
	if status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	if got := handshake(t, d.Nodes[0].URL).LatestBlockhash; got != before {
		t.Errorf("the node went on from block %s to %s", before, got)
	}
	if got := handshake(t, d.Nodes[1].URL).LatestBlockhash; got == before {
		t.Error("the next node did not go on")
	}
}

// TestAFaultOfOneEndpointForSomeRequests switches one on for two requests.
func TestAFaultOfOneEndpointForSomeRequests(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 3, StrictNonce: true})
	d := n.Descriptor()
	url := d.Nodes[0].URL
	requests := requestsTo(t, d, url)
	for kind, outcome := range map[node.FaultKind]string{node.HTML: "502 a page", node.Down: "no connection"} {
		for _, endpoint := range node.Endpoints() {
			putFault(t, d, 0, fmt.Sprintf(`{"kind":%q,"path":%q,"times":2}`, kind, endpoint))
			for round := range 3 {
				for _, other := range node.Endpoints() {
					want := "ok"
					if other == endpoint && round < 2 {
						want = outcome
					}
					if got := seen(t.Context(), url, requests[other]); got != want {
						t.Errorf("%s at %s, round %d: %s: %s, want %s", kind, endpoint, round, other, got, want)
					}
				}
			}
		}
	}
}
