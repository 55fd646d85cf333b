package session_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"litsession/internal/bls"
	"litsession/internal/literr"
	"litsession/internal/session"
	"litsession/storage"
)

type vectors struct {
	SessionKeys []struct {
		PublicKey, SecretKey, URI, StoredJSON, SampleMessage, SampleSignature string
	}
	SessionSigMinimal struct{ SecretKey, NodeAddress, SignedMessage, Sig string }
	EndToEnd          struct {
		Clock                     string
		NodeURLs                  []string
		SessionKey                json.RawMessage
		CapacityDelegationAuthSig json.RawMessage
		BLS                       struct{ NetworkPubKey string }
		AuthSigJSON               string
		LitSessionHash            string
		SessionSigs               map[string]struct{ Sig, SignedMessage, Address string }
	}
}

func read(t testing.TB) (v vectors) {
	text, err := os.ReadFile("testdata/session.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestKeyPairVectors(t *testing.T) {
	for _, v := range read(t).SessionKeys {
		key, err := session.ParseKeyPair([]byte(v.StoredJSON))
		if err != nil {
			t.Fatal(err)
		}
		if key.PublicKey() != v.PublicKey || key.URI() != v.URI || string(key.JSON()) != v.StoredJSON {
			t.Errorf("got %s, %s", key.PublicKey(), key.URI())
		}
		if got := key.Sign([]byte(v.SampleMessage)); got != v.SampleSignature {
			t.Errorf("signature %s, want %s", got, v.SampleSignature)
		}
		if printed := fmt.Sprintf("%v %+v %#v %s", key, key, key, key); strings.Contains(printed, v.SecretKey[:64]) {
			t.Error("a key prints its secret")
		}
	}
}

func TestParseKeyPairRefuses(t *testing.T) {
	v := read(t).SessionKeys
	other := v[1].PublicKey
	for name, text := range map[string]string{
		"no JSON":          `x`,
		"null":             `null`,
		"numbers":          `{"publicKey":1,"secretKey":2}`,
		"a short secret":   `{"publicKey":"` + v[0].PublicKey + `","secretKey":"` + v[0].SecretKey[2:] + `"}`,
		"no hex":           `{"publicKey":"` + v[0].PublicKey + `","secretKey":"` + strings.Repeat("x", 128) + `"}`,
		"another's public": `{"publicKey":"` + other + `","secretKey":"` + v[0].SecretKey + `"}`,
		"two halves":       `{"publicKey":"` + v[0].PublicKey + `","secretKey":"` + v[0].SecretKey[:64] + other + `"}`,
	} {
		_, err := session.ParseKeyPair([]byte(text))
		if !errors.Is(err, literr.InvalidSessionKey) {
			t.Errorf("%s: got %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), v[0].SecretKey[:16]) {
			t.Errorf("%s: the error quotes the secret", name)
		}
	}
}

func TestSessionSigsAreTheOfficialBytes(t *testing.T) {
	e := read(t).EndToEnd
	key, err := session.ParseKeyPair(e.SessionKey)
	if err != nil {
		t.Fatal(err)
	}
	var delegation struct{ Sig, DerivedVia, SignedMessage, Address string }
	if err := json.Unmarshal(e.CapacityDelegationAuthSig, &delegation); err != nil {
		t.Fatal(err)
	}
	wallet := session.AuthSig{Sig: delegation.Sig, DerivedVia: delegation.DerivedVia,
		SignedMessage: delegation.SignedMessage, Address: delegation.Address}
	template := session.Template{
		Requests:     []byte(`[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"},{"resource":{"resource":"*","resourcePrefix":"lit-litaction"},"ability":"lit-action-execution"}]`),
		Capabilities: [][]byte{wallet.JSON(), []byte(e.AuthSigJSON)},
		IssuedAt:     e.Clock,
		Expiration:   "2026-01-16T12:00:00.000Z",
	}
	for _, got := range session.SignForNodes(key, template, e.NodeURLs) {
		want := e.SessionSigs[got.Node]
		if got.SignedMessage != want.SignedMessage {
			t.Errorf("%s: message\n%s\nwant\n%s", got.Node, got.SignedMessage, want.SignedMessage)
		}
		if got.Sig != want.Sig || got.Address != want.Address {
			t.Errorf("%s: signature %s, want %s", got.Node, got.Sig, want.Sig)
		}
	}
}

func TestAuthSigVerifies(t *testing.T) {
	e := read(t).EndToEnd
	a, err := session.ParseAuthSig([]byte(e.AuthSigJSON))
	if err != nil {
		t.Fatal(err)
	}
	if string(a.JSON()) != e.AuthSigJSON {
		t.Errorf("printed %s", a.JSON())
	}
	if hash := session.MessageHash(a.SignedMessage); fmt.Sprintf("%x", hash) != e.LitSessionHash {
		t.Errorf("hash %x", hash)
	}
	key, err := bls.ParsePublicKey(e.BLS.NetworkPubKey)
	if err != nil {
		t.Fatal(err)
	}
	now, err := time.Parse(time.RFC3339, e.Clock)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := a.Verify(key, now); err != nil || m.String() != a.SignedMessage {
		t.Errorf("got %v", err)
	}
	for name, change := range map[string]func(*session.AuthSig, *time.Time){
		"another message": func(a *session.AuthSig, _ *time.Time) {
			a.SignedMessage = strings.Replace(a.SignedMessage, "Chain ID: 1", "Chain ID: 2", 1)
		},
		"another address":   func(a *session.AuthSig, _ *time.Time) { a.Address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" },
		"a wallet's":        func(a *session.AuthSig, _ *time.Time) { a.Algo = "" },
		"another signature": func(a *session.AuthSig, _ *time.Time) { a.Sig = `{"ProofOfPossession":"00"}` },
		"expired":           func(_ *session.AuthSig, now *time.Time) { *now = now.Add(24 * time.Hour) },
	} {
		changed, at := a, now
		change(&changed, &at)
		if _, err := changed.Verify(key, at); !errors.Is(err, literr.BadSignature) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func scope() session.Scope {
	return session.Scope{Staking: "s", SessionKey: "k", PKP: "p", ActionCID: "c", JSParams: []byte(`{"a":1,"b":2}`),
		AuthMethods: []byte(`[]`), ReCap: "r", Domain: "d"}
}

func keyOf(t *testing.T, s session.Scope) string {
	t.Helper()
	key, err := s.Key()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestCacheSharesAnAuthSigOnlyWithinItsScope(t *testing.T) {
	ctx := t.Context()
	cache := session.NewCache(new(storage.Memory), nil, func(err error) { t.Errorf("reported %v", err) })
	a := session.AuthSig{Sig: "s", DerivedVia: "v", SignedMessage: "m", Address: "a"}
	if err := cache.PutAuthSig(ctx, keyOf(t, scope()), a.JSON()); err != nil {
		t.Fatal(err)
	}
	same := scope()
	same.JSParams = []byte(`{ "b": 2, "a": 1.0 }`)
	if got, _, ok, err := cache.AuthSig(ctx, keyOf(t, same)); !ok || err != nil || got != a {
		t.Errorf("the same params in another order: got %v %v %v", got, ok, err)
	}
	for name, change := range map[string]func(*session.Scope){
		"network":      func(s *session.Scope) { s.Staking = "x" },
		"session key":  func(s *session.Scope) { s.SessionKey = "x" },
		"PKP":          func(s *session.Scope) { s.PKP = "x" },
		"action":       func(s *session.Scope) { s.ActionCID = "x" },
		"params":       func(s *session.Scope) { s.JSParams = []byte(`{"a":1}`) },
		"auth methods": func(s *session.Scope) { s.AuthMethods = []byte(`[1]`) },
		"resources":    func(s *session.Scope) { s.ReCap = "x" },
		"domain":       func(s *session.Scope) { s.Domain = "x" },
		"signer":       func(s *session.Scope) { s.Wallet = true },
		"base":         func(s *session.Scope) { s.Base = "x" },
		"statement":    func(s *session.Scope) { s.Statement = "x" },
		"chain":        func(s *session.Scope) { s.Chain = "x" },
		"no params":    func(s *session.Scope) { s.JSParams = nil },
	} {
		other := scope()
		change(&other)
		if _, _, ok, err := cache.AuthSig(ctx, keyOf(t, other)); ok || err != nil {
			t.Errorf("another %s shares the AuthSig (%v)", name, err)
		}
	}
	if err := cache.RemoveAuthSig(ctx, keyOf(t, scope())); err != nil {
		t.Fatal(err)
	}
	if _, _, ok, _ := cache.AuthSig(ctx, keyOf(t, scope())); ok {
		t.Error("a removed AuthSig is still there")
	}
}

func TestCacheReplacesACorruptKey(t *testing.T) {
	ctx := t.Context()
	store := new(storage.Memory)
	if err := store.Set(ctx, "lit-session-key", `{"publicKey":"00"}`); err != nil {
		t.Fatal(err)
	}
	var reported []error
	cache := session.NewCache(store, nil, func(err error) { reported = append(reported, err) })
	key, err := cache.Key(ctx, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := cache.Key(ctx, rand.Reader); err != nil || again.PublicKey() != key.PublicKey() {
		t.Errorf("another key: %v", err)
	}
	if len(reported) != 1 || !errors.Is(reported[0], literr.StorageCorrupt) {
		t.Errorf("reported %v", reported)
	}
}

// denied is a store as a browser with storage switched off has it.
type denied struct{}

func (denied) Get(context.Context, string) (string, bool, error) {
	return "", false, literr.StorageDenied
}
func (denied) Set(context.Context, string, string) error { return literr.StorageDenied }
func (denied) Remove(context.Context, string) error      { return literr.StorageDenied }

func TestCacheGoesOnFromMemory(t *testing.T) {
	var reported []error
	cache := session.NewCache(denied{}, nil, func(err error) { reported = append(reported, err) })
	key, err := cache.Key(t.Context(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := cache.Key(t.Context(), rand.Reader); err != nil || again.PublicKey() != key.PublicKey() {
		t.Errorf("another key: %v", err)
	}
	if len(reported) == 0 || !slices.ContainsFunc(reported, func(err error) bool { return errors.Is(err, literr.StorageDenied) }) {
		t.Errorf("reported %v", reported)
	}
}

// full is a store that reads and cannot write.
type full struct{ storage.Memory }

func (*full) Set(context.Context, string, string) error { return literr.StorageFull }

func TestCacheGoesOnWithWhatTheStoreCouldNotWrite(t *testing.T) {
	cache := session.NewCache(new(full), nil, func(error) {})
	key, err := cache.Key(t.Context(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := cache.Key(t.Context(), rand.Reader); err != nil || again.PublicKey() != key.PublicKey() {
		t.Errorf("another key: %v", err)
	}
}

func TestCacheForgetsWhatWasDeletedFromTheStore(t *testing.T) {
	store := new(storage.Memory)
	cache := session.NewCache(store, nil, func(err error) { t.Errorf("reported %v", err) })
	key, err := cache.Key(t.Context(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Remove(t.Context(), "lit-session-key"); err != nil {
		t.Fatal(err)
	}
	if again, err := cache.Key(t.Context(), rand.Reader); err != nil || again.PublicKey() == key.PublicKey() {
		t.Errorf("still the same key, or %v", err)
	}
}

func FuzzParseAuthSig(f *testing.F) {
	f.Add([]byte(read(f).EndToEnd.AuthSigJSON))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := session.ParseAuthSig(text)
		if err != nil {
			return
		}
		if again, err := session.ParseAuthSig(a.JSON()); err != nil || again != a {
			t.Errorf("%+v became %+v: %v", a, again, err)
		}
	})
}
