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
