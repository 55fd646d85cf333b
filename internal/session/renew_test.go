package session_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"litsession/internal/session"
	"litsession/internal/siwe"
	"litsession/storage"
)

const margin = 5 * time.Minute

// signed stores an AuthSig for a key that lives until then, "" for ever.
func signed(t *testing.T, cache *session.Cache, uri, until string) (key string) {
	t.Helper()
	a := walletAuthSig(t, func(m *siwe.Message) { m.URI, m.ExpirationTime = uri, until })
	s := scope()
	s.SessionKey, s.Statement = uri, until
	if err := cache.PutAuthSig(t.Context(), keyOf(t, s), a.JSON()); err != nil {
		t.Fatal(err)
	}
	return keyOf(t, s)
}

func TestKeyForSession(t *testing.T) {
	at := func(d time.Duration) string { return siwe.FormatTime(walletNow.Add(d)) }
	other := "lit:session:" + strings.Repeat("0", 64)
	for name, row := range map[string]struct {
		own, others []string // expirations of what is stored
		renewed     bool
	}{
		"nothing is stored":                   {nil, nil, false},
		"all have expired":                    {[]string{at(-time.Hour), at(-time.Second)}, nil, true},
		"one is about to":                     {[]string{at(time.Minute)}, nil, true},
		"an older one has not":                {[]string{at(time.Hour), at(-time.Hour)}, nil, false},
		"the newest has not":                  {[]string{at(-time.Hour), at(time.Hour)}, nil, false},
		"one does not expire":                 {[]string{"", at(-time.Hour)}, nil, false},
		"another key's have expired":          {nil, []string{at(-time.Hour)}, false},
		"all but another key's":               {[]string{at(-time.Hour)}, []string{at(time.Hour)}, true},
		"another key's, and one that has not": {[]string{at(time.Hour)}, []string{at(-time.Hour)}, false},
	} {
		store := new(storage.Memory)
		cache := session.NewCache(store, nil, func(err error) { t.Errorf("reported %v", err) })
		key, err := cache.Key(t.Context(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		var own []string
		for _, until := range row.own {
			own = append(own, signed(t, cache, key.URI(), until))
		}
		for _, until := range row.others {
			signed(t, cache, other, until)
		}
		for range 2 { // neither of these ever makes a new one
			read, err := cache.Key(t.Context(), rand.Reader)
			atOnce, err2 := cache.KeyAtOnce(rand.Reader)
			if publicKey(t, read, err) != key.PublicKey() || publicKey(t, atOnce, err2) != key.PublicKey() {
				t.Errorf("%s: a look changed the key", name)
			}
		}
		got, err := cache.KeyForSession(t.Context(), rand.Reader, walletNow, margin)
		if renewed := publicKey(t, got, err) != key.PublicKey(); renewed != row.renewed {
			t.Errorf("%s: renewed %v", name, renewed)
		}
		again, err := cache.KeyForSession(t.Context(), rand.Reader, walletNow, margin)
		if publicKey(t, again, err) != got.PublicKey() {
			t.Errorf("%s: the next call has another key", name)
		}
		for _, key := range own {
			if _, ok, _ := store.Get(t.Context(), key); ok == row.renewed {
				t.Errorf("%s: the old key's AuthSig is there: %v", name, ok)
			}
		}
	}
}

// TestAKeyIsKeptWhileAMessageForItIsSigned, here and in another tab.
func TestAKeyIsKeptWhileAMessageForItIsSigned(t *testing.T) {
	store := new(storage.Memory)
	report := func(err error) { t.Errorf("reported %v", err) }
	here, there := session.NewCache(store, nil, report), session.NewCache(store, nil, report)
	first, err := here.Key(t.Context(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signed(t, here, first.URI(), siwe.FormatTime(walletNow.Add(-time.Hour)))
	want := func(name string, cache *session.Cache, after time.Duration, renewed bool) {
		t.Helper()
		key, err := cache.KeyForSession(t.Context(), rand.Reader, walletNow.Add(after), margin)
		if publicKey(t, key, err) != first.PublicKey() != renewed {
			t.Errorf("%s: renewed %v", name, !renewed)
		}
	}
	done := here.Asking(t.Context(), first.URI(), walletNow)
	want("here", here, 0, false)
	want("here, hours later", here, 5*time.Hour, false)
	want("there", there, 9*time.Minute, false)
	also := there.Asking(t.Context(), first.URI(), walletNow.Add(time.Minute))
	done()
	want("here, while the other asks", here, 10*time.Minute, false)
	also()
	ctx, abort := context.WithCancel(t.Context())
	done = here.Asking(ctx, first.URI(), walletNow)
	abort()
	done()
	want("after an abort, since the prompt stays open", here, 9*time.Minute, false)
	if err := store.Set(t.Context(), "litsession-auth-sig-asked", fmt.Sprint(first.URI(), " ", walletNow.AddDate(1, 0, 0).UnixMilli())); err != nil {
		t.Fatal(err)
	}
	want("with a mark that nobody writes", there, 0, true)
}

// TestTabsRenewTheKeyOnce: of two that find it spent, one makes the new key.
func TestTabsRenewTheKeyOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(slow)
		held := make(chan struct{}, 1)
		lock := func(context.Context, string) (func(), error) { held <- struct{}{}; return func() { <-held }, nil }
		report := func(err error) { t.Errorf("reported %v", err) }
		first := session.NewCache(store, lock, report)
		old, err := first.Key(t.Context(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		signed(t, first, old.URI(), siwe.FormatTime(walletNow.Add(-time.Hour)))
		keys := make([]session.KeyPair, 2)
		var all sync.WaitGroup
		for i := range keys {
			tab := session.NewCache(store, lock, report)
			all.Go(func() {
				var err error
				if keys[i], err = tab.KeyForSession(t.Context(), rand.Reader, walletNow, margin); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if keys[0].PublicKey() != keys[1].PublicKey() || keys[0].PublicKey() == old.PublicKey() {
			t.Errorf("%s became %s and %s", old, keys[0], keys[1])
		}
	})
}
