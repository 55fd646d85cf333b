package litclient_test

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"litsession/internal/devnet"
	"litsession/internal/devnet/node"
	"litsession/internal/fetch"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/storage"
)

// asked counts requests by host and path.
type asked struct {
	mutex sync.Mutex
	count map[string]int
}

func (a *asked) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, err
	}
	a.mutex.Lock()
	if a.count == nil {
		a.count = map[string]int{}
	}
	a.count[u.Host+" "+u.Path]++
	a.mutex.Unlock()
	return fetch.HTTP{}.Fetch(ctx, r)
}

// pathsOf returns the paths that a node was asked for.
func (a *asked) pathsOf(url string) (paths []string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for key := range maps.Keys(a.count) {
		if path, ok := strings.CutPrefix(key, strings.TrimPrefix(url, "http://")+" "); ok {
			paths = append(paths, path)
		}
	}
	return slices.Sorted(slices.Values(paths))
}

// pinned returns an unconnected client with options on top of the usual ones.
func (w *world) pinned(t *testing.T, wire fetch.Fetcher, options map[string]any) *litclient.Client {
	t.Helper()
	all := map[string]any{"litNetwork": "custom", "rpcUrl": w.RPCURL, "contractContext": w.ContractContext}
	maps.Copy(all, options)
	config, err := litclient.DecodeConfig(encode(t, all))
	if err != nil {
		t.Fatal(err)
	}
	config.Fetch, config.Store, config.Random, config.Now = wire, new(storage.Memory), rand.Reader, w.now
	c, err := litclient.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// handshakes are the paths of a node that was asked for nothing else.
var handshakes = []string{nodeapi.HandshakePath}

func (w *world) wantOnlyHandshakes(t *testing.T, wire *asked) {
	t.Helper()
	for _, one := range w.Nodes {
		// Once enough nodes are known as strangers, the rest need not be asked.
		if paths := wire.pathsOf(one.URL); len(paths) > 0 && !slices.Equal(paths, handshakes) {
			t.Errorf("%s was asked for %v", one.URL, paths)
		}
	}
}

// TestPinnedKey: an endpoint that names a network of its own gets a client that
// knows the network's key to do a handshake and no more.
func TestPinnedKey(t *testing.T) {
	w, other := newWorld(t), newWorld(t)
	t.Run("of this network", func(t *testing.T) {
		c := w.pinned(t, fetch.HTTP{}, map[string]any{"networkPublicKey": "0x" + strings.ToUpper(w.NetworkPublicKey)})
		if err := c.Connect(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		sigs, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams())
		if err != nil {
			t.Fatal(err)
		}
		w.wantAccepted(t, sigs)
	})
	t.Run("of another network", func(t *testing.T) {
		wire := new(asked)
		c := other.pinned(t, wire, map[string]any{"networkPublicKey": w.NetworkPublicKey})
		if err := c.Connect(t.Context(), nil); !errors.Is(err, literr.BadSignature) {
			t.Errorf("got %v", err)
		}
		if _, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams()); !errors.Is(err, literr.NotReady) {
			t.Errorf("a call: got %v", err)
		}
		other.wantOnlyHandshakes(t, wire)
	})
	t.Run("while a minority says another", func(t *testing.T) {
		w.fault(t, "other-network-key", 0, 1)
		defer w.fault(t, "none", 0, 1)
		c := w.pinned(t, fetch.HTTP{}, map[string]any{"networkPublicKey": w.NetworkPublicKey})
		if err := c.Connect(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if _, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams()); err != nil {
			t.Error(err)
		}
	})
	t.Run("that the next epoch's validators do not have", func(t *testing.T) {
		wire := new(asked)
		c := w.pinned(t, wire, map[string]any{"networkPublicKey": w.NetworkPublicKey})
		if err := c.Connect(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		w.advance(t, 0, 1, 2)
		w.fault(t, "other-network-key", 0, 1, 2)
		if err := c.Refresh(t.Context()); !errors.Is(err, literr.BadSignature) {
			t.Errorf("got %v", err)
		}
		w.wantOnlyHandshakes(t, wire)
	})
}

func (w *world) fault(t *testing.T, kind node.FaultKind, nodes ...int) {
	t.Helper()
	for _, i := range nodes {
		if err := w.network.SetFault(i, devnet.Fault{Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPinnedNodes: a validator that is not pinned is asked for nothing, not even
// a handshake, whatever the chain says.
func TestPinnedNodes(t *testing.T) {
	w, wire := newWorld(t), new(asked)
	sloppy := []string{strings.Replace(w.Nodes[0].URL, "http:", "HTTP:", 1), w.Nodes[2].URL + "/", w.Nodes[4].URL, "https://192.0.2.1"}
	c := w.pinned(t, wire, map[string]any{"nodes": sloppy})
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	sigs, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := nodesOf(sigs), w.urls(0, 2, 4); !slices.Equal(got, want) {
		t.Errorf("session signatures for %v, want %v", got, want)
	}
	w.wantAccepted(t, sigs)
	w.advance(t, 1, 2, 3) // of which only one is pinned
	var failure *literr.Error
	if err := c.Refresh(t.Context()); !errors.As(err, &failure) || failure.Code != literr.NotEnoughNodes || failure.Detail("have") != 1 {
		t.Errorf("after the validators changed: got %v", err)
	}
	stranger := w.pinned(t, wire, map[string]any{"nodes": sloppy})
	if err := stranger.Connect(t.Context(), nil); !errors.Is(err, literr.NotEnoughNodes) {
		t.Errorf("connect: got %v", err)
	}
	for _, i := range []int{1, 3} {
		if paths := wire.pathsOf(w.Nodes[i].URL); paths != nil {
			t.Errorf("a node that is not pinned was asked for %v", paths)
		}
	}
}

// TestPinsAreRefusedRatherThanLeftOut: who wanted to pin something is not left without.
func TestPinsAreRefusedRatherThanLeftOut(t *testing.T) {
	for param, values := range map[string][]any{
		"networkPublicKey": {"", nil, 7, "00", strings.Repeat("0", 96), "c0" + strings.Repeat("0", 94), []string{}},
		"nodes": {"", nil, []string{}, []any{7}, "http://127.0.0.1:7470", []string{"127.0.0.1:7470"}, []string{"ftp://127.0.0.1:21"},
			[]string{"http://localhost:7470"}, []string{"http://127.0.0.1:7470/x"}, []string{"http://127.0.0.1:7470?x"},
			[]string{"http://u@127.0.0.1:7470"}, []string{"http://127.0.0.1:07470"}, []string{"http://127.0.0.1:65536"},
			[]string{"http://127.1:7470"}, []string{"http://0177.0.0.1:7470"}, []string{"http://127.0.0.256:7470"},
			[]string{"http://127.0.0.1:7470//"}, []string{"http://127.0.0.1:"}, []string{"https://192.0.2.1:443", ""}},
	} {
		for _, value := range values {
			_, err := litclient.DecodeConfig(encode(t, map[string]any{"litNetwork": "datil-dev", param: value}))
			var failure *literr.Error
			if !errors.As(err, &failure) || failure.Code != literr.InvalidParam || failure.Detail("param") != param || failure.Detail("want") == nil {
				t.Errorf("%s: %v: got %v", param, value, err)
			}
		}
	}
}
