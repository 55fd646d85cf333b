package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/storage"
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
			return "", literr.Invalid("jsParams", "values that JSON can hold, with no half of a character in a string", "jsParams: %w", err)
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
// official SDK's for those who read that. Once begun it goes on when ctx ends,
// and the key is in the index before there is an entry, so that nothing is
// stored that nobody removes.
func (c *Cache) PutAuthSig(ctx context.Context, key string, text []byte) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	ctx = context.WithoutCancel(ctx)
	if err := c.list(ctx, key); err != nil {
		return err
	}
	if err := c.set(ctx, key, string(text)); err != nil {
		return err
	}
	return c.set(ctx, keyWallet, string(text))
}

// list puts a key at the end of the index and removes the oldest entries
// beyond the bound. Entries that the index does not know, of a tab that was
// closed or overtaken while it wrote, count as the oldest.
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
	indexed := strings.Split(text, " ")
	var keys []string
	for _, k := range append(c.unlisted(ctx, indexed), indexed...) {
		if k != key && isAuthSigKey(k) {
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

// isAuthSigKey reports whether a key is the one of a [Scope]. Whoever can write
// to the store must not make us remove what is not ours.
func isAuthSigKey(key string) bool {
	hash, ok := strings.CutPrefix(key, keyAuthSig)
	_, err := hex.DecodeString(hash)
	return ok && err == nil && len(hash) == 2*sha256.Size
}

// unlisted returns the keys of our entries that an index does not name, where the
// store can tell.
func (c *Cache) unlisted(ctx context.Context, index []string) []string {
	lister, ok := c.store.(storage.Lister)
	if !ok {
		return nil
	}
	keys, err := lister.Keys(ctx)
	if err != nil {
		return nil // no harm: the index knows all that was stored as it should be
	}
	return slices.DeleteFunc(keys, func(k string) bool { return !isAuthSigKey(k) || slices.Contains(index, k) })
}

// RemoveAuthSig forgets what stands under the key of a [Scope].
func (c *Cache) RemoveAuthSig(ctx context.Context, key string) error {
	if err := c.forget(ctx, key); err != nil {
		return err
	}
	return c.tolerate(ctx, c.store.Remove(ctx, key))
}
