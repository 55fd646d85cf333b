package litclient_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"litsession/internal/siwe"
)

// TestASessionKeyEndsWithItsAuthSigs: a call that finds them all over makes a
// new key, unless a message for the old one is being signed.
func TestASessionKeyEndsWithItsAuthSigs(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	current := func() string {
		t.Helper()
		key, err := c.SessionKey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return key.PublicKey()
	}
	// So soon that it is not used again.
	over := func(params map[string]any) map[string]any {
		params["expiration"] = siwe.FormatTime(time.Now().Add(4 * time.Minute))
		return params
	}
	pkp := func(params map[string]any) string {
		t.Helper()
		sigs, err := w.pkpSessionSigs(t.Context(), t, c, params)
		if err != nil {
			t.Fatal(err)
		}
		w.wantAccepted(t, sigs)
		return sigs[0].Address
	}
	first := current()
	if got := pkp(over(w.pkpParams())); got != first {
		t.Error("a key that was read was replaced before anything was signed for it")
	}
	user := &wallet{account: w.Accounts[1], reached: make(chan struct{}), hold: make(chan struct{})}
	given, err := c.SessionKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	asked := over(anything())
	asked["sessionKey"] = json.RawMessage(given.JSON())
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if _, err := w.sessionSigs(t.Context(), t, c, user, asked); err != nil {
			t.Error(err)
		}
	})
	<-user.reached
	if got := pkp(over(w.pkpParams())); got != first {
		t.Error("the key was replaced while a wallet had a message for it")
	}
	close(user.hold)
	waiting.Wait()
	second := pkp(w.pkpParams())
	if second == first || current() != second {
		t.Errorf("the key is still %s", first)
	}
	if pkp(w.pkpParams()) != second {
		t.Error("the new key was replaced, too")
	}
	user = &wallet{account: w.Accounts[1]}
	if sigs, err := w.sessionSigs(t.Context(), t, c, user, over(anything())); err != nil || sigs[0].Address != second {
		t.Errorf("a wallet's session: %v", err)
	}
	if current() != second {
		t.Error("the key was replaced though the PKP's AuthSig is good")
	}
}
