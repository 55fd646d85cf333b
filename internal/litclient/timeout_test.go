package litclient_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"litsession/internal/fetch"
	"litsession/internal/literr"
)

// silence listens, takes connections and says nothing.
func silence(t *testing.T) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	return "http://" + listener.Addr().String()
}

// mutable is a Fetcher whose requests to one address can be made to get no answer.
type mutable struct {
	url   string
	muted atomic.Bool
}

func (m *mutable) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	if m.muted.Load() && strings.HasPrefix(r.URL, m.url) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	return fetch.HTTP{}.Fetch(ctx, r)
}

// TestASilentChain: however short the patience, a chain that does not answer is
// what is said to be wrong, and that it may be better later.
func TestASilentChain(t *testing.T) {
	w := newWorld(t)
	resolver := map[string]any{"resolverAddress": "0x5FbDB2315678afecb367f032d93F642f64180aa3", "environment": 0}
	for name, options := range map[string]map[string]any{
		"asked for the validators":        {"rpcUrl": silence(t), "connectTimeout": 100},
		"asked for the Staking contract":  {"rpcUrl": silence(t), "connectTimeout": 100, "contractContext": resolver},
		"where nobody listens any more":   {"rpcUrl": "http://127.0.0.1:1", "connectTimeout": 100},
		"where nodes are pinned, as well": {"rpcUrl": silence(t), "connectTimeout": 100, "nodes": []string{w.Nodes[0].URL}},
	} {
		err := w.pinned(t, fetch.HTTP{}, options).Connect(t.Context(), nil)
		if code := literr.CodeOf(err); err == nil || code != literr.ChainUnreachable || !code.Retryable() {
			t.Errorf("%s: got %s: %v", name, code, err)
		}
	}
	chain := &mutable{url: w.RPCURL}
	c := w.pinned(t, chain, map[string]any{"connectTimeout": 3000})
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	chain.muted.Store(true)
	if err := c.Refresh(t.Context()); !errors.Is(err, literr.ChainUnreachable) {
		t.Errorf("when the epoch is looked for: got %v", err)
	}
}
