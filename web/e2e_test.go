// Package web_test opens the page in a real browser on a fresh local network.
package web_test

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"litsession/internal/chromium"
	"litsession/internal/devnet"
	"litsession/internal/judge"
	"litsession/internal/playground"
	"litsession/internal/require"
)

const pageDir = "dist/page"

// startNetwork starts a network that serves the page and ends with the test.
func startNetwork(t testing.TB, allowFetch ...string) *devnet.Network {
	t.Helper()
	_, err := os.Stat(pageDir + "/index.html")
	require.That(t, err == nil, "the page is not built: run make build")
	network, err := devnet.Start(t.Context(), devnet.Config{Page: pageDir, AllowFetch: allowFetch})
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

// check judges every signature natively: ed25519, node URL, times, the AuthSig
// with the network's key, the ReCap with the requests.
func check(t *testing.T, d devnet.Descriptor, text string) {
	t.Helper()
	descriptor, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	in, err := judge.Read(descriptor, []byte(playground.Requests), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := judge.Judge(in, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if len(verdicts) != len(d.Nodes) || len(d.Nodes) == 0 {
		t.Errorf("%d verdicts for %d nodes", len(verdicts), len(d.Nodes))
	}
	for _, v := range verdicts {
		if v.Problem != nil {
			t.Errorf("%s: %v", v.Node, v.Problem)
		}
	}
	if m := signedText(t, text); len(m.Capabilities) != 1 || time.Until(m.Expiration) < 23*time.Hour || time.Since(m.IssuedAt) > time.Minute {
		t.Errorf("%d capabilities, issued %v, expires %v", len(m.Capabilities), m.IssuedAt, m.Expiration)
	}
}

type signedMessage struct {
	Capabilities         []json.RawMessage
	IssuedAt, Expiration time.Time
}

// signedText returns the text under one of the signatures.
func signedText(t *testing.T, text string) (m signedMessage) {
	t.Helper()
	var sigs map[string]struct{ SignedMessage string }
	if err := json.Unmarshal([]byte(text), &sigs); err != nil {
		t.Fatal(err)
	}
	for _, s := range sigs {
		if err := json.Unmarshal([]byte(s.SignedMessage), &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	t.Fatal("no signatures")
	return m
}

// authSig returns the AuthSig inside the signatures.
func authSig(t *testing.T, text string) string {
	t.Helper()
	return string(signedText(t, text).Capabilities[0])
}
