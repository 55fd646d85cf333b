package session_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"litsession/internal/session"
	"litsession/internal/siwe"
	"litsession/storage"
)

// TestTwoTabs has two caches over one store start at the same time, the second
// one at the worst moment of the first.
func TestTwoTabs(t *testing.T) {
	var mutex sync.Mutex
	lock := func(context.Context, string) (func(), error) {
		mutex.Lock()
		return mutex.Unlock, nil
	}
	none := func(context.Context, string) (func(), error) { return nil, errors.New("no locks here") }
	for name, row := range map[string]struct {
		lock session.Lock
		when string
	}{
		"with a lock, after the first has looked":      {lock, "get"},
		"with a lock, before the first writes":         {lock, "set"},
		"without a lock, before the first writes":      {nil, "set"},
		"with one that fails, before the first writes": {none, "set"},
	} {
		t.Run(name, func(t *testing.T) {
			var other sync.WaitGroup
			var theirs string
			started := false
			shared := new(later)
			second := session.NewCache(&later2{shared}, row.lock, func(err error) { t.Errorf("reported %v", err) })
			shared.wait = func(call string) {
				if started || call != row.when {
					return
				}
				started = true
				other.Go(func() {
					key, err := second.Key(context.Background(), rand.Reader)
					theirs = publicKey(t, key, err)
				})
				if row.lock == nil || name == "with one that fails, before the first writes" {
					other.Wait() // it is through before the first goes on
				}
			}
			first := session.NewCache(shared, row.lock, func(err error) { t.Errorf("reported %v", err) })
			key, err := first.Key(t.Context(), rand.Reader)
			ours := publicKey(t, key, err)
			other.Wait()
			stored, _, _ := shared.Memory.Get(t.Context(), "lit-session-key")
			kept, err := session.ParseKeyPair([]byte(stored))
			if publicKey(t, kept, err) != ours {
				t.Error("the first tab's key is not the stored one")
			}
			if row.lock != nil && row.when == "get" && theirs != ours {
				t.Error("each tab has a key of its own")
			}
			again, err := second.Key(t.Context(), rand.Reader)
			if publicKey(t, again, err) != ours {
				t.Error("the second tab goes on with another key")
			}
		})
	}
}

// TestTabsWhoseStoresLag: what one tab stores reaches the other later than the lock
// does. Neither goes on with a key that the other replaces.
func TestTabsWhoseStoresLag(t *testing.T) {
	for name, row := range map[string]func(*session.Cache, context.Context) (session.KeyPair, error){
		"no key yet": func(c *session.Cache, ctx context.Context) (session.KeyPair, error) { return c.Key(ctx, rand.Reader) },
		"an old key": func(c *session.Cache, ctx context.Context) (session.KeyPair, error) {
			return c.KeyForSession(ctx, rand.Reader, walletNow, margin)
		},
	} {
		for ahead := time.Duration(0); ahead < 300*time.Millisecond; ahead += 5 * time.Millisecond {
			t.Run(fmt.Sprint(name, ahead), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { startLagging(t, name == "an old key", ahead, row) })
			})
		}
	}
}

// startLagging has two tabs ask for the key, one of them ahead.
func startLagging(t *testing.T, isOld bool, ahead time.Duration, ask func(*session.Cache, context.Context) (session.KeyPair, error)) {
	var mutex sync.Mutex
	lock := func(context.Context, string) (func(), error) {
		for !mutex.TryLock() {
			time.Sleep(time.Millisecond)
		}
		return mutex.Unlock, nil
	}
	tabs := [2]*lagging{{}, {}}
	tabs[0].other, tabs[1].other = tabs[1], tabs[0]
	var caches [2]*session.Cache
	for i, store := range tabs {
		caches[i] = session.NewCache(store, lock, func(err error) { t.Errorf("reported %v", err) })
	}
	if isOld {
		key, err := caches[0].Key(t.Context(), rand.Reader)
		publicKey(t, key, err)
		signed(t, caches[0], key.URI(), siwe.FormatTime(walletNow.Add(-time.Hour)))
		time.Sleep(time.Second)
	}
	var keys [2]string
	var both sync.WaitGroup
	for i, cache := range caches {
		both.Go(func() {
			time.Sleep(time.Duration(i) * ahead)
			key, err := ask(cache, t.Context())
			keys[i] = publicKey(t, key, err)
		})
	}
	both.Wait()
	if keys[0] != keys[1] {
		t.Errorf("the tabs have the keys %v", keys)
	}
	time.Sleep(time.Second) // the lock comes back by itself
}

// lagging is a tab's copy of a store: what it writes is there at once, for the other
// tab 50 ms later, one after the other.
type lagging struct {
	storage.Memory
	other *lagging
	last  time.Time // when what was written last arrives
}

func (l *lagging) Set(ctx context.Context, key, value string) error {
	l.later(func() { _ = l.other.Memory.Set(context.Background(), key, value) })
	return l.Memory.Set(ctx, key, value)
}

func (l *lagging) Remove(ctx context.Context, key string) error {
	l.later(func() { _ = l.other.Memory.Remove(context.Background(), key) })
	return l.Memory.Remove(ctx, key)
}

func (l *lagging) later(arrive func()) {
	now := time.Now()
	if l.last = l.last.Add(10 * time.Millisecond); l.last.Before(now.Add(50 * time.Millisecond)) {
		l.last = now.Add(50 * time.Millisecond)
	}
	time.AfterFunc(l.last.Sub(now), arrive)
}

// later2 is the same store without the turn for others.
type later2 struct{ *later }

func (l *later2) Get(ctx context.Context, key string) (string, bool, error) {
	return l.Memory.Get(ctx, key)
}
func (l *later2) Set(ctx context.Context, key, value string) error {
	return l.Memory.Set(ctx, key, value)
}
