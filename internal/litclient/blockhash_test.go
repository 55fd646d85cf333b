package litclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/fetch"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
)

// clock goes as another one does, and can be moved while requests look at it.
type clock struct {
	time  func() time.Time
	ahead atomic.Int64 // ns
}

func (c *clock) now() time.Time { return c.time().Add(time.Duration(c.ahead.Load())) }

func TestBlockhashIsRefreshedAfterHalfAMinute(t *testing.T) {
	p := newPlayer(t)
	start := p.now(t)
	clock := clock{time: func() time.Time { return start }}
	c, _ := connected(t, p, clock.now)
	handshakes := len(p.sent(nodeapi.HandshakePath))
	for _, step := range []struct {
		after time.Duration
		more  bool
	}{{29 * time.Second, false}, {time.Second, true}, {time.Second, false}} {
		clock.ahead.Add(int64(step.after))
		if _, err := c.LatestBlockhash(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := len(p.sent(nodeapi.HandshakePath))
		if got > handshakes != step.more {
			t.Errorf("after %v: %d handshakes", step.after, got-handshakes)
		}
		handshakes = got
	}
}

// TestSilentNodesDoNotDelayABlockhash: they are those that answered first
// before, and each would be given 3 s.
func TestSilentNodesDoNotDelayABlockhash(t *testing.T) {
	network := start(t)
	d := network.Descriptor()
	clock := clock{time: time.Now}
	c := newClient(t, d, func(config *litclient.Config) { config.Now = clock.now })
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	state, _ := c.State()
	for i, node := range d.Nodes {
		for _, first := range state.ConnectedNodes[:4] {
			if node.URL != first {
				continue
			}
			if err := network.SetFault(i, devnet.Fault{Kind: "hang"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	clock.ahead.Store(int64(30 * time.Second))
	ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
	defer cancel()
	if _, err := c.LatestBlockhash(ctx); err != nil {
		t.Error(err)
	}
}

// forger changes the first so many answers to handshakes, once it is switched on.
type forger struct {
	fetch.Fetcher
	old  *regexp.Regexp
	new  string
	left atomic.Int64
}

func (f *forger) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	response, err := f.Fetcher.Fetch(ctx, r)
	if err == nil && strings.HasSuffix(r.URL, nodeapi.HandshakePath) && f.left.Add(-1) >= 0 {
		response.Body = f.old.ReplaceAll(response.Body, []byte(f.new))
	}
	return response, err
}

// TestAFewNodesCannotForgeABlockhash: two of five, who answer first. Three can.
func TestAFewNodesCannotForgeABlockhash(t *testing.T) {
	w := newWorld(t)
	clock := clock{time: time.Now}
	forged := "0x" + strings.Repeat("ab", 32)
	f := &forger{Fetcher: fetch.HTTP{}, old: regexp.MustCompile(`0x[0-9a-f]{64}`), new: forged}
	c := newClient(t, w.Descriptor, func(config *litclient.Config) { config.Fetch, config.Now = f, clock.now })
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for lying, want := range map[int64]bool{2: false, 3: true} {
		clock.ahead.Add(int64(30 * time.Second))
		f.left.Store(lying)
		if got, err := c.LatestBlockhash(t.Context()); err != nil || (got == forged) != want {
			t.Errorf("%d forgers: got %s, %v", lying, got, err)
		}
	}
}

// TestABlockhashComesWithOneKey: a node that names two is not to be believed.
func TestABlockhashComesWithOneKey(t *testing.T) {
	w := newWorld(t)
	clock := clock{time: time.Now}
	f := &forger{Fetcher: fetch.HTTP{}, old: regexp.MustCompile(`"subnetPublicKey":"`), new: `"subnetPublicKey":"00`}
	c := newClient(t, w.Descriptor, func(config *litclient.Config) { config.Fetch, config.Now = f, clock.now })
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	clock.ahead.Store(int64(30 * time.Second))
	f.left.Store(5)
	_, err := c.LatestBlockhash(t.Context())
	var e *literr.Error
	if !errors.Is(err, literr.NoBlockhash) || !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	if failures, _ := e.Detail("failures").([]literr.Failure); len(failures) != 5 {
		t.Errorf("failures %+v", failures)
	}
}

func TestNodesThatKnowNoBlock(t *testing.T) {
	p := newPlayer(t)
	start := p.now(t)
	clock := clock{time: func() time.Time { return start }}
	c, _ := connected(t, p, clock.now)
	p.changeHandshake(t, "latestBlockhash", "0x")
	clock.ahead.Add(int64(time.Minute))
	if hash, err := c.LatestBlockhash(t.Context()); !errors.Is(err, literr.NoBlockhash) {
		t.Errorf("got %q, %v", hash, err)
	}
	err := c.Connect(t.Context(), nil)
	if !errors.Is(err, literr.NoBlockhash) || !strings.HasPrefix(err.Error(), `latestBlockhash is not available. Received: "0x"`) {
		t.Errorf("connect: got %v", err)
	}
}

// changeHandshake has the nodes say something else from now on.
func (p *player) changeHandshake(t *testing.T, name string, value any) {
	t.Helper()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var answer map[string]any
	if err := json.Unmarshal(p.HandshakeResponse, &answer); err != nil {
		t.Fatal(err)
	}
	answer[name] = value
	p.HandshakeResponse = encode(t, answer)
}
