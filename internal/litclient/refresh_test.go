package litclient_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"litsession/internal/devnet"
	"litsession/internal/fetch"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/session"
)

func (w *world) advance(t *testing.T, nodes ...int) {
	t.Helper()
	if err := w.network.AdvanceEpoch(t.Context(), nodes); err != nil {
		t.Fatal(err)
	}
}

func (w *world) urls(nodes ...int) (urls []string) {
	for _, i := range nodes {
		urls = append(urls, w.Nodes[i].URL)
	}
	slices.Sort(urls)
	return urls
}

// nodesOf are the nodes that session signatures are for.
func nodesOf(sigs session.SessionSigs) (urls []string) {
	for _, sig := range sigs {
		urls = append(urls, sig.Node)
	}
	slices.Sort(urls)
	return urls
}

// connectedTo looks until so many nodes are connected: on a busy machine one may
// answer too late for connect, and for a look.
func connectedTo(t *testing.T, c *litclient.Client, count int) litclient.State {
	t.Helper()
	for range 20 {
		if state, _ := c.State(); len(state.ConnectedNodes) == count {
			return state
		}
		if err := c.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	state, _ := c.State()
	t.Fatalf("connected to %v, want %d", state.ConnectedNodes, count)
	return state
}

func TestRefresh(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	first, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams())
	if err != nil {
		t.Fatal(err)
	}
	before := connectedTo(t, c, 5)
	handshakes := w.wire.handshakes.Load()
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, _ := c.State(); string(after.JSON()) != string(before.JSON()) || w.wire.handshakes.Load() != handshakes {
		t.Errorf("nothing happened, and %s became %s", before.JSON(), after.JSON())
	}
	w.advance(t, 1, 3, 4)
	state := connectedTo(t, c, 3)
	connected := slices.Sorted(slices.Values(state.ConnectedNodes))
	if want := w.urls(1, 3, 4); state.CurrentEpochNumber != before.CurrentEpochNumber+1 || !slices.Equal(connected, want) {
		t.Errorf("epoch %d with %v, want %d with %v", state.CurrentEpochNumber, connected, before.CurrentEpochNumber+1, want)
	}
	// The same AuthSig does for the new validators.
	signing := w.wire.signing.Load()
	sigs, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams())
	if err != nil || w.wire.signing.Load() != signing || !slices.Equal(nodesOf(sigs), w.urls(1, 3, 4)) || len(first) != 5 {
		t.Errorf("session signatures for %v, %v", nodesOf(sigs), err)
	}
	w.wantAccepted(t, sigs)
}

// TestAnEpochThatEndsDuringASession: a client that has not looked gets its
// session at the second try, from validators that it did not know.
func TestAnEpochThatEndsDuringASession(t *testing.T) {
	w := newWorld(t)
	for name, epochs := range map[string][][]int{
		"one, and all stay":            {nil},
		"one, and some stay":           {{0, 1, 2}},
		"two, and all stay":            {nil, nil},
		"two, and some stay":           {{0, 1, 2}, {2, 3, 4}},
		"five, and all come and go":    {{0, 1, 2}, {2, 3, 4}, {0, 1, 4}, {2, 3, 4}, {0, 1, 2}},
		"three, and all are as before": {{0, 1, 2}, {2, 3, 4}, {0, 1, 2, 3, 4}},
	} {
		w.advance(t, 0, 1, 2, 3, 4)
		if err := w.store.Remove(t.Context(), "lit-session-key"); err != nil {
			t.Fatal(err)
		}
		c := w.client(t)
		for _, nodes := range epochs {
			w.advance(t, nodes...)
		}
		w.wire.signing.Store(0)
		if _, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := w.wire.signing.Load(); n > 10 {
			t.Errorf("%s: %d requests", name, n)
		}
		if err := c.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		sigs, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams())
		if err != nil {
			t.Fatal(err)
		}
		last := epochs[len(epochs)-1]
		if last == nil {
			last = []int{0, 1, 2, 3, 4}
		}
		if got, want := nodesOf(sigs), w.urls(last...); !slices.Equal(got, want) {
			t.Errorf("%s: session signatures for %v, want %v", name, got, want)
		}
		w.wantAccepted(t, sigs)
	}
}

