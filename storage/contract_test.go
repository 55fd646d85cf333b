package storage_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"litsession/internal/literr"
	"litsession/storage"
)

// contract is what every Store promises. Open returns an empty store.
func contract(t *testing.T, open func(t *testing.T) storage.Store) {
	t.Run("what was never set is absent", func(t *testing.T) {
		wantAbsent(t, open(t), "lit-session-key")
	})
	t.Run("what was set is got", func(t *testing.T) {
		s := open(t)
		set(t, s, "lit-session-key", `{"publicKey":"ab"}`)
		wantValue(t, s, "lit-session-key", `{"publicKey":"ab"}`)
		wantAbsent(t, s, "lit-wallet-sig")
	})
	t.Run("the last set wins", func(t *testing.T) {
		s := open(t)
		set(t, s, "key", "a longer first value")
		set(t, s, "key", "second")
		wantValue(t, s, "key", "second")
	})
	t.Run("an empty value counts as absent", func(t *testing.T) {
		s := open(t)
		set(t, s, "key", "value")
		set(t, s, "key", "")
		wantAbsent(t, s, "key")
	})
	t.Run("what was removed is absent", func(t *testing.T) {
		s := open(t)
		set(t, s, "key", "value")
		for range 2 { // removing what is absent is no error
			if err := s.Remove(context.Background(), "key"); err != nil {
				t.Fatal(err)
			}
			wantAbsent(t, s, "key")
		}
	})
	t.Run("keys that look alike are different", func(t *testing.T) {
		s := open(t)
		keys := []string{"", "a", "A", ".", "..", "a/b", "a\\b", "a:b", "%61", "a%2fb", "../a", "ä", "getItem", "__proto__", "constructor", "key with spaces", "CON", "a."}
		for i, key := range keys {
			set(t, s, key, fmt.Sprint("value ", i))
		}
		for i, key := range keys {
			wantValue(t, s, key, fmt.Sprint("value ", i))
		}
	})
	t.Run("any text survives", func(t *testing.T) {
		s := open(t)
		for _, value := range []string{"\x00", "grüße 🔑", "\u2028<>&", "line\r\nline\n", " padded ", "null", "undefined", strings.Repeat("x", 100_000)} {
			set(t, s, "key", value)
			wantValue(t, s, "key", value)
		}
	})
	t.Run("goroutines at once", func(t *testing.T) { concurrency(t, open(t)) })
	t.Run("keys are listed, if at all, while they are there", func(t *testing.T) {
		s := open(t)
		lister, ok := s.(storage.Lister)
		if !ok {
			return
		}
		set(t, s, "one", "1")
		set(t, s, "gone", "2")
		set(t, s, "two", "3")
		if err := s.Remove(context.Background(), "gone"); err != nil {
			t.Fatal(err)
		}
		keys, err := lister.Keys(context.Background())
		if errors.Is(err, storage.ErrCannotList) {
			return
		}
		slices.Sort(keys)
		if err != nil || !slices.Equal(keys, []string{"one", "two"}) {
			t.Errorf("got %q, %v", keys, err)
		}
	})
	t.Run("an ended context", func(t *testing.T) {
		s, why := open(t), errors.New("enough")
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(why)
		if err := s.Set(ctx, "key", "value"); !errors.Is(err, why) {
			t.Errorf("Set: %v", err)
		}
		if err := s.Remove(ctx, "key"); !errors.Is(err, why) {
			t.Errorf("Remove: %v", err)
		}
		if _, _, err := s.Get(ctx, "key"); !errors.Is(err, why) {
			t.Errorf("Get: %v", err)
		}
		wantAbsent(t, s, "key")
	})
}

// concurrency lets writers of whole values race; readers must see only whole ones.
func concurrency(t *testing.T, s storage.Store) {
	values := []string{strings.Repeat("a", 5000), strings.Repeat("b", 7000)}
	set(t, s, "key", values[0])
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for range 20 {
				if err := s.Set(context.Background(), "key", values[i%2]); err != nil {
					t.Error(err)
				}
				got, ok, err := s.Get(context.Background(), "key")
				if err != nil || !ok || got != values[0] && got != values[1] {
					t.Errorf("got %d bytes, %v, %v", len(got), ok, err)
				}
			}
		})
	}
	wait.Wait()
}

func set(t *testing.T, s storage.Store, key, value string) {
	t.Helper()
	if err := s.Set(context.Background(), key, value); err != nil {
		t.Fatalf("Set(%q): %v", key, err)
	}
}

func wantValue(t *testing.T, s storage.Store, key, want string) {
	t.Helper()
	if got, ok, err := s.Get(context.Background(), key); err != nil || !ok || got != want {
		t.Errorf("Get(%q) = %.40q, %v, %v, want %.40q", key, got, ok, err, want)
	}
}

func wantAbsent(t *testing.T, s storage.Store, key string) {
	t.Helper()
	if got, ok, err := s.Get(context.Background(), key); err != nil || ok || got != "" {
		t.Errorf("Get(%q) = %.40q, %v, %v, want nothing", key, got, ok, err)
	}
}

// wantCode checks code and details of a storage failure.
func wantCode(t *testing.T, err error, code literr.Code, key string) {
	t.Helper()
	var failure *literr.Error
	if !errors.As(err, &failure) || failure.Code != code || failure.Detail("key") != key {
		t.Errorf("got %v, want %s with the key %q", err, code, key)
	}
}

func TestMemory(t *testing.T) {
	contract(t, func(*testing.T) storage.Store { return new(storage.Memory) })
}
