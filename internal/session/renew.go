package session

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"litsession/internal/siwe"
)

// keyAsked holds the URI of a session key for which somebody is asked to sign a
// message, and until when, in milliseconds since 1970, it is not to be replaced.
const keyAsked = keyAuthSig + "asked"

// askedFor bounds how long other tabs leave a key alone whose message is in a
// callback's hands: its tab may have been closed meanwhile.
const askedFor = 10 * time.Minute

// KeyForSession is [Cache.Key] for a call that makes a session. A key whose
// stored AuthSigs have all expired, or will within margin, is replaced by a new one: whoever has
// read it once cannot use what is authorized from then on. It stays
//
//   - while no AuthSig for it is stored, since somebody may have read it and
//     have a message signed for it;
//   - while one is stored that does not expire;
//   - while a callback has a message for it, see [Cache.Asking].
//
// Of two tabs that find this at the same time one makes the new key, under the
// lock, and the other takes it.
func (c *Cache) KeyForSession(ctx context.Context, random io.Reader, now time.Time, margin time.Duration) (KeyPair, error) {
	key, err := c.Key(ctx, random)
	if err != nil || c.expired(ctx, key, now, margin) == nil {
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
	stored, ok, err := c.storedKey(ctx, c.report)
	if err != nil || ok && stored.PublicKey() != key.PublicKey() {
		return stored, err
	}
	old := c.expired(ctx, key, now, margin)
	if ok && old == nil {
		return key, nil
	}
	key, err = c.writeKey(ctx, random)
	if err != nil {
		return KeyPair{}, err
	}
	made = true
	// Not before: a tab that sees no AuthSig any more, and no other key yet, would go
	// on with the old one.
	for _, authSig := range old {
		if err := c.RemoveAuthSig(ctx, authSig); err != nil {
			return KeyPair{}, err
		}
	}
	return key, nil
}

// expired returns where the AuthSigs of a key are stored if there are any, all
// of them are over and the key may be replaced, else nil. What was stored last
// is looked at first: mostly it is not over, and nothing else need be read.
func (c *Cache) expired(ctx context.Context, key KeyPair, now time.Time, margin time.Duration) (old []string) {
	isOver := func(name string) bool {
		text, _, err := c.get(ctx, name)
		m, isOurs := messageFor(key, text)
		if err != nil || !isOurs {
			return err == nil
		}
		old = append(old, name)
		end, err := siwe.ParseTime(m.ExpirationTime)
		return err == nil && !now.Add(margin).Before(end)
	}
	if !isOver(keyWallet) {
		return nil
	}
	index, _, err := c.get(ctx, keyIndex)
	if err != nil {
		return nil
	}
	names := slices.DeleteFunc(strings.Split(index, " "), func(k string) bool { return !isAuthSigKey(k) })
	for _, name := range slices.Backward(names[max(0, len(names)-maxAuthSigs):]) {
		if !isOver(name) {
			return nil
		}
	}
	if old == nil || c.isAsked(ctx, key.URI(), now) {
		return nil
	}
	return old
}

// messageFor returns the message of an AuthSig, if it is for the key.
func messageFor(key KeyPair, text string) (siwe.Message, bool) {
	a, err := ParseAuthSig([]byte(text))
	if err != nil {
		return siwe.Message{}, false
	}
	m, err := siwe.Parse(a.SignedMessage)
	return m, err == nil && m.URI == key.URI()
}

// Asking keeps [Cache.KeyForSession] of this and of other tabs from replacing
// the key of that URI while somebody is asked to sign a message for it: here
// until done is called, in other tabs for ten minutes at most. When ctx has
// ended the user may still be looking at it, so that the ten minutes stay.
func (c *Cache) Asking(ctx context.Context, uri string, now time.Time) (done func()) {
	c.count(uri, 1)
	mark := c.markAsked(ctx, uri, now)
	return func() {
		if text, _, err := c.get(ctx, keyAsked); ctx.Err() == nil && err == nil && mark != "" && text == mark {
			_ = c.RemoveAuthSig(ctx, keyAsked)
		}
		c.count(uri, -1)
	}
}

// count adds to the callbacks that have a message for a key and returns how many do.
func (c *Cache) count(uri string, more int) int {
	c.asks.Lock()
	defer c.asks.Unlock()
	if c.asking == nil {
		c.asking = map[string]int{}
	}
	c.asking[uri] += more
	n := c.asking[uri]
	if n == 0 {
		delete(c.asking, uri)
	}
	return n
}

// markAsked tells other tabs, if it is their key too. It returns what is to be
// removed afterwards, "" where somebody else told it before.
func (c *Cache) markAsked(ctx context.Context, uri string, now time.Time) (mark string) {
	key, ok, err := c.storedKey(ctx, func(error) {})
	if err != nil || !ok || key.URI() != uri {
		return ""
	}
	before, _, err := c.get(ctx, keyAsked)
	mark = uri + " " + strconv.FormatInt(now.Add(askedFor).UnixMilli(), 10)
	if err != nil || c.set(ctx, keyAsked, mark) != nil || marks(before, uri, now) {
		return ""
	}
	return mark
}

func (c *Cache) isAsked(ctx context.Context, uri string, now time.Time) bool {
	if c.count(uri, 0) > 0 {
		return true
	}
	text, _, err := c.get(ctx, keyAsked)
	return err != nil || marks(text, uri, now)
}

// marks reports whether a mark is for the key, and not over. One of a time that
// nobody writes is none: it would keep the key for ever.
func marks(text, uri string, now time.Time) bool {
	until, ok := strings.CutPrefix(text, uri+" ")
	ms, err := strconv.ParseInt(until, 10, 64)
	end := time.UnixMilli(ms)
	return ok && err == nil && now.Before(end) && !end.After(now.Add(askedFor))
}
