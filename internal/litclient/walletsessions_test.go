package litclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"litsession/internal/eth"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

func TestAWalletsSession(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	owner := &wallet{account: w.Accounts[0]}
	sigs, err := w.sessionSigs(t.Context(), t, c, owner, anything())
	if err != nil {
		t.Fatal(err)
	}
	w.wantAccepted(t, sigs)
	if w.wire.signing.Load() != 0 {
		t.Error("nodes were asked to sign, too")
	}
	stranger := &wallet{account: w.Accounts[1]}
	if err := w.store.Remove(t.Context(), "lit-wallet-sig"); err != nil {
		t.Fatal(err)
	}
	sigs, err = w.sessionSigs(t.Context(), t, c, stranger, anything())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.accepted(t.Context(), sigs); err == nil {
		t.Error("nodes sign with a PKP for somebody who does not own it: the test proves nothing")
	}
}

// TestWhatACallbackIsTold: the official fields and no others.
func TestWhatACallbackIsTold(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	for name, row := range map[string]struct{ more, want string }{
		"by default": {`{}`, "chain,statement,resources,expiration,uri,sessionKey,nonce,resourceAbilityRequests"},
		"with code as the callback wants it": {`{"litActionCode":"const a = 1;","jsParams":[1]}`,
			"chain,statement,resources,expiration,uri,sessionKey,nonce,resourceAbilityRequests,litActionCode,jsParams"},
		"with all that there is": {`{"chain":"yellowstone","switchChain":true,"domain":"dapp.example","litActionIpfsId":"QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH","jsParams":{"a":1},"pkpPublicKey":"` + w.PKP.PublicKey + `"}`,
			"chain,statement,resources,switchChain,expiration,uri,sessionKey,nonce,domain,resourceAbilityRequests,litActionIpfsId,jsParams"},
	} {
		params := anything()
		if err := json.Unmarshal([]byte(row.more), &params); err != nil {
			t.Fatal(err)
		}
		if err := w.store.Remove(t.Context(), "lit-wallet-sig"); err != nil {
			t.Fatal(err)
		}
		var request []byte
		user := &wallet{account: w.Accounts[0], last: func(r []byte) error { request = r; return nil }}
		if _, err := w.sessionSigs(t.Context(), t, c, user, params); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(memberNames(t, request), ","); got != row.want {
			t.Errorf("%s: got %s", name, got)
		}
		var asked struct {
			Chain, Statement, Nonce, URI, Expiration string
			Resources                                []string
			SessionKey                               struct{ PublicKey, SecretKey string }
		}
		if err := json.Unmarshal(request, &asked); err != nil {
			t.Fatal(err)
		}
		key, err := c.SessionKey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if asked.URI != key.URI() || asked.SessionKey.PublicKey != key.PublicKey() || len(asked.SessionKey.SecretKey) != 128 ||
			asked.Statement != "I further authorize the stated URI to perform the following actions on my behalf:" ||
			!slices.Equal(asked.Resources, []string{"urn:recap:eyJhdHQiOnt9LCJwcmYiOltdfQ"}) {
			t.Errorf("%s: got %+v", name, asked)
		}
	}
}

func memberNames(t *testing.T, object []byte) (names []string) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(string(object)))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var skipped json.RawMessage
		if err := decoder.Decode(&skipped); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// TestACallbackThatBringsSomethingElse: nothing of it gets into session
