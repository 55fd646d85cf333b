package storage_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"litsession/internal/literr"
	"litsession/storage"
)

func TestPatient(t *testing.T) {
	contract(t, func(*testing.T) storage.Store { return storage.NewPatient(new(storage.Memory), time.Minute) })
}

// mute is a store whose answers can be held back.
type mute struct {
	storage.Memory
	held  chan struct{} // answers come when this is closed; nil for at once
	calls int
}

func (m *mute) Get(ctx context.Context, key string) (string, bool, error) {
	m.calls++
	if m.held != nil {
		<-m.held
	}
	return m.Memory.Get(ctx, key)
}

// TestAStoreThatDoesNotAnswer is waited for once, and asked again when it has
// answered, or a minute later.
func TestAStoreThatDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &mute{held: make(chan struct{})}
		set(t, inner, "key", "value")
		s := storage.NewPatient(inner, 5*time.Second)
		get := func(wait time.Duration) error {
			t.Helper()
			began := time.Now()
			value, ok, err := s.Get(t.Context(), "key")
			if waited := time.Since(began); waited != wait {
				t.Errorf("waited %s, want %s", waited, wait)
			}
			if err != nil {
				wantCode(t, err, literr.StorageDenied, "key")
			} else if !ok || value != "value" {
				t.Errorf("got %q, %v", value, ok)
			}
			return err
		}
		if err := get(5 * time.Second); err == nil || errors.Is(err, storage.ErrStillSilent) {
			t.Errorf("the first call: %v", err)
		}
		for range 3 {
			if err := get(0); !errors.Is(err, storage.ErrStillSilent) {
				t.Errorf("a later call: %v", err)
			}
		}
		if err := s.Set(t.Context(), "key", "never"); !errors.Is(err, storage.ErrStillSilent) {
			t.Errorf("a later Set: %v", err)
		}
		time.Sleep(time.Minute)
		if err := get(5 * time.Second); err == nil || inner.calls != 2 {
			t.Errorf("a minute later: %v after %d calls", err, inner.calls)
		}
		close(inner.held) // both answer
		synctest.Wait()
		if err := get(0); err != nil {
			t.Errorf("after the late answer: %v", err)
		}
	})
}

// TestAnAbortDoesNotHideSilence: a store that is given up early every time is
// found to be silent all the same.
func TestAnAbortDoesNotHideSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &mute{held: make(chan struct{})}
		defer close(inner.held)
		s := storage.NewPatient(inner, 5*time.Second)
		why := errors.New("enough")
		for range 10 {
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, why)
			_, _, err := s.Get(ctx, "key")
			cancel()
			if !errors.Is(err, why) && !errors.Is(err, storage.ErrStillSilent) {
				t.Errorf("got %v", err)
			}
		}
		if inner.calls > 6 { // the bound is over as the sixth begins
			t.Errorf("asked %d times", inner.calls)
		}
	})
}
