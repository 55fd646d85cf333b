package litclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/fetch"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
)

// mine has the chain go on by a block.
func (w *world) mine(t *testing.T) {
	t.Helper()
	body := `{"address":"` + w.Accounts[1].Address + `","wei":"1"}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.AdminURL+"/fund", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("fund: %s, %v", response.Status, err)
	}
}

func (w *world) setFault(t *testing.T, i int, kind string) {
	t.Helper()
	f := devnet.Fault{}
	if err := json.Unmarshal([]byte(`{"kind":"`+kind+`"}`), &f); err != nil {
		t.Fatal(err)
	}
	if err := w.network.SetFault(i, f); err != nil {
		t.Fatal(err)
	}
}

// splitHashes has two of five nodes name a block that does not exist, and each of
// the three others another block of the chain.
func (w *world) splitHashes(t *testing.T) {
	t.Helper()
	for i, kind := range []string{"foreign-blockhash", "foreign-blockhash", "stale-blockhash", "stale-blockhash"} {
		w.setFault(t, i, kind)
		w.mine(t)
	}
}

// TestANonceThatNodesRefuse: two liars of five choose it, because no other two
// nodes name the same block. It is dropped for all calls, and the next one tried.
func TestANonceThatNodesRefuse(t *testing.T) {
	w := newWorld(t)
	w.splitHashes(t)
	c := w.client(t)
	forged, err := c.LatestBlockhash(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for call, want := range []int64{10, 5} { // requests to five nodes
		w.wire.signing.Store(0)
		params := w.pkpParams()
		params["jsParams"] = map[string]int{"magicNumber": 42, "call": call} // not cached
		sigs, err := w.pkpSessionSigs(t.Context(), t, c, params)
		if err != nil {
			t.Fatal(err)
		}
		w.wantAccepted(t, sigs)
		if got := w.wire.signing.Load(); got != want {
			t.Errorf("call %d: %d requests to sign, want %d", call, got, want)
		}
	}
	if now, err := c.LatestBlockhash(t.Context()); err != nil || now == forged {
		t.Errorf("the nonce is still %s, %v", now, err)
	}
}

// TestARefreshedNonceThatNodesRefuse is the same once half a minute is over.
func TestARefreshedNonceThatNodesRefuse(t *testing.T) {
	w := newWorld(t)
	clock := clock{time: time.Now}
	c := newClient(t, w.Descriptor, func(config *litclient.Config) { config.Now = clock.now })
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w.splitHashes(t)
	clock.ahead.Store(int64(30 * time.Second))
	if _, err := call(t, c, w.pkpParams(), clock.now()); err != nil {
		t.Fatal(err)
	}
}

// TestALogOutWhileNodesRefuseTheNonce: the call goes on with what it knows.
func TestALogOutWhileNodesRefuseTheNonce(t *testing.T) {
	w := newWorld(t)
	w.splitHashes(t)
	first := &firstRequest{Fetcher: fetch.HTTP{}}
	c := newClient(t, w.Descriptor, func(config *litclient.Config) { config.Fetch = first })
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	first.then = c.Disconnect
	if _, err := call(t, c, w.pkpParams(), time.Now()); err != nil {
		t.Error(err)
	}
	if _, connected := c.State(); connected {
		t.Error("the client is still connected: the test proves nothing")
	}
}

// firstRequest calls then once, when a node is asked to sign.
type firstRequest struct {
	fetch.Fetcher
	then func()
	once sync.Once
}

func (f *firstRequest) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	if strings.HasSuffix(r.URL, nodeapi.SignSessionKeyPath) {
		f.once.Do(f.then)
	}
	return f.Fetcher.Fetch(ctx, r)
}

// TestNoNonceThatNodesTake: all nodes name the same block, which none knows.
func TestNoNonceThatNodesTake(t *testing.T) {
	w := newWorld(t)
	for i := range w.Nodes {
		w.setFault(t, i, "foreign-blockhash")
	}
	c := w.client(t)
	_, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams())
	var e *literr.Error
	if !errors.As(err, &e) || e.Detail("errorCode") != "NodeInvalidBlockhash" {
		t.Fatalf("got %v", err)
	}
	if failures, _ := e.Detail("failures").([]literr.Failure); len(failures) < 3 {
		t.Errorf("failures %+v", failures)
	}
	if n := w.wire.signing.Load(); n > 5 {
		t.Errorf("%d requests to sign: the same nonce was tried twice", n)
	}
	// Once they know better, so does the client.
	for i := range w.Nodes {
		w.setFault(t, i, "none")
	}
	sigs, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams())
	if err != nil {
		t.Fatal(err)
	}
	w.wantAccepted(t, sigs)
}

// TestAWalletIsAskedOnceWhateverTheNonce: nodes do not look at that of its
// message, and nobody signs twice without being asked.
func TestAWalletIsAskedOnceWhateverTheNonce(t *testing.T) {
	w := newWorld(t)
	w.splitHashes(t)
	c := w.client(t)
	user := &wallet{account: w.Accounts[0]}
	sigs, err := w.sessionSigs(t.Context(), t, c, user, anything())
	if err != nil {
		t.Fatal(err)
	}
	w.wantAccepted(t, sigs)
	if n := user.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// TestARefusedNonceWhileNodesAreDown: the first refusal is one failure too many
// already, and the others still count.
func TestARefusedNonceWhileNodesAreDown(t *testing.T) {
	w := newWorld(t)
	w.splitHashes(t)
	c := w.client(t)
	for i := range 2 {
		if err := w.network.SetFault(i, devnet.Fault{Kind: "down"}); err != nil {
			t.Fatal(err)
		}
	}
	sigs, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams())
	if err != nil {
		t.Fatal(err)
	}
	if len(sigs) != 5 {
		t.Errorf("%d session signatures", len(sigs))
	}
}
