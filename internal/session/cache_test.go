package session_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"litsession/internal/literr"
	"litsession/internal/session"
	"litsession/internal/siwe"
	"litsession/storage"
)

// later is a store whose answers take their time: under [storage.AtOnce] it has none.
type later struct {
	storage.Memory
	wait func(call string) // where another user of the store gets a turn
}

func (l *later) Get(ctx context.Context, key string) (string, bool, error) {
	if storage.IsAtOnce(ctx) {
		return "", false, storage.ErrNotAtOnce
	}
	text, ok, err := l.Memory.Get(ctx, key)
	l.wait("get")
	return text, ok, err
}

func (l *later) Set(ctx context.Context, key, value string) error {
	l.wait("set")
	return l.Memory.Set(ctx, key, value)
}

func publicKey(t *testing.T, key session.KeyPair, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return key.PublicKey()
}

func TestKeyAtOnce(t *testing.T) {
	t.Run("of a store that answers at once", func(t *testing.T) {
		cache := session.NewCache(new(storage.Memory), nil, func(err error) { t.Errorf("reported %v", err) })
		made, err := cache.KeyAtOnce(rand.Reader)
		first := publicKey(t, made, err)
		kept, err := cache.Key(t.Context(), rand.Reader)
		if second := publicKey(t, kept, err); second != first {
			t.Errorf("%s became %s", first, second)
		}
	})
	t.Run("of one that does not", func(t *testing.T) {
		store := &later{wait: func(string) {}}
		cache := session.NewCache(store, nil, func(err error) { t.Errorf("reported %v", err) })
		if _, err := cache.KeyAtOnce(rand.Reader); !errors.Is(err, literr.NotReady) {
			t.Fatalf("before anything was read: %v", err)
		}
		made, err := cache.Key(t.Context(), rand.Reader)
		first := publicKey(t, made, err)
		known, err := cache.KeyAtOnce(rand.Reader)
		if second := publicKey(t, known, err); second != first {
			t.Errorf("%s became %s", first, second)
		}
	})
}

