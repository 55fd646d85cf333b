// Package storage is where session keys and authorizations rest between calls
// and between visits. A [Store] is the port that the client uses; [Memory],
// File (native programs) and Web (browsers) are behind it. Start with [Store].
//
// A store is a place that others can write to as well: whoever reads a value
// checks it like any foreign input.
package storage

import (
	"context"
	"errors"
	"fmt"

	"litsession/internal/literr"
)

// Store keeps text under keys. Both are UTF-8. An empty value counts as
// absent, as in the official SDK. Calls may come from several goroutines at
// once; the last Set or Remove of a key wins, and no Get sees half a value.
//
// A failure of the store is [literr.StorageDenied], [literr.StorageFull] or
// [literr.StorageCorrupt], with the key in its details and never the value. A
// call whose context ends returns [context.Cause] instead.
type Store interface {
	// Get returns the value of key; ok is false when there is none.
	Get(ctx context.Context, key string) (value string, ok bool, err error)
	// Set makes value the value of key.
	Set(ctx context.Context, key, value string) error
	// Remove forgets key. To remove what is absent is no error.
	Remove(ctx context.Context, key string) error
}

// Lister is a [Store] that can tell which keys it has, as Web Storage can.
type Lister interface {
	Store
	// Keys returns all keys, in no order; they may be others' too. A store
	// that turns out to be unable to is [ErrCannotList].
	Keys(ctx context.Context) ([]string, error)
}

// ErrCannotList says that a store cannot tell which keys it has.
var ErrCannotList = errors.New("storage: the keys cannot be listed")

// ErrNotAtOnce says that a store under [AtOnce] would have had to wait. A Set
// or Remove is under way all the same; how it ends is not told.
var ErrNotAtOnce = errors.New("storage: the answer does not come at once")

type atOnce struct{}

// AtOnce returns a context under which a store answers without waiting, or
// with [ErrNotAtOnce]. In a browser it is for calls that JavaScript makes
// synchronously: there, to wait for a promise is to wait for ever.
func AtOnce(ctx context.Context) context.Context { return context.WithValue(ctx, atOnce{}, true) }

// IsAtOnce reports whether ctx comes from AtOnce.
func IsAtOnce(ctx context.Context) bool { return ctx.Value(atOnce{}) != nil }

// maxValueLength bounds a value that is read, in bytes (File) or UTF-16 units
// (Web). What this module writes has a few thousand.
const maxValueLength = 1 << 20

// ended returns why ctx ended, nil while it has not.
func ended(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("storage: %w", context.Cause(ctx))
}

func corrupt(key, what string) error {
	return literr.Errorf(literr.StorageCorrupt, "storage: the value of %q is %s", key, what).With("key", key)
}
