package litclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// TestCallersShareWork: equal calls at once make one request to each node, and
// one prompt; one that leaves disturbs nobody.
func TestCallersShareWork(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	const callers = 8
	leaving, leave := context.WithCancel(t.Context())
	user := &wallet{account: w.Accounts[0], reached: make(chan struct{}), hold: make(chan struct{})}
	var all sync.WaitGroup
	for i := range callers {
		ctx := t.Context()
		if i == 0 {
			ctx = leaving
		}
		all.Go(func() {
			sigs, err := w.sessionSigs(ctx, t, c, user, anything())
			if i == 0 && !errors.Is(err, context.Canceled) {
				t.Errorf("the one that left got %v", err)
			}
			if i > 0 && (err != nil || len(sigs) != 5) {
				t.Errorf("one that stayed got %v, %v", sigs, err)
			}
		})
	}
	<-user.reached
	leave()
	close(user.hold)
	all.Wait()
	if n := user.asked.Load(); n != 1 {
		t.Errorf("%d prompts for %d equal calls", n, callers)
	}
	for range callers {
		all.Go(func() {
			if _, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := w.wire.signing.Load(); n > 5 {
		t.Errorf("%d requests for %d equal calls to 5 nodes", n, callers)
	}
}

// TestExpirationsThatMoveOn: callers count the expiration from now at every call.
// That neither asks the user again nor the nodes, and no session outlives what
// was signed for it.
func TestExpirationsThatMoveOn(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	forADay := func(params map[string]any) map[string]any {
		params["expiration"] = siwe.FormatTime(w.now().Add(24 * time.Hour))
		return params
	}
	user := &wallet{account: w.Accounts[0], reached: make(chan struct{}), hold: make(chan struct{})}
	var all sync.WaitGroup
	byWallet := func() {
		if _, err := w.sessionSigs(t.Context(), t, c, user, forADay(anything())); err != nil {
			t.Error(err)
		}
	}
	all.Go(byWallet)
	<-user.reached
	w.ahead += time.Second
	all.Go(byWallet)
	close(user.hold)
	all.Wait()
	byNodes := func() session.SessionSigs {
		sigs, err := w.pkpSessionSigs(t.Context(), t, c, forADay(w.pkpParams()))
		if err != nil {
			t.Fatal(err)
		}
		return sigs
	}
	byNodes()
	signing := w.wire.signing.Load()
	w.ahead += 20 * time.Second
	byWallet()
	if n := user.asked.Load(); n != 1 {
		t.Errorf("the user was asked %d times", n)
	}
	for _, sig := range byNodes() {
		end, err := sessionEnd(sig)
		if err != nil || !end.Before(w.now().Add(24*time.Hour-15*time.Second)) {
			t.Errorf("the session ends at %v, 20 s after what was signed (%v)", end, err)
		}
	}
	if n := w.wire.signing.Load(); n != signing {
		t.Errorf("%d more requests to the nodes", n-signing)
	}
}

// sessionEnd is the expiration of a session signature.
func sessionEnd(sig session.SessionSig) (time.Time, error) {
	var m struct{ Expiration string }
	if err := json.Unmarshal([]byte(sig.SignedMessage), &m); err != nil {
		return time.Time{}, err
	}
	return siwe.ParseTime(m.Expiration)
}

// TestTwoUsersAtOnce: who has a callback of its own gets what that one brings.
func TestTwoUsersAtOnce(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	first := &wallet{account: w.Accounts[0], reached: make(chan struct{}), hold: make(chan struct{})}
	second := &wallet{account: w.Accounts[1], reached: make(chan struct{}), hold: first.hold}
	var all sync.WaitGroup
	for i, user := range []*wallet{first, second} {
		params := anything()
		params["authNeededCallback"] = strconv.Itoa(i)
		all.Go(func() {
			sigs, err := w.sessionSigs(t.Context(), t, c, user, params)
			if err != nil || !strings.Contains(sigs[0].SignedMessage, user.account.Address) {
				t.Errorf("user %d got no session, or another's (%v)", i, err)
			}
		})
		select {
		case <-user.reached:
		case <-time.After(time.Minute):
			t.Errorf("user %d is not asked", i)
		}
	}
	close(first.hold)
	all.Wait()
}

// TestADisconnectDuringACall: calls under way go on with what they know.
func TestADisconnectDuringACall(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	p, err := litclient.DecodePKPSessionSigsParams(encode(t, w.pkpParams()), w.now())
	if err != nil {
		t.Fatal(err)
	}
	p.Progress = func(s litclient.Step) {
		if s.Phase == litclient.PhaseSign {
			c.Disconnect()
		}
	}
	sigs, err := c.GetPkpSessionSigs(t.Context(), p)
	if err != nil {
		t.Fatalf("while nodes sign: %v", err)
	}
	w.wantAccepted(t, sigs)
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	user := &wallet{account: w.Accounts[0], last: func([]byte) error { c.Disconnect(); return nil }}
	if sigs, err = w.sessionSigs(t.Context(), t, c, user, anything()); err != nil {
		t.Fatalf("while a wallet signs: %v", err)
	}
	w.wantAccepted(t, sigs)
	if _, err := w.sessionSigs(t.Context(), t, c, user, anything()); !errors.Is(err, literr.NotReady) {
		t.Errorf("afterwards: got %v", err)
	}
}

// TestALongerSessionThanOthersGot: who comes while a shorter one is signed gets
// one of its own.
func TestALongerSessionThanOthersGot(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	user := &wallet{account: w.Accounts[0], reached: make(chan struct{}), hold: make(chan struct{})}
	var all sync.WaitGroup
	lasting := func(d time.Duration) {
		params := anything()
		params["expiration"] = siwe.FormatTime(w.now().Add(d))
		sigs, err := w.sessionSigs(t.Context(), t, c, user, params)
		if err != nil {
			t.Error(err)
			return
		}
		if end, err := sessionEnd(sigs[0]); err != nil || end.Sub(w.now()) < d-time.Minute {
			t.Errorf("asked for %v, it ends at %v (%v)", d, end, err)
		}
	}
	all.Go(func() { lasting(time.Hour) })
	<-user.reached
	all.Go(func() { lasting(24 * time.Hour) })
	close(user.hold)
	all.Wait()
	if n := user.asked.Load(); n != 2 {
		t.Errorf("the user was asked %d times", n)
	}
}

func TestProgress(t *testing.T) {
	w := newWorld(t)
	c := w.unconnected(t)
	var steps []litclient.Step
	collect := func(s litclient.Step) { steps = append(steps, s) }
	if err := c.Connect(t.Context(), collect); err != nil {
		t.Fatal(err)
	}
	params := w.pkpParams()
	delete(params, "litActionSource")
	params["litActionIpfsId"] = w.PKP.PermittedAction.CID
	params["ipfsOptions"] = map[string]any{"overwriteCode": true, "gatewayUrl": w.IPFSGateway}
	p, err := litclient.DecodePKPSessionSigsParams(encode(t, params), w.now())
	if err != nil {
		t.Fatal(err)
	}
	p.Progress = collect
	if _, err := c.GetPkpSessionSigs(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	var phases []string
	reached := map[litclient.Phase]int{}
	for _, s := range steps {
		if len(phases) == 0 || phases[len(phases)-1] != string(s.Phase) {
			phases = append(phases, string(s.Phase))
		}
		if byNode := s.Phase == litclient.PhaseHandshake || s.Phase == litclient.PhaseSign; (s.Node != "") != (byNode && s.Done > 0) {
			t.Errorf("a step of no node, or of one: %+v", s)
		}
		reached[s.Phase] = max(reached[s.Phase], s.Done)
		if needed := map[litclient.Phase]int{litclient.PhaseHandshake: 3, litclient.PhaseSign: 3}[s.Phase]; needed != 0 && s.Needed != needed || needed == 0 && s.Needed != 1 {
			t.Errorf("%+v", s)
		}
	}
	if got := strings.Join(phases, " "); got != "chain handshake gateway sign" {
		t.Errorf("phases: %s", got)
	}
	if reached[litclient.PhaseHandshake] < 3 || reached[litclient.PhaseSign] < 3 || reached[litclient.PhaseGateway] != 1 {
		t.Errorf("got as far as %v", reached)
	}
}
