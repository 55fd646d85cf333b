//go:build !js

package onchain_test

import (
	"context"
	"sync"
	"testing"

	"litsession/internal/contracts"
	"litsession/internal/jsjson"
)

// apart asks real nodes for tests in a bubble of testing/synctest. Its channels are
// made outside, so that the clock in the bubble stands still until the answer is
// there, however long a busy machine takes. A request's context does not reach it.
type apart struct {
	mu    sync.Mutex
	calls chan func()
	done  chan struct{}
}

// newApart has to be called outside of the bubble.
func newApart(t *testing.T) *apart {
	a := &apart{calls: make(chan func()), done: make(chan struct{})}
	go func() {
		for call := range a.calls {
			call()
			a.done <- struct{}{}
		}
	}()
	t.Cleanup(func() { close(a.calls) })
	return a
}

// from returns the node for use in the bubble.
func (a *apart) from(node contracts.Node) contracts.Node { return &apartNode{a, node} }

type apartNode struct {
	*apart
	contracts.Node
}

func (n *apartNode) Request(_ context.Context, method string, params []byte) (answer jsjson.Value, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls <- func() { answer, err = n.Node.Request(context.Background(), method, params) }
	<-n.done
	return answer, err
}
