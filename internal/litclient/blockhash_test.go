package litclient_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"litsession/internal/literr"
	"litsession/internal/nodeapi"
)

func TestBlockhashIsRefreshedAfterHalfAMinute(t *testing.T) {
	p := newPlayer(t)
	now := p.now(t)
	c, _ := connected(t, p, func() time.Time { return now })
	handshakes := len(p.sent(nodeapi.HandshakePath))
	for _, step := range []struct {
		after time.Duration
		more  int
	}{{29 * time.Second, 0}, {time.Second, 1}, {time.Second, 0}} {
		now = now.Add(step.after)
		if _, err := c.LatestBlockhash(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(p.sent(nodeapi.HandshakePath)) - handshakes; got != step.more {
			t.Errorf("after %v: %d handshakes, want %d", step.after, got, step.more)
		}
		handshakes = len(p.sent(nodeapi.HandshakePath))
	}
}

func TestNodesThatKnowNoBlock(t *testing.T) {
	p := newPlayer(t)
	now := p.now(t)
	c, _ := connected(t, p, func() time.Time { return now })
	p.changeHandshake(t, "latestBlockhash", "0x")
	now = now.Add(time.Minute)
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

// TestABlockhashOfANodeThatContradictsItself is not taken, as by connect.
func TestABlockhashOfANodeThatContradictsItself(t *testing.T) {
	p := newPlayer(t)
	now := p.now(t)
	c, _ := connected(t, p, func() time.Time { return now })
	p.changeHandshake(t, "subnetPublicKey", strings.Repeat("0", 96))
	now = now.Add(time.Minute)
	if hash, err := c.LatestBlockhash(t.Context()); !errors.Is(err, literr.NoBlockhash) {
		t.Errorf("got %q, %v", hash, err)
	}
}
