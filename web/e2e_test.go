// Package web_test opens the page in a real browser on a fresh local network.
package web_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"litsession/internal/bls"
	"litsession/internal/chromium"
	"litsession/internal/devnet"
	"litsession/internal/playground"
	"litsession/internal/recap"
	"litsession/internal/require"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

const pageDir = "dist/page"

// startNetwork starts a network that serves the page and ends with the test.
func startNetwork(t testing.TB) *devnet.Network {
	t.Helper()
	_, err := os.Stat(pageDir + "/index.html")
	require.That(t, err == nil, "the page is not built: run make build")
	network, err := devnet.Start(t.Context(), devnet.Config{Page: pageDir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := network.Close(); err != nil {
			t.Error(err)
		}
	})
	return network
}

func open(t testing.TB) (*devnet.Network, *playground.Page) {
	t.Helper()
	network := startNetwork(t)
	page, err := playground.Open(t.Context(), network.Descriptor().PageURL)
	require.That(t, !errors.Is(err, chromium.ErrMissing), "no Chromium: install Debian's package chromium")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(page.Close)
	return network, page
}

func TestThePageGetsSessionSignatures(t *testing.T) {
	network, page := open(t)
	o, err := page.Sign(42)
	if err != nil {
		t.Fatal(err)
	}
	if o.State != "done" {
		t.Fatalf("%s %s: %s", o.Name, o.Reason, o.Message)
	}
	check(t, network.Descriptor(), o.SessionSigs)

	refused, err := page.Sign(41)
	if err != nil {
		t.Fatal(err)
	}
	if refused.State != "failed" || refused.SessionSigs != "" || refused.Reason != "not_authorized" ||
		refused.Name != "NodeError" || refused.NodeAnswers == 0 {
		t.Errorf("magicNumber 41: got %+v", refused)
	}

	if err := page.Reload(); err != nil {
		t.Fatal(err)
	}
	again, err := page.Sign(42)
	if err != nil {
		t.Fatal(err)
	}
	if authSig(t, again.SessionSigs) != authSig(t, o.SessionSigs) {
		t.Error("after a reload the AuthSig in storage was not used")
	}
}

// sig is one entry of what getLitActionSessionSigs returns.
type sig struct{ Sig, DerivedVia, SignedMessage, Address, Algo string }

type signedMessage struct {
	SessionKey              string
	ResourceAbilityRequests json.RawMessage
	Capabilities            []json.RawMessage
	IssuedAt, Expiration    time.Time
	NodeAddress             string
}

// check verifies every signature without any code of the client.
func check(t *testing.T, d devnet.Descriptor, text string) {
	t.Helper()
	var sigs map[string]sig
	if err := json.Unmarshal([]byte(text), &sigs); err != nil {
		t.Fatal(err)
	}
	if len(sigs) != len(d.Nodes) {
		t.Errorf("%d signatures for %d nodes", len(sigs), len(d.Nodes))
	}
	for _, node := range d.Nodes {
		s, ok := sigs[node.URL]
		if !ok {
			t.Errorf("no signature for %s", node.URL)
			continue
		}
		checkOne(t, d, node.URL, s)
	}
}

func checkOne(t *testing.T, d devnet.Descriptor, url string, s sig) {
	t.Helper()
	key, err := hex.DecodeString(s.Address)
	if err != nil || len(key) != ed25519.PublicKeySize {
		t.Fatalf("%s: address %q", url, s.Address)
	}
	signature, err := hex.DecodeString(s.Sig)
	if err != nil || !ed25519.Verify(key, []byte(s.SignedMessage), signature) {
		t.Errorf("%s: the signature does not verify", url)
	}
	if s.DerivedVia != "litSessionSignViaNacl" || s.Algo != "ed25519" {
		t.Errorf("%s: %s %s", url, s.DerivedVia, s.Algo)
	}
	var m signedMessage
	if err := json.Unmarshal([]byte(s.SignedMessage), &m); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if m.NodeAddress != url || m.SessionKey != s.Address {
		t.Errorf("%s: for node %s and key %s", url, m.NodeAddress, m.SessionKey)
	}
	if m.IssuedAt.After(now) || now.Sub(m.IssuedAt) > time.Minute || !m.Expiration.After(now.Add(23*time.Hour)) {
		t.Errorf("%s: issued %v, expires %v", url, m.IssuedAt, m.Expiration)
	}
	const requests = `[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"},{"resource":{"resource":"*","resourcePrefix":"lit-litaction"},"ability":"lit-action-execution"}]`
	if string(m.ResourceAbilityRequests) != requests || len(m.Capabilities) != 1 {
		t.Errorf("%s: requests %s, %d capabilities", url, m.ResourceAbilityRequests, len(m.Capabilities))
	}
	checkAuthSig(t, d, m)
}

func checkAuthSig(t *testing.T, d devnet.Descriptor, m signedMessage) {
	t.Helper()
	a, err := session.ParseAuthSig(m.Capabilities[0])
	if err != nil {
		t.Fatal(err)
	}
	network, err := bls.ParsePublicKey(d.NetworkPublicKey)
	if err != nil {
		t.Fatal(err)
	}
	message, err := a.Verify(network, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if a.Address != d.PKP.EthAddress || message.URI != "lit:session:"+m.SessionKey {
		t.Errorf("the AuthSig is for %s and %s", a.Address, message.URI)
	}
	if expires, err := siwe.ParseTime(message.ExpirationTime); err != nil || expires.Before(m.Expiration) {
		t.Errorf("the AuthSig expires %s, the session %s", message.ExpirationTime, m.Expiration)
	}
	granted, err := recap.FromMessage(message)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"lit-litaction://*", "lit-pkp://*", "lit-resolvedauthcontext://*"}
	if got := granted.Resources(); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the ReCap grants on %v", got)
	}
	if !granted.Covers(recap.Resource{Prefix: recap.PKP, ID: "*"}, recap.PKPSigning) ||
		!granted.Covers(recap.Resource{Prefix: recap.LitAction, ID: "*"}, recap.LitActionExecution) {
		t.Error("the ReCap does not grant what was asked for")
	}
}

// authSig returns the AuthSig inside the first signature.
func authSig(t *testing.T, text string) string {
	t.Helper()
	var sigs map[string]sig
	if err := json.Unmarshal([]byte(text), &sigs); err != nil {
		t.Fatal(err)
	}
	for _, s := range sigs {
		var m signedMessage
		if err := json.Unmarshal([]byte(s.SignedMessage), &m); err != nil {
			t.Fatal(err)
		}
		return string(m.Capabilities[0])
	}
	t.Fatal("no signatures")
	return ""
}
