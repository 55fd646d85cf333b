package litclient

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"litsession/internal/literr"
)

// flights lets callers who want the same thing at the same time share the work
// for it. The zero value is ready.
type flights[T any] struct {
	mutex sync.Mutex
	byKey map[string]*flight[T]
}

// flight is work that is under way. The work belongs to all who wait for it:
// one that leaves does not disturb it, the last one that leaves ends it.
type flight[T any] struct {
	began  time.Time
	done   chan struct{} // closed when value and err are there
	value  T
	err    error
	cancel context.CancelCauseFunc
	seats  []*seat // of those who wait
}

// seat is one caller's place.
type seat struct{ progress Progress }

// patience is how old work may be that a new caller joins. A wallet's prompt that
// the user has lost never ends; to make the call again is how to get another.
const patience = time.Minute

var errAbandoned = errors.New("nobody waits any more")

// do returns what work returns, or why ctx ended before. Work is started unless
// it is under way for the same key already, and has not been for too long.
func (f *flights[T]) do(ctx context.Context, key string, progress Progress, work func(context.Context, Progress) (T, error)) (T, error) {
	var none T
	if ctx.Err() != nil {
		return none, context.Cause(ctx)
	}
	own := &seat{progress}
	one := f.board(ctx, key, own, work)
	select {
	case <-one.done:
		return one.value, one.err
	case <-ctx.Done():
		f.leave(key, one, own)
		return none, context.Cause(ctx)
	}
}

func (f *flights[T]) board(ctx context.Context, key string, own *seat, work func(context.Context, Progress) (T, error)) *flight[T] {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	one := f.byKey[key]
	if one == nil || time.Since(one.began) > patience {
		one = &flight[T]{began: time.Now(), done: make(chan struct{})}
		ctx, one.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
		if f.byKey == nil {
			f.byKey = map[string]*flight[T]{}
		}
		f.byKey[key] = one
		go f.fly(ctx, key, one, work)
	}
	one.seats = append(one.seats, own)
	return one
}

func (f *flights[T]) fly(ctx context.Context, key string, one *flight[T], work func(context.Context, Progress) (T, error)) {
	defer one.cancel(nil)
	defer close(one.done)
	defer f.remove(key, one)
	defer literr.Recover(&one.err)
	one.value, one.err = work(ctx, func(s Step) {
		for _, seat := range f.seatsOf(one) {
			seat.progress.tell(s)
		}
	})
}

func (f *flights[T]) leave(key string, one *flight[T], own *seat) {
	f.mutex.Lock()
	one.seats = slices.DeleteFunc(slices.Clone(one.seats), func(s *seat) bool { return s == own })
	last := len(one.seats) == 0
	f.mutex.Unlock()
	if last {
		f.remove(key, one) // who comes from now on begins anew
		one.cancel(errAbandoned)
	}
}

func (f *flights[T]) seatsOf(one *flight[T]) []*seat {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return one.seats[:len(one.seats):len(one.seats)]
}

func (f *flights[T]) remove(key string, one *flight[T]) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.byKey[key] == one {
		delete(f.byKey, key)
	}
}
