package session

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"litsession/internal/literr"
	"litsession/storage"
)

// Keys of the official SDK.
const (
	keySession = "lit-session-key"
	keyWallet  = "lit-wallet-sig"
)

// Cache keeps session keys and AuthSigs in a store, and in memory as well, so
// that a store that fails ends nothing: the failure is reported and the
// session goes on. What is read is checked like any foreign input. What was
// deleted from a store that works is gone here too: that is how pages log out.
type Cache struct {
	store  storage.Store
	lock   Lock
	report func(error)
	making sync.Mutex // from the look for a key to its making
	listed sync.Mutex // from reading the index to writing it

	memory storage.Memory // everything, for when the store cannot be read
	unkept storage.Memory // what the store could not write

	forgotten atomic.Int64 // how often

	asks   sync.Mutex
	asking map[string]int // callbacks that have a message for the key of a URI
}

// Lock waits until nobody else who uses the same store holds the lock of that
// name: another tab of the origin, say. An error means that there is no such
// lock here, or why ctx ended.
type Lock func(ctx context.Context, name string) (release func(), err error)

// NewCache returns a cache over store. report is told of every failure of the
// store, with a storage code; it must not call the cache. A nil lock is none.
func NewCache(store storage.Store, lock Lock, report func(error)) *Cache {
	return &Cache{store: store, lock: lock, report: report}
}

// Key returns the stored session key. A missing one is made from random and
// stored; a corrupt one is reported and replaced. One who makes a key looks
// again under the lock before, and after, so that of two tabs that start at
// the same time neither destroys the session of the other.
func (c *Cache) Key(ctx context.Context, random io.Reader) (KeyPair, error) {
	if key, ok, err := c.storedKey(ctx, func(error) {}); err != nil || ok {
		return key, err
	}
	release, err := c.locked(ctx, keySession)
	if err != nil {
		return KeyPair{}, err
	}
	made := false
	defer func() { c.handOver(release, made) }()
	c.making.Lock()
	defer c.making.Unlock()
	var key KeyPair
	key, made, err = c.makeKey(ctx, random)
	return key, err
}

// settle is how long a lock is kept after a key was written under it. Browsers keep
// a copy of localStorage in every process: what one tab writes reaches the others
// some milliseconds later, and the lock may reach them sooner.
const settle = 250 * time.Millisecond

// handOver releases a lock, for others to find what was written under it.
func (c *Cache) handOver(release func(), wrote bool) {
	if wrote && c.lock != nil {
		time.AfterFunc(settle, release)
	} else {
		release()
	}
}

// locked waits for the lock of a key, and does without where there is none.
func (c *Cache) locked(ctx context.Context, key string) (release func(), err error) {
	if c.lock == nil {
		return func() {}, nil
	}
	if release, err = c.lock(ctx, key); err == nil {
		return release, nil
	}
	return func() {}, context.Cause(ctx)
}

// KeyAtOnce is [Cache.Key] without waiting and without the lock. Of a store
// that answers later it knows what was read or written before; if nothing was,
// it is [literr.NotReady].
func (c *Cache) KeyAtOnce(random io.Reader) (KeyPair, error) {
	ctx := storage.AtOnce(c.During(context.Background()))
	key, ok, err := c.storedKey(ctx, func(error) {})
	if ok {
		return key, nil
	}
	if err != nil || !c.making.TryLock() {
		return KeyPair{}, literr.Errorf(literr.NotReady, "the storage has not answered yet").
			WithHint("Await connect() first, or pass a storage that answers at once.")
	}
	defer c.making.Unlock()
	key, _, err = c.makeKey(ctx, random)
	return key, err
}

func (c *Cache) makeKey(ctx context.Context, random io.Reader) (key KeyPair, made bool, err error) {
	if key, ok, err := c.storedKey(ctx, c.report); err != nil || ok {
		return key, false, err
	}
	key, err = c.writeKey(ctx, random)
	return key, true, err
}

func (c *Cache) writeKey(ctx context.Context, random io.Reader) (KeyPair, error) {
	key, err := GenerateKeyPair(random)
	if err != nil {
		return KeyPair{}, err
	}
	if err := c.set(ctx, keySession, string(key.JSON())); err != nil {
		return KeyPair{}, err
	}
	if kept, ok, err := c.storedKey(ctx, func(error) {}); err == nil && ok {
		return kept, nil // whoever wrote last: that is the key of everybody from now on
	}
	return key, nil
}