// signatures, and the user is asked once.
func TestACallbackThatBringsSomethingElse(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	for name, row := range map[string]struct {
		user *wallet
		want literr.Code
	}{
		"another session key":     {&wallet{change: func(m *siwe.Message) { m.URI = "lit:session:" + strings.Repeat("0", 64) }}, literr.MessageMismatch},
		"less than was asked":     {&wallet{change: func(m *siwe.Message) { m.Resources, m.Statement = nil, "" }}, literr.MessageMismatch},
		"a statement that hides":  {&wallet{change: func(m *siwe.Message) { m.Statement = "Sign in." }}, literr.MessageMismatch},
		"an expired message":      {&wallet{change: func(m *siwe.Message) { m.ExpirationTime = siwe.FormatTime(time.Now().Add(-time.Minute)) }}, literr.BadSignature},
		"a year":                  {&wallet{change: func(m *siwe.Message) { m.ExpirationTime = siwe.FormatTime(time.Now().AddDate(1, 0, 0)) }}, literr.MessageMismatch},
		"31 days":                 {&wallet{change: func(m *siwe.Message) { m.ExpirationTime = siwe.FormatTime(time.Now().AddDate(0, 0, 31)) }}, literr.MessageMismatch},
		"no end":                  {&wallet{change: func(m *siwe.Message) { m.ExpirationTime = "" }}, literr.MessageMismatch},
		"a message of the future": {&wallet{change: func(m *siwe.Message) { m.NotBefore = siwe.FormatTime(time.Now().Add(time.Hour)) }}, literr.BadSignature},
		"another's signature":     {&wallet{spoil: func(a *session.AuthSig) { a.Sig = "0x" + strings.Repeat("1", 128) + "1b" }}, literr.BadSignature},
		"another's address":       {&wallet{change: func(m *siwe.Message) { m.Address = eth.Address{1} }}, literr.BadSignature},
		"an empty signature":      {&wallet{spoil: func(a *session.AuthSig) { a.Sig = "" }}, literr.NoWalletSignature},
		"no address":              {&wallet{spoil: func(a *session.AuthSig) { a.Address = "" }}, literr.NoWalletSignature},
	} {
		user := row.user
		user.account = w.Accounts[0]
		sigs, err := w.sessionSigs(t.Context(), t, c, user, anything())
		if !errors.Is(err, row.want) || sigs != nil {
			t.Errorf("%s: got %v, %v", name, sigs, err)
		}
		if n := user.asked.Load(); n != 1 {
			t.Errorf("%s: asked %d times", name, n)
		}
		if _, kept, _ := w.store.Get(t.Context(), "lit-wallet-sig"); kept {
			t.Errorf("%s: it was stored", name)
		}
	}
	declined := errors.New("the user says no")
	if _, err := w.sessionSigs(t.Context(), t, c, &wallet{account: w.Accounts[0], last: func([]byte) error { return declined }}, anything()); err != declined {
		t.Errorf("the callback's own error came back as %v", err)
	}
}