// TestOldAuthSigsMakeRoom: a call with a new token every time does not fill the
// store, and nothing that is not ours is removed.
func TestOldAuthSigsMakeRoom(t *testing.T) {
	store := new(listing)
	cache := session.NewCache(store, nil, func(err error) { t.Errorf("reported %v", err) })
	a := session.AuthSig{Sig: "s", DerivedVia: "v", SignedMessage: "m", Address: "a"}
	if err := store.Set(t.Context(), "lit-cached-pkps", "{}"); err != nil {
		t.Fatal(err)
	}
	if err := store.Set(t.Context(), "litsession-auth-sig-index", "lit-cached-pkps litsession-auth-sig-index"); err != nil {
		t.Fatal(err)
	}
	put := func(i int) session.Scope {
		s := scope()
		s.JSParams = []byte(strconv.Itoa(i))
		if err := cache.PutAuthSig(t.Context(), keyOf(t, s), a.JSON()); err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := put(0)
	var last session.Scope
	for i := range 60 {
		last = put(i)
		if i == 30 {
			first = put(0) // used again, it is no longer the oldest
		}
	}
	for _, s := range []session.Scope{first, last} {
		if _, _, ok, _ := cache.AuthSig(t.Context(), keyOf(t, s)); !ok {
			t.Error("a recent AuthSig is gone")
		}
	}
	if n := len(store.keys); n != 50+3 { // lit-wallet-sig, the index, and what is not ours
		t.Errorf("%d entries", n)
	}
	if _, ok, _ := store.Get(t.Context(), "lit-cached-pkps"); !ok {
		t.Error("somebody else's entry is gone")
	}
}

// TestAbortedCallsLeaveNothingBehind: wherever a call is aborted while it stores
// an AuthSig, the bound holds.
func TestAbortedCallsLeaveNothingBehind(t *testing.T) {
	var inner listing
	abort := func() {}
	store := &aborting{listing: &inner, step: func() { abort() }}
	cache := session.NewCache(store, nil, func(err error) { t.Errorf("reported %v", err) })
	a := session.AuthSig{Sig: "s", DerivedVia: "v", SignedMessage: "m", Address: "a"}
	for i := range 120 {
		ctx, cancel := context.WithCancel(t.Context())
		steps := i % 8
		abort = func() {
			if steps--; steps < 0 {
				cancel()
			}
		}
		s := scope()
		s.JSParams = []byte(strconv.Itoa(i))
		if err := cache.PutAuthSig(ctx, keyOf(t, s), a.JSON()); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		cancel()
	}
	if n := len(inner.keys); n > 50+2 { // lit-wallet-sig and the index
		t.Errorf("%d entries", n)
	}
}

// TestNothingIsWrittenAfterALogOut, at whatever step of a call that comes, and
// though the store may still be writing.
func TestNothingIsWrittenAfterALogOut(t *testing.T) {
	a := session.AuthSig{Sig: "s", DerivedVia: "v", SignedMessage: "m", Address: "a"}
	for steps := range 12 {
		inner := new(listing)
		logOut := func() {}
		cache := session.NewCache(&aborting{listing: inner, step: func() { logOut() }}, nil, func(err error) { t.Errorf("reported %v", err) })
		ctx, out := cache.During(t.Context()), false
		left := steps
		logOut = func() {
			if left--; left == -1 {
				out = true
				cache.Forget()
				for key := range inner.keys {
					if err := inner.Remove(t.Context(), key); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if _, err := cache.Key(ctx, rand.Reader); err != nil {
			t.Fatal(err)
		}
		if err := cache.PutAuthSig(ctx, keyOf(t, scope()), a.JSON()); err != nil {
			t.Fatal(err)
		}
		if out == (len(inner.keys) > 0) {
			t.Errorf("logged out %v at step %d: %v", out, steps, inner.keys)
		}
		logOut = func() {}
		if _, err := cache.KeyAtOnce(rand.Reader); err != nil || !inner.keys["lit-session-key"] {
			t.Errorf("the next session: %v, %v", inner.keys, err)
		}
	}
}

// TestAStoreThatWritesLateIsTakenBack: it was told to write before the log-out
// and does so afterwards.
func TestAStoreThatWritesLateIsTakenBack(t *testing.T) {
	for name, theirs := range map[string]string{"and nobody else does": "", "and another tab has signed in": "theirs"} {
		store := &overtaken{theirs: theirs}
		cache := session.NewCache(store, nil, func(err error) { t.Errorf("reported %v", err) })
		store.forget = cache.Forget
		if _, err := cache.Key(cache.During(t.Context()), rand.Reader); err != nil {
			t.Fatal(err)
		}
		if got, _, _ := store.Memory.Get(t.Context(), "lit-session-key"); got != theirs {
			t.Errorf("%s: the store holds %q", name, got)
		}
	}
}

// overtaken is a store in whose first Set a log-out comes first.
type overtaken struct {
	storage.Memory
	forget func()
	theirs string
}

func (o *overtaken) Set(ctx context.Context, key, value string) error {
	o.forget()
	if o.theirs != "" {
		value = o.theirs
	}
	return o.Memory.Set(ctx, key, value)
}

// aborting is a store that lets something happen at every step.
type aborting struct {
	*listing
	step func()
}

func (a *aborting) Get(ctx context.Context, key string) (string, bool, error) {
	defer a.step()
	return a.listing.Get(ctx, key)
}

func (a *aborting) Set(ctx context.Context, key, value string) error {
	defer a.step()
	return a.listing.Set(ctx, key, value)
}

// TestOrphansAreSwept: what the index does not list is the first to go.
func TestOrphansAreSwept(t *testing.T) {
	store := new(listing)
	orphan := func(i int) string { return fmt.Sprintf("litsession-auth-sig-%064x", i) }
	others := []string{"lit-cached-pkps", "litsession-auth-sig-x", "litsession-auth-sig-" + strings.Repeat("z", 64)}
	for i := range 79 {
		set(t, store, orphan(i), "{}")
	}
	for _, key := range others {
		set(t, store, key, "{}")
	}
	cache := session.NewCache(storage.NewPatient(store, time.Minute), nil, func(err error) { t.Errorf("reported %v", err) })
	a := session.AuthSig{Sig: "s", DerivedVia: "v", SignedMessage: "m", Address: "a"}
	put := func(i int) string {
		s := scope()
		s.JSParams = []byte(strconv.Itoa(i))
		if err := cache.PutAuthSig(t.Context(), keyOf(t, s), a.JSON()); err != nil {
			t.Fatal(err)
		}
		return keyOf(t, s)
	}
	first := put(0)
	if n := len(store.keys); n != 50+2+len(others) {
		t.Errorf("%d entries", n)
	}
	for i := range 49 {
		put(i + 1)
	}
	for _, key := range append(others, first) {
		if !store.keys[key] {
			t.Errorf("%s is gone", key)
		}
	}
	for i := range 79 {
		if store.keys[orphan(i)] {
			t.Errorf("orphan %d outlived what is listed", i)
		}
	}
}

func set(t *testing.T, store storage.Store, key, value string) {
	t.Helper()
	if err := store.Set(t.Context(), key, value); err != nil {
		t.Fatal(err)
	}
}

// TestTabsListWhatTheyStore: of two that store at the same time neither drops
// the other's entry from the index, or it would stay for ever.
func TestTabsListWhatTheyStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(slow)
		held := make(chan struct{}, 1)
		lock := func(context.Context, string) (func(), error) { held <- struct{}{}; return func() { <-held }, nil }
		a := session.AuthSig{Sig: "s", DerivedVia: "v", SignedMessage: "m", Address: "a"}
		var all sync.WaitGroup
		for i := range 2 {
			tab := session.NewCache(store, lock, func(err error) { t.Errorf("reported %v", err) })
			s := scope()
			s.PKP = strconv.Itoa(i)
			all.Go(func() {
				if err := tab.PutAuthSig(t.Context(), keyOf(t, s), a.JSON()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if index, _, _ := store.Memory.Get(t.Context(), "litsession-auth-sig-index"); len(strings.Fields(index)) != 2 {
			t.Errorf("the index is %q", index)
		}
	})
}

// slow is a store that takes a second for each answer.
type slow struct{ storage.Memory }

func (s *slow) Get(ctx context.Context, key string) (string, bool, error) {
	value, ok, err := s.Memory.Get(ctx, key)
	time.Sleep(time.Second)
	return value, ok, err
}

// listing is a store that knows its keys.
type listing struct {
	storage.Memory
	keys map[string]bool
}

func (l *listing) Set(ctx context.Context, key, value string) error {
	if l.keys == nil {
		l.keys = map[string]bool{}
	}
	l.keys[key] = true
	return l.Memory.Set(ctx, key, value)
}

func (l *listing) Remove(ctx context.Context, key string) error {
	delete(l.keys, key)
	return l.Memory.Remove(ctx, key)
}

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