// TestNodesThatComeLate: who was away at connect is looked for again.
func TestNodesThatComeLate(t *testing.T) {
	w := newWorld(t)
	for i := range 2 {
		if err := w.network.SetFault(i, devnet.Fault{Kind: "down"}); err != nil {
			t.Fatal(err)
		}
	}
	c := w.client(t)
	if state := connectedTo(t, c, 3); len(state.Nodes) != 5 {
		t.Fatalf("the nodes are %v", state.Nodes)
	}
	if err := w.network.SetFault(0, devnet.Fault{Kind: "none"}); err != nil {
		t.Fatal(err)
	}
	if state := connectedTo(t, c, 4); !slices.Contains(state.ConnectedNodes, w.Nodes[0].URL) {
		t.Errorf("connected to %v", state.ConnectedNodes)
	}
}

// TestRefreshFailures: what was known stays.
func TestRefreshFailures(t *testing.T) {
	w := newWorld(t)
	c := w.unconnected(t)
	if err := c.Refresh(t.Context()); !errors.Is(err, literr.NotReady) {
		t.Errorf("unconnected: got %v", err)
	}
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	before, _ := c.State()
	w.advance(t, 0, 1, 2)
	for i := range 3 {
		if err := w.network.SetFault(i, devnet.Fault{Kind: "other-network-key"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Refresh(t.Context()); !errors.Is(err, literr.NodesDisagree) {
		t.Errorf("validators with another network key: got %v", err)
	}
	for i := range 3 {
		if err := w.network.SetFault(i, devnet.Fault{Kind: "down"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Refresh(t.Context()); !errors.Is(err, literr.NotEnoughNodes) {
		t.Errorf("validators that are down: got %v", err)
	}
	if after, _ := c.State(); string(after.JSON()) != string(before.JSON()) {
		t.Errorf("%s became %s", before.JSON(), after.JSON())
	}
}

// TestANetworkThatIsAnotherOne: a restart with new keys is noticed, whether the
// contracts are gone with the old chain or the nodes alone are others.
func TestANetworkThatIsAnotherOne(t *testing.T) {
	t.Run("with another chain", func(t *testing.T) {
		old, err := devnet.Start(t.Context(), devnet.Config{Nodes: 3})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{network: old, Descriptor: old.Descriptor()}
		c := w.client(t)
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		if err := c.Refresh(t.Context()); !errors.Is(err, literr.ChainUnreachable) {
			t.Errorf("while it is down: got %v", err)
		}
		_, port, _ := strings.Cut(strings.TrimPrefix(w.RPCURL, "http://"), ":")
		number, err := strconv.Atoi(port)
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := devnet.Start(t.Context(), devnet.Config{Nodes: 3, RPCPort: devnet.Port{Number: number}})
		if err != nil {
			t.Fatal(err)
		}
		defer fresh.Close()
		if _, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams()); !errors.Is(err, literr.NetworkChanged) {
			t.Errorf("a call when another has its place: got %v", err)
		}
		if err := c.Refresh(t.Context()); !errors.Is(err, literr.NetworkChanged) {
			t.Errorf("when another has its place: got %v", err)
		}
	})
	t.Run("with the same validators", func(t *testing.T) {
		w, other := newWorld(t), newWorld(t)
		wire := &moving{to: map[string]string{}}
		c := w.pinned(t, wire, nil)
		if err := c.Connect(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		for i := range w.Nodes {
			wire.to[w.Nodes[i].URL] = other.Nodes[i].URL
		}
		w.advance(t) // nothing changes but the epoch
		if _, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams()); !errors.Is(err, literr.NetworkChanged) {
			t.Errorf("a call: got %v", err)
		}
		if err := c.Refresh(t.Context()); !errors.Is(err, literr.NetworkChanged) {
			t.Errorf("got %v", err)
		}
	})
}

// moving is a Fetcher that finds other servers at some addresses.
type moving struct{ to map[string]string }

func (m *moving) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	for from, to := range m.to {
		if path, ok := strings.CutPrefix(r.URL, from+"/"); ok {
			r.URL = to + "/" + path
		}
	}
	return fetch.HTTP{}.Fetch(ctx, r)
}

func TestDisconnectDuringARefresh(t *testing.T) {
	w := newWorld(t)
	text := encode(t, map[string]any{"litNetwork": "custom", "rpcUrl": w.RPCURL, "contractContext": w.ContractContext})
	config, err := litclient.DecodeConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	slow := &slowFetch{Fetcher: fetch.HTTP{}}
	config.Fetch, config.Store, config.Random, config.Now = slow, &w.store, endlessZeros{}, w.now
	c, err := litclient.New(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	slow.before = c.Disconnect
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.State(); ok {
		t.Error("the refresh connected a client that was disconnected")
	}
}

// slowFetch lets something happen before a request.
type slowFetch struct {
	fetch.Fetcher
	before func()
}

func (s *slowFetch) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	if s.before != nil {
		s.before()
	}
	return s.Fetcher.Fetch(ctx, r)
}