// TestWhatAMessageShouldHaveSaid: the error names the parameter of the callback
// that did not get into the message, and both values.
func TestWhatAMessageShouldHaveSaid(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	key, err := c.SessionKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const login, late = "https://localhost/login", "2999-01-01T00:00:00Z"
	asItCame := func(m *siwe.Message) {
		m.Resources = []string{"urn:recap:eyJhdHQiOnt9LCJwcmYiOltdfQ"}
		m.Statement = "I further authorize the stated URI to perform the following actions on my behalf:"
	}
	for name, row := range map[string]struct {
		change      func(*siwe.Message)
		param, want string
		got         any
	}{
		"a URI of its own":         {func(m *siwe.Message) { m.URI = login }, "uri", key.URI(), login},
		"resources as they came":   {asItCame, "resourceAbilityRequests", "pkp-signing on lit-pkp://*", nil},
		"an expiration of its own": {func(m *siwe.Message) { m.ExpirationTime = late }, "expiration", "", late},
	} {
		params := anything()
		if row.param == "expiration" {
			row.want = siwe.FormatTime(time.Now().Add(time.Hour))
			params["expiration"] = row.want
		}
		_, err := w.sessionSigs(t.Context(), t, c, &wallet{account: w.Accounts[0], change: row.change}, params)
		var e *literr.Error
		if !errors.As(err, &e) || e.Code != literr.MessageMismatch {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if e.Detail("param") != row.param || e.Detail("want") != row.want || e.Detail("got") != row.got {
			t.Errorf("%s: details %+v", name, e.Details)
		}
		if got, ok := row.got.(string); ok && !strings.Contains(e.Error(), got) || !strings.Contains(e.Hint, "Pass the "+row.param) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestACallbackWithAnExpirationOfItsOwn: session signatures end when it was
// asked, or with the AuthSig.
func TestACallbackWithAnExpirationOfItsOwn(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	for own, want := range map[time.Duration]time.Duration{
		10 * time.Minute: 10 * time.Minute, 7 * 24 * time.Hour: time.Hour, 30 * 24 * time.Hour: time.Hour,
	} {
		if err := w.store.Remove(t.Context(), "lit-wallet-sig"); err != nil {
			t.Fatal(err)
		}
		user := &wallet{account: w.Accounts[0], change: func(m *siwe.Message) { m.ExpirationTime = siwe.FormatTime(time.Now().Add(own)) }}
		params := anything()
		params["expiration"] = siwe.FormatTime(time.Now().Add(time.Hour))
		sigs, err := w.sessionSigs(t.Context(), t, c, user, params)
		if err != nil {
			t.Errorf("%v: %v", own, err)
			continue
		}
		w.wantAccepted(t, sigs)
		if _, end := timesOf(t, sigs[0]); (time.Until(end) - want).Abs() > time.Minute {
			t.Errorf("%v: session signatures end in %v", own, time.Until(end))
		}
	}
}

// TestWhenTheUserIsAskedAgain goes through what may change between two calls.
func TestWhenTheUserIsAskedAgain(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	narrow := json.RawMessage(`[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"}]`)
	wider := func(m *siwe.Message) {
		var more recap.Capability
		if err := more.Allow("lit-accesscontrolcondition://*", "Threshold/Decryption", nil); err != nil {
			t.Error(err)
		}
		more.ApplyTo(m)
	}
	signedByOthers := func() {
		if _, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams()); err != nil {
			t.Error(err)
		}
	}
	for name, row := range map[string]struct {
		first  *wallet
		before map[string]any // what the first call has beside anything
		then   func()
		change map[string]any
		again  int64 // prompts in the second call
	}{
		"nothing":                         {again: 0},
		"the key in storage is cleared":   {then: func() { _ = w.store.Remove(t.Context(), "lit-wallet-sig") }, again: 1},
		"the session key is cleared":      {then: func() { _ = w.store.Remove(t.Context(), "lit-session-key") }, again: 1},
		"a PKP has signed meanwhile":      {then: signedByOthers, again: 0},
		"less is asked":                   {change: map[string]any{"resourceAbilityRequests": narrow}, again: 1},
		"more was signed, the same asked": {first: &wallet{change: wider}, again: 0},
		"more was signed than is asked":   {first: &wallet{change: wider}, change: map[string]any{"chain": "base"}, again: 1},
		"the domain that was signed":      {change: map[string]any{"domain": "localhost"}, again: 0},
		"another domain":                  {change: map[string]any{"domain": "other.example"}, again: 1},
		"another chain":                   {change: map[string]any{"chain": "base"}, again: 0}, // the message says all that counts
		"a session that lasts longer":     {change: map[string]any{"expiration": siwe.FormatTime(time.Now().Add(48 * time.Hour))}, again: 1},
		"a session that lasts less":       {change: map[string]any{"expiration": siwe.FormatTime(time.Now().Add(time.Hour))}, again: 0},
		"one that is about to end":        {before: map[string]any{"expiration": siwe.FormatTime(time.Now().Add(4 * time.Minute))}, again: 1},
		"garbage in storage":              {then: func() { _ = w.store.Set(t.Context(), "lit-wallet-sig", `{"sig":1}`) }, again: 1},
		"a forged one in storage": {then: func() {
			text, _, _ := w.store.Get(t.Context(), "lit-wallet-sig")
			_ = w.store.Set(t.Context(), "lit-wallet-sig", strings.Replace(text, `"sig":"0x`, `"sig":"0x00`, 1))
		}, change: map[string]any{"chain": "base"}, again: 1},
	} {
		for _, key := range []string{"lit-wallet-sig", "lit-session-key"} {
			if err := w.store.Remove(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
		first := anything()
		for key, value := range row.before {
			first[key] = value
		}
		user := row.first
		if user == nil {
			user = new(wallet)
		}
		user.account = w.Accounts[0]
		if _, err := w.sessionSigs(t.Context(), t, c, user, first); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if row.then != nil {
			row.then()
		}
		second := anything()
		for key, value := range row.change {
			second[key] = value
		}
		again := &wallet{account: w.Accounts[0]}
		sigs, err := w.sessionSigs(t.Context(), t, c, again, second)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := again.asked.Load(); n != row.again {
			t.Errorf("%s: asked %d times, want %d", name, n, row.again)
		}
		w.wantAccepted(t, sigs)
	}
}

// TestAnotherWallet: what one account signed is not used once another has.
func TestAnotherWallet(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	for i, account := range []int{0, 1} {
		params := anything()
		if i == 1 {
			params["domain"] = "other.example"
		}
		if _, err := w.sessionSigs(t.Context(), t, c, &wallet{account: w.Accounts[account]}, params); err != nil {
			t.Fatal(err)
		}
	}
	sigs, err := w.sessionSigs(t.Context(), t, c, &wallet{account: w.Accounts[1]}, anything())
	if err != nil {
		t.Fatal(err)
	}
	if text := sigs[0].SignedMessage; !strings.Contains(text, w.Accounts[1].Address) || strings.Contains(text, w.Accounts[0].Address) {
		t.Errorf("the session is not the second wallet's: %s", text)
	}
}

func TestNobodyToAsk(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	_, err := w.sessionSigs(t.Context(), t, c, nil, anything())
	if !errors.Is(err, literr.MissingParam) || err.Error() != "No authNeededCallback nor default auth callback provided" {
		t.Errorf("got %v", err)
	}
	if _, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams()); err != nil {
		t.Fatal(err)
	}
	_, err = w.sessionSigs(t.Context(), t, c, nil, anything())
	if !errors.Is(err, literr.MissingParam) || err.Error() != "No authCallback nor default auth callback provided" {
		t.Errorf("with a PKP's AuthSig in storage: got %v", err)
	}
	c.Disconnect()
	_, err = w.sessionSigs(t.Context(), t, c, nil, anything())
	if !errors.Is(err, literr.NotReady) || !strings.HasPrefix(err.Error(), "[executeJs] LitNodeClient is not ready.") {
		t.Errorf("unconnected: got %v", err)
	}
}

// TestACallbackThatAsksTheNetwork is the official SDK's way to a PKP session of
// one's own making: the callback calls signSessionKey.
func TestACallbackThatAsksTheNetwork(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	asked := 0
	signIn := func(ctx context.Context, request []byte) ([]byte, error) {
		asked++
		params := w.pkpParams()
		p, err := litclient.DecodeSignSessionKeyParams(encode(t, params), w.now())
		if err != nil {
			return nil, err
		}
		a, err := c.SignSessionKey(ctx, p)
		return a.JSON(), err
	}
	p, err := litclient.DecodeWalletSessionSigsParams(encode(t, anything()), w.now())
	if err != nil {
		t.Fatal(err)
	}
	p.SignIn = signIn
	for range 2 {
		sigs, err := c.GetSessionSigs(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		w.wantAccepted(t, sigs)
	}
	if asked != 2 {
		t.Errorf("asked %d times: nothing says which PKP a callback takes, so it must be asked", asked)
	}
	other := anything()
	other["pkpPublicKey"] = "0x04c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee51ae168fea63dc339a3c58419466ceaeef7f632653266d0e1236431a950cfe52a"
	if p, err = litclient.DecodeWalletSessionSigsParams(encode(t, other), w.now()); err != nil {
		t.Fatal(err)
	}
	p.SignIn = signIn
	if _, err := c.GetSessionSigs(t.Context(), p); !errors.Is(err, literr.MessageMismatch) {
		t.Errorf("another PKP than was named: got %v", err)
	}
}

func TestCheckNeedToResign(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	key, err := c.SessionKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	user := &wallet{account: w.Accounts[0]}
	request, err := json.Marshal(map[string]any{"uri": key.URI(), "nonce": "00000000", "expiration": siwe.FormatTime(time.Now().Add(time.Hour)), "resourceAbilityRequests": json.RawMessage(everything)})
	if err != nil {
		t.Fatal(err)
	}
	byWallet, err := user.signIn(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	p, err := litclient.DecodeSignSessionKeyParams(encode(t, w.pkpParams()), w.now())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := c.SignSessionKey(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	more := json.RawMessage(`[{"resource":{"resource":"x","resourcePrefix":"lit-accesscontrolcondition"},"ability":"access-control-condition-signing"}]`)
	for name, row := range map[string]struct {
		authSig  []byte
		uri      string
		requests json.RawMessage
		want     bool
		wantCode literr.Code
	}{
		"a wallet's":           {byWallet, key.URI(), json.RawMessage(everything), false, ""},
		"a PKP's":              {signed.JSON(), key.URI(), json.RawMessage(everything), false, ""},
		"another session key":  {byWallet, "lit:session:00", json.RawMessage(everything), true, ""},
		"more is asked":        {byWallet, key.URI(), more, true, ""},
		"a forged wallet's":    {[]byte(strings.Replace(string(byWallet), "localhost", "localhose", 1)), key.URI(), json.RawMessage(everything), true, ""},
		"a forged PKP's":       {[]byte(strings.Replace(string(signed.JSON()), "Chain ID: 1", "Chain ID: 2", 1)), key.URI(), json.RawMessage(everything), true, ""},
		"an unknown algorithm": {[]byte(strings.Replace(string(signed.JSON()), "LIT_BLS", "RSA", 1)), key.URI(), json.RawMessage(everything), false, literr.BadSignature},
	} {
		text := encode(t, map[string]any{"authSig": json.RawMessage(row.authSig), "sessionKeyUri": row.uri, "resourceAbilityRequests": row.requests})
		p, err := litclient.DecodeResignParams(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.CheckNeedToResign(p)
		if got != row.want || row.wantCode == "" && err != nil || row.wantCode != "" && !errors.Is(err, row.wantCode) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}
