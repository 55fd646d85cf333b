package litclient_test

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"litsession/internal/fetch"
	"litsession/internal/litclient"
	"litsession/internal/literr"
)

// TestLogOutDuringACall: the call may end as it would have, and leaves nothing.
func TestLogOutDuringACall(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	logOut := func() {
		w.store.Clear()
		c.ForgetSession()
	}
	wantNothing := func() {
		t.Helper()
		if keys, err := w.store.Keys(t.Context()); err != nil || len(keys) != 0 {
			t.Errorf("stored afterwards: %q, %v", keys, err)
		}
	}
	user := &wallet{account: w.Accounts[1], last: func([]byte) error { logOut(); return nil }}
	if _, err := w.sessionSigs(t.Context(), t, c, user, anything()); err != nil {
		t.Error(err)
	}
	wantNothing()
	p, err := litclient.DecodePKPSessionSigsParams(encode(t, w.pkpParams()), w.now())
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	p.Progress = func(s litclient.Step) {
		if s.Phase == litclient.PhaseSign {
			once.Do(logOut)
		}
	}
	sigs, err := c.GetPkpSessionSigs(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	w.wantAccepted(t, sigs)
	wantNothing()
}

// lost is a store whose answers never come.
type lost struct{ calls atomic.Int64 }

func (l *lost) wait() error { l.calls.Add(1); select {} }

func (l *lost) Get(context.Context, string) (string, bool, error) { return "", false, l.wait() }
func (l *lost) Set(context.Context, string, string) error         { return l.wait() }
func (l *lost) Remove(context.Context, string) error              { return l.wait() }

// TestAStoreThatNeverAnswers holds nothing up for longer than once the bound, is
// told of once, and is then left alone.
func TestAStoreThatNeverAnswers(t *testing.T) {
	w := newWorld(t)
	config, err := litclient.DecodeConfig(encode(t, map[string]any{
		"litNetwork": "custom", "rpcUrl": w.RPCURL, "contractContext": w.ContractContext, "storageTimeout": 50,
	}))
	if err != nil {
		t.Fatal(err)
	}
	if config.StorageTimeout != 50*time.Millisecond {
		t.Errorf("storageTimeout is %s", config.StorageTimeout)
	}
	store := new(lost)
	var events []error
	config.Fetch, config.Store, config.Random, config.Now = fetch.HTTP{}, store, rand.Reader, w.now
	config.OnEvent = func(e litclient.Event) { events = append(events, e.Err) }
	c, err := litclient.New(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for range 2 {
		sigs, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams())
		if err != nil {
			t.Fatal(err)
		}
		w.wantAccepted(t, sigs)
		keys = append(keys, sigs[0].Address)
	}
	if keys[0] != keys[1] {
		t.Error("the session key is not kept in memory")
	}
	if len(events) != 1 || !errors.Is(events[0], literr.StorageDenied) || store.calls.Load() != 1 {
		t.Errorf("%d calls, events %v", store.calls.Load(), events)
	}
}
