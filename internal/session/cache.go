package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"sync"

	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/storage"
)

// Keys of the official SDK.
const (
	keySession = "lit-session-key"
	keyWallet  = "lit-wallet-sig"
)

// keyAuthSig and the hash of a [Scope] make the key of our own entries.
const keyAuthSig = "litsession-auth-sig-"

// keyIndex lists the keys of our own entries, oldest first, with spaces between
// them. It begins like them, so that who removes those removes it too.
const keyIndex = keyAuthSig + "index"

// maxAuthSigs bounds our own entries. A dapp whose jsParams hold a token has a
// new scope at every call, and a store has room for some thousands.
const maxAuthSigs = 50

// Scope is everything that decides what an AuthSig means. Two calls share an
// AuthSig only if all of it is the same. Who signs is not part of it: the
// network for calls that name a PKP, a wallet of the caller's choice for those
// that bring a callback, which Wallet tells apart.
type Scope struct {
	Wallet      bool   // a callback decides who signs
	Staking     string // address of the network's Staking contract
	SessionKey  string // URI
	PKP         string // public key
	ActionCID   string
	JSParams    []byte // JSON, nil for none
	AuthMethods []byte // JSON
	ReCap       string // URN of what was asked for
	Base        string // URN of the capability object that the caller brought
	Statement   string
	Domain      string
	Chain       string
}

// Key returns the storage key: a hash, so that jsParams and tokens do not
// stand in storage.
func (s Scope) Key() (string, error) {
	params := []byte("null")
	if s.JSParams != nil {
		var err error
		if params, err = jsjson.Canonical(s.JSParams); err != nil {
			return "", err
		}
	}
	text := new(jsjson.Object).Bool("wallet", s.Wallet).
		String("staking", s.Staking).String("sessionKey", s.SessionKey).String("pkp", s.PKP).
		String("action", s.ActionCID).Raw("jsParams", params).Raw("authMethods", s.AuthMethods).
		String("recap", s.ReCap).String("base", s.Base).String("statement", s.Statement).
		String("domain", s.Domain).String("chain", s.Chain).Bytes()
	hash := sha256.Sum256(text)
	return keyAuthSig + hex.EncodeToString(hash[:]), nil
}

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
	defer release()
	c.making.Lock()
	defer c.making.Unlock()
	return c.makeKey(ctx, random)
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
	ctx := storage.AtOnce(context.Background())
	key, ok, err := c.storedKey(ctx, func(error) {})
	if ok {
		return key, nil
	}
	if err != nil || !c.making.TryLock() {
		return KeyPair{}, literr.Errorf(literr.NotReady, "the storage has not answered yet").
			WithHint("Await connect() first, or pass a storage that answers at once.")
	}
	defer c.making.Unlock()
	return c.makeKey(ctx, random)
}

func (c *Cache) makeKey(ctx context.Context, random io.Reader) (KeyPair, error) {
	if key, ok, err := c.storedKey(ctx, c.report); err != nil || ok {
		return key, err
	}
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

// WalletAuthSig returns what stands under the official SDK's key: the AuthSig
// of whoever signed last, for whatever it was. Nothing of it is checked here.
func (c *Cache) WalletAuthSig(ctx context.Context) (a AuthSig, text []byte, ok bool, err error) {
	return c.AuthSig(ctx, keyWallet)
}

// AuthSig returns the AuthSig stored under the key of a [Scope], and its JSON as
// it was stored; ok is false if there is none. Its signature and times are not
// checked here.
func (c *Cache) AuthSig(ctx context.Context, key string) (AuthSig, []byte, bool, error) {
	text, ok, err := c.get(ctx, key)
	if err != nil || !ok {
		return AuthSig{}, nil, false, err
	}
	a, err := ParseAuthSig([]byte(text))
	if err != nil {
		c.report(corrupt(key, err))
		return AuthSig{}, nil, false, nil
	}
	return a, []byte(text), true, nil
}

// PutAuthSig stores an AuthSig's JSON under the key of its [Scope], and under the
// official SDK's for those who read that.
func (c *Cache) PutAuthSig(ctx context.Context, key string, text []byte) error {
	if err := c.set(ctx, key, string(text)); err != nil {
		return err
	}
	if err := c.set(ctx, keyWallet, string(text)); err != nil {
		return err
	}
	return c.list(ctx, key)
}

// list puts a key at the end of the index and removes the oldest entries
// beyond the bound. What is no key of ours is left out: whoever can write to
// the store must not make us remove what is not ours.
func (c *Cache) list(ctx context.Context, key string) error {
	release, err := c.locked(ctx, keyIndex)
	if err != nil {
		return err
	}
	defer release()
	c.listed.Lock()
	defer c.listed.Unlock()
	text, _, err := c.get(ctx, keyIndex)
	if err != nil {
		return err
	}
	var keys []string
	for _, k := range strings.Split(text, " ") {
		if k != key && k != keyIndex && strings.HasPrefix(k, keyAuthSig) {
			keys = append(keys, k)
		}
	}
	keys = append(keys, key)
	for ; len(keys) > maxAuthSigs; keys = keys[1:] {
		if err := c.RemoveAuthSig(ctx, keys[0]); err != nil {
			return err
		}
	}
	return c.set(ctx, keyIndex, strings.Join(keys, " "))
}

// RemoveAuthSig forgets what stands under the key of a [Scope].
func (c *Cache) RemoveAuthSig(ctx context.Context, key string) error {
	if err := c.forget(ctx, key); err != nil {
		return err
	}
	return c.tolerate(ctx, c.store.Remove(ctx, key))
}

// forget removes a key from memory.
func (c *Cache) forget(ctx context.Context, key string) error {
	if err := c.memory.Remove(ctx, key); err != nil {
		return err
	}
	return c.unkept.Remove(ctx, key)
}

// Forget forgets what was read and written, but for what is in the store: that
// is for whoever ends a session to remove.
func (c *Cache) Forget() {
	c.memory.Clear()
	c.unkept.Clear()
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
	if ok {
		return text, true, c.memory.Set(ctx, key, text)
	}
	if text, ok, err := c.unkept.Get(ctx, key); ok || err != nil {
		return text, ok, err
	}
	return "", false, c.forget(ctx, key)
}

func (c *Cache) set(ctx context.Context, key, value string) error {
	if err := c.memory.Set(ctx, key, value); err != nil {
		return err
	}
	failed := c.store.Set(ctx, key, value)
	if errors.Is(failed, storage.ErrNotAtOnce) {
		// It is under way; how that ends is found out by doing it again.
		go func() {
			defer literr.Recover(new(error))
			_ = c.set(context.Background(), key, value)
		}()
		return nil
	}
	if err := c.tolerate(ctx, failed); err != nil {
		return err
	}
	if failed != nil {
		return c.unkept.Set(ctx, key, value)
	}
	return c.unkept.Remove(ctx, key)
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
