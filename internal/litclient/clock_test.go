package litclient_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// TestAClockThatIsWrong: whatever the client's clock says, nodes accept what it
// makes, and a session is never longer than was asked. Where Date headers cannot
// be read, as by pages, it shows in a refusal, or in what the network signed.
func TestAClockThatIsWrong(t *testing.T) {
	w := newWorld(t)
	for name, row := range map[string]struct {
		ahead        time.Duration
		withoutDates bool
		knownAt      string        // "connect" or "call"
		cut          time.Duration // by which the first session may be shorter
		wallet       literr.Code   // of a wallet's session, "" for success
	}{
		"an hour behind":                       {-time.Hour, false, "connect", 0, ""},
		"an hour ahead":                        {time.Hour, false, "connect", 0, ""},
		"a year behind":                        {-365 * 24 * time.Hour, false, "connect", 0, literr.InvalidParam},
		"a year ahead":                         {365 * 24 * time.Hour, false, "connect", 0, ""},
		"an hour behind, without Date headers": {-time.Hour, true, "call", time.Hour, ""},
		"an hour ahead, without Date headers":  {time.Hour, true, "call", 0, ""},
		"a day behind, without Date headers":   {-25 * time.Hour, true, "call", 0, literr.InvalidParam},
		"a year ahead, without Date headers":   {365 * 24 * time.Hour, true, "call", 0, ""},
		"half a minute ahead":                  {25 * time.Second, false, "", 0, ""},
	} {
		w.ahead, w.wire.withoutDates = row.ahead, row.withoutDates
		w.wire.signing.Store(0)
		for _, key := range []string{"lit-session-key", "lit-wallet-sig"} {
			if err := w.store.Remove(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
		c := w.client(t)
		exact := time.Minute
		if row.cut > 0 {
			exact = 10 * time.Minute // so old the latest block may be
		}
		wantSkew := func(when string, want time.Duration) {
			if got := c.ClockSkew(); (got - want).Abs() > exact {
				t.Errorf("%s: %s the skew is %v, want %v", name, when, got, want)
			}
		}
		atConnect, atLast := time.Duration(0), time.Duration(0)
		if row.knownAt == "connect" {
			atConnect = -row.ahead
		}
		if row.knownAt != "" {
			atLast = -row.ahead
		}
		wantSkew("after connect", atConnect)
		cut := row.cut
		for _, expiration := range []time.Duration{0, 10 * time.Minute} { // by default, and by the caller's clock
			params := w.pkpParams()
			if expiration != 0 {
				params["expiration"] = siwe.FormatTime(w.now().Add(expiration))
			}
			sigs, err := w.pkpSessionSigs(t.Context(), t, c, params)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			w.wantAccepted(t, sigs)
			wantTimes(t, name, sigs[0], expiration, cut, exact)
			cut = 0
		}
		wantSkew("at last", atLast)
		if n := w.wire.signing.Load(); n > 10 {
			t.Errorf("%s: %d requests to 5 nodes", name, n)
		}
		// A cached AuthSig is judged by the same clock, and so is a wallet's.
		before := w.wire.signing.Load()
		if _, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams()); err != nil || w.wire.signing.Load() != before {
			t.Errorf("%s: the AuthSig was not reused: %v", name, err)
		}
		user := &wallet{account: w.Accounts[0]}
		sigs, err := w.sessionSigs(t.Context(), t, c, user, anything())
		if row.wallet != "" {
			if !errors.Is(err, row.wallet) || user.asked.Load() != 0 {
				t.Errorf("%s, a wallet's: asked %d times, got %v", name, user.asked.Load(), err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s, a wallet's: %v", name, err)
			continue
		}
		w.wantAccepted(t, sigs)
	}
}

// wantTimes checks that a session signature's times are the nodes', which are
// this machine's: issued now, gone when it was asked for or earlier by cut, and
// no longer than was asked.
func wantTimes(t *testing.T, name string, sig session.SessionSig, lasting, cut, exact time.Duration) {
	t.Helper()
	issued, expiration := timesOf(t, sig)
	if off := time.Since(issued).Abs(); off > exact {
		t.Errorf("%s: issued %v off", name, off)
	}
	if lasting == 0 {
		lasting = 24 * time.Hour
	}
	if off := (time.Until(expiration) + cut - lasting).Abs(); off > exact {
		t.Errorf("%s: ends %v off", name, off)
	}
	if length := expiration.Sub(issued); length > lasting {
		t.Errorf("%s: lasts %v, and %v was asked", name, length, lasting)
	}
}

func timesOf(t *testing.T, sig session.SessionSig) (issued, expiration time.Time) {
	t.Helper()
	var text struct{ IssuedAt, Expiration time.Time }
	if err := json.Unmarshal([]byte(sig.SignedMessage), &text); err != nil {
		t.Fatal(err)
	}
	return text.IssuedAt, text.Expiration
}

// TestNodesWhoseClocksAreWrong: a minority that lies about the time does not
// move our clock, however it goes about it.
func TestNodesWhoseClocksAreWrong(t *testing.T) {
	w := newWorld(t)
	for _, seconds := range []int{-3600, 3600, 40 * 24 * 3600} {
		for _, bad := range []int{1, 2, 3} { // of 5 nodes, of which 3 are needed
			c := w.client(t)
			for i := range bad {
				if err := w.network.SetFault(i, devnet.Fault{Kind: "clock-skew", Seconds: seconds}); err != nil {
					t.Fatal(err)
				}
			}
			params := w.pkpParams()
			params["jsParams"] = map[string]int{"magicNumber": 1000 + bad, "seconds": seconds} // not cached
			sigs, err := w.pkpSessionSigs(t.Context(), t, c, params)
			switch {
			case bad < 3 && err != nil:
				t.Errorf("%d nodes off by %d s: %v", bad, seconds, err)
			case bad < 3:
				if skew := c.ClockSkew(); skew != 0 {
					t.Errorf("%d nodes off by %d s: the skew is %v", bad, seconds, skew)
				}
			case seconds == 3600 && err != nil: // nodes that are ahead find nothing wrong
				t.Errorf("%d nodes off by %d s: %v", bad, seconds, err)
			case seconds == 40*24*3600 && !errors.Is(err, literr.RequestRefused) && err == nil:
				t.Errorf("%d nodes off by %d s: got %v", bad, seconds, sigs)
			}
			for i := range 5 {
				if err := w.network.SetFault(i, devnet.Fault{Kind: "none"}); err != nil {
					t.Fatal(err)
				}
			}
			// Whatever happened, the next call goes through.
			params["jsParams"] = map[string]int{"magicNumber": 2000 + bad, "seconds": seconds}
			sigs, err = w.pkpSessionSigs(t.Context(), t, c, params)
			if err != nil {
				t.Errorf("after %d nodes were off by %d s: %v", bad, seconds, err)
				continue
			}
			w.wantAccepted(t, sigs)
		}
	}
}

// TestTheClockIsTold: who listens hears of it.
func TestTheClockIsTold(t *testing.T) {
	w := newWorld(t)
	w.ahead = 2 * time.Hour
	var heard []litclient.Event
	text := encode(t, map[string]any{"litNetwork": "custom", "rpcUrl": w.RPCURL, "contractContext": w.ContractContext})
	config, err := litclient.DecodeConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	config.Fetch, config.Store, config.Random, config.Now = &w.wire, &w.store, endlessZeros{}, w.now
	config.OnEvent = func(e litclient.Event) { heard = append(heard, e) }
	c, err := litclient.New(config)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Connect(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	state, _ := c.State()
	if len(heard) != 1 || heard[0].Err != nil || heard[0].ClockSkew != state.ClockSkew || (state.ClockSkew+w.ahead).Abs() > time.Minute {
		t.Errorf("heard %+v, the skew is %v", heard, state.ClockSkew)
	}
}
