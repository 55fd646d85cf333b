package storage

import (
	"context"
	"errors"
	"sync"
	"time"

	"litsession/internal/literr"
)

// Patient is a [Store] over another one that may never answer. A call that gets
// no answer in time fails with [literr.StorageDenied]. From then on every call
// fails at once, with [ErrStillSilent] as well, until an answer comes, however
// late, or a minute is over. What a late answer says is not used; a Set or
// Remove that was under way may still take effect.
type Patient struct {
	store   Store
	timeout time.Duration

	mutex  sync.Mutex
	silent time.Time // when the store fell silent, zero while it answers
}

var _ Lister = (*Patient)(nil)

// ErrStillSilent says that a store was not asked because it has not answered
// for too long already.
var ErrStillSilent = errors.New("storage: still no answer")

// silence is how long a store that has fallen silent is left alone. The answer
// that is waited for may have been lost.
const silence = time.Minute

// NewPatient returns a store that waits so long for each answer of another.
func NewPatient(store Store, timeout time.Duration) *Patient {
	return &Patient{store: store, timeout: timeout}
}

// Get implements [Store].
func (p *Patient) Get(ctx context.Context, key string) (value string, ok bool, err error) {
	type entry struct {
		value string
		ok    bool
	}
	got, err := patiently(ctx, p, key, func(ctx context.Context) (e entry, err error) {
		e.value, e.ok, err = p.store.Get(ctx, key)
		return e, err
	})
	return got.value, got.ok, err
}

// Set implements [Store].
func (p *Patient) Set(ctx context.Context, key, value string) error {
	_, err := patiently(ctx, p, key, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.store.Set(ctx, key, value)
	})
	return err
}

// Remove implements [Store].
func (p *Patient) Remove(ctx context.Context, key string) error {
	_, err := patiently(ctx, p, key, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.store.Remove(ctx, key)
	})
	return err
}

// Keys implements [Lister], if the other store does.
func (p *Patient) Keys(ctx context.Context) ([]string, error) {
	lister, ok := p.store.(Lister)
	if !ok {
		return nil, ErrCannotList
	}
	return patiently(ctx, p, "", lister.Keys)
}

// patiently makes a call and waits for it until its time or ctx is over. The
// call itself goes on, so that its answer is noticed whenever it comes.
func patiently[T any](ctx context.Context, p *Patient, key string, call func(context.Context) (T, error)) (T, error) {
	var none T
	if IsAtOnce(ctx) {
		return call(ctx)
	}
	if err := ended(ctx); err != nil {
		return none, err
	}
	if p.isSilent() {
		return none, literr.Errorf(literr.StorageDenied, "%w", ErrStillSilent).With("key", key)
	}
	late := make(chan struct{})
	timer := time.AfterFunc(p.timeout, func() {
		p.setSilent(time.Now())
		close(late)
	})
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if !timer.Stop() {
				<-late
				p.setSilent(time.Time{})
			}
			answers <- a
		}()
		defer literr.Recover(&a.err)
		a.value, a.err = call(context.WithoutCancel(ctx))
	}()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-ctx.Done():
		return none, ended(ctx)
	case <-late:
		return none, literr.Errorf(literr.StorageDenied, "storage: no answer for %s; the session goes on from memory", p.timeout).
			WithHint("If it answers later than that, allow more time with storageTimeout.").With("key", key)
	}
}

func (p *Patient) isSilent() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return !p.silent.IsZero() && time.Since(p.silent) < silence
}

func (p *Patient) setSilent(since time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.silent = since
}
