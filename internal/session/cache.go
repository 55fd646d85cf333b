package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
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

// Scope is everything that decides what an AuthSig of a Lit Action means.
// Two calls share an AuthSig only if all of it is the same.
type Scope struct {
	Staking     string // address of the network's Staking contract
	SessionKey  string // URI
	PKP         string // public key
	ActionCID   string
	JSParams    []byte // JSON
	AuthMethods []byte // JSON
	ReCap       string // URN of what was asked for
	Domain      string
}

// key returns the storage key: a hash, so that jsParams and tokens do not
// stand in storage.
func (s Scope) key() (string, error) {
	params, err := jsjson.Canonical(s.JSParams)
	if err != nil {
		return "", err
	}
	text := new(jsjson.Object).
		String("staking", s.Staking).String("sessionKey", s.SessionKey).String("pkp", s.PKP).
		String("action", s.ActionCID).Raw("jsParams", params).Raw("authMethods", s.AuthMethods).
		String("recap", s.ReCap).String("domain", s.Domain).Bytes()
	hash := sha256.Sum256(text)
	return keyAuthSig + hex.EncodeToString(hash[:]), nil
}

// Cache keeps session keys and AuthSigs in a store, and in memory as well, so
// that a store that fails ends nothing: the failure is reported and the
// session goes on. What is read is checked like any foreign input. What was
// deleted from a store that works is gone here too: that is how pages log out.
type Cache struct {
	store  storage.Store
	memory storage.Store // everything, for when the store cannot be read
	unkept storage.Store // what the store could not write
	report func(error)
	mutex  sync.Mutex // one key is made, however many calls ask for it
}

// NewCache returns a cache over store. report is told of every failure of the
// store, with a storage code; it must not call the cache.
func NewCache(store storage.Store, report func(error)) *Cache {
	return &Cache{store: store, memory: new(storage.Memory), unkept: new(storage.Memory), report: report}
}

// Key returns the stored session key. A missing one is made from random and
// stored; a corrupt one is reported and replaced.
func (c *Cache) Key(ctx context.Context, random io.Reader) (KeyPair, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	text, ok, err := c.get(ctx, keySession)
	if err != nil {
		return KeyPair{}, err
	}
	if ok {
		key, err := ParseKeyPair([]byte(text))
		if err == nil {
			return key, nil
		}
		c.report(corrupt(keySession, err))
	}
	key, err := GenerateKeyPair(random)
	if err != nil {
		return KeyPair{}, err
	}
	return key, c.set(ctx, keySession, string(key.JSON()))
}

// AuthSig returns the AuthSig stored for exactly this scope; ok is false if
// there is none. Its signature and times are not checked here.
func (c *Cache) AuthSig(ctx context.Context, s Scope) (a AuthSig, ok bool, err error) {
	key, err := s.key()
	if err != nil {
		return AuthSig{}, false, err
	}
	text, ok, err := c.get(ctx, key)
	if err != nil || !ok {
		return AuthSig{}, false, err
	}
	a, err = ParseAuthSig([]byte(text))
	if err != nil {
		c.report(corrupt(key, err))
		return AuthSig{}, false, nil
	}
	return a, true, nil
}

// PutAuthSig stores an AuthSig for its scope, and under the official SDK's
// key for those who read that.
func (c *Cache) PutAuthSig(ctx context.Context, s Scope, a AuthSig) error {
	key, err := s.key()
	if err != nil {
		return err
	}
	if err := c.set(ctx, key, string(a.JSON())); err != nil {
		return err
	}
	return c.set(ctx, keyWallet, string(a.JSON()))
}

// RemoveAuthSig forgets the AuthSig of a scope.
func (c *Cache) RemoveAuthSig(ctx context.Context, s Scope) error {
	key, err := s.key()
	if err != nil {
		return err
	}
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

// get prefers the store, which other tabs write to as well.
func (c *Cache) get(ctx context.Context, key string) (string, bool, error) {
	text, ok, failed := c.store.Get(ctx, key)
	if err := c.tolerate(ctx, failed); err != nil {
		return "", false, err
	}
	if failed != nil {
		return c.memory.Get(ctx, key)
	}
	if ok {
		return text, true, nil
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