func (c *Cache) storedKey(ctx context.Context, report func(error)) (KeyPair, bool, error) {
	text, ok, err := c.get(ctx, keySession)
	if err != nil || !ok {
		return KeyPair{}, false, err
	}
	key, err := ParseKeyPair([]byte(text))
	if err != nil {
		report(corrupt(keySession, err))
		return KeyPair{}, false, nil
	}
	return key, true, nil
}

// forget removes a key from memory.
func (c *Cache) forget(ctx context.Context, key string) error {
	if err := c.memory.Remove(ctx, key); err != nil {
		return err
	}
	return c.unkept.Remove(ctx, key)
}

// Forget forgets what was read and written, but for what is in the store: that
// is for whoever ends a session to remove. Calls that are under way write
// nothing more, see [Cache.During].
func (c *Cache) Forget() {
	c.forgotten.Add(1)
	c.memory.Clear()
	c.unkept.Clear()
}

type beginning struct{}

// During returns a context for one call and all that it does: after a
// [Cache.Forget] that comes later nothing is written under it.
func (c *Cache) During(ctx context.Context) context.Context {
	if ctx.Value(beginning{}) != nil {
		return ctx
	}
	return context.WithValue(ctx, beginning{}, c.forgotten.Load())
}

// isOver reports whether the session that ctx belongs to was forgotten.
func (c *Cache) isOver(ctx context.Context) bool {
	began, ok := ctx.Value(beginning{}).(int64)
	return ok && began != c.forgotten.Load()
}

// get prefers the store, which other tabs write to as well.
func (c *Cache) get(ctx context.Context, key string) (string, bool, error) {
	text, ok, failed := c.store.Get(ctx, key)
	if errors.Is(failed, storage.ErrNotAtOnce) {
		if text, ok, err := c.memory.Get(ctx, key); ok || err != nil {
			return text, ok, err
		}
		return "", false, failed
	}
	if err := c.tolerate(ctx, failed); err != nil {
		return "", false, err
	}
	if failed != nil {
		return c.memory.Get(ctx, key)
	}
	if ok && c.isOver(ctx) {
		return text, true, nil
	}
	if ok {
		return text, true, c.memory.Set(ctx, key, text)
	}
	if text, ok, err := c.unkept.Get(ctx, key); ok || err != nil {
		return text, ok, err
	}
	return "", false, c.forget(ctx, key)
}

func (c *Cache) set(ctx context.Context, key, value string) error {
	if c.isOver(ctx) {
		return nil
	}
	if err := c.memory.Set(ctx, key, value); err != nil {
		return err
	}
	failed := c.store.Set(ctx, key, value)
	if errors.Is(failed, storage.ErrNotAtOnce) {
		// It is under way; how that ends is found out by doing it again.
		again := context.WithValue(context.Background(), beginning{}, ctx.Value(beginning{}))
		go func() {
			defer literr.Recover(new(error))
			_ = c.set(again, key, value)
		}()
		return nil
	}
	if c.isOver(ctx) {
		return c.takeBack(ctx, key, value)
	}
	if err := c.tolerate(ctx, failed); err != nil {
		return err
	}
	if failed != nil {
		return c.unkept.Set(ctx, key, value)
	}
	return c.unkept.Remove(ctx, key)
}

// takeBack removes a value that the store may have written after it was to
// forget it. What somebody else has written in its place stays.
func (c *Cache) takeBack(ctx context.Context, key, value string) error {
	if text, _, err := c.store.Get(ctx, key); err != nil || text != value {
		return c.tolerate(ctx, err)
	}
	return c.tolerate(ctx, c.store.Remove(ctx, key))
}

// tolerate reports a failure of the store and lets the call go on, unless the
// caller has given up.
func (c *Cache) tolerate(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if errors.Is(err, storage.ErrStillSilent) {
		return nil // reported when it fell silent
	}
	var coded *literr.Error
	if !errors.As(err, &coded) {
		err = literr.Errorf(literr.StorageDenied, "storage failed: %w", err)
	}
	c.report(err)
	return nil
}

func corrupt(key string, cause error) error {
	e := literr.Errorf(literr.StorageCorrupt, "the stored value of %s cannot be used and is replaced", key).With("key", key)
	e.Cause = cause
	return e
}
