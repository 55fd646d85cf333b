package litclient_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/literr"
	"litsession/internal/siwe"
)

const year = 365 * 24 * time.Hour

// setSkews has the nodes' clocks wrong by so many seconds, and the others right.
func (w *world) setSkews(t *testing.T, seconds ...int) {
	t.Helper()
	for i := range w.Nodes {
		var f devnet.Fault
		if i < len(seconds) && seconds[i] != 0 {
			f = devnet.Fault{Kind: "clock-skew", Seconds: seconds[i]}
		}
		if err := w.network.SetFault(i, f); err != nil {
			t.Fatal(err)
		}
	}
}

// TestASkewCountsAsFarAsThreeOfFiveReach: with three needed, two may lie. It
// counts in the Date headers of the handshake, anew at each connect, and where
// these cannot be read in refusals.
func TestASkewCountsAsFarAsThreeOfFiveReach(t *testing.T) {
	w := newWorld(t)
	const hour, muchLater = 3600, 40 * 24 * 3600
	for name, row := range map[string]struct {
		seconds  []int
		dated    time.Duration // skew after connect
		refusals time.Duration // most that it is after a call, without Date headers
		fails    bool          // that call
	}{
		"two ahead":    {[]int{muchLater, muchLater}, 0, 0, false},
		"two behind":   {[]int{-muchLater, -muchLater}, 0, 0, false},
		"two each way": {[]int{muchLater, muchLater, -hour, -hour}, 0, 0, true},
		// The block whose hash was the nonce shows that it is later than that.
		"three behind, differently": {[]int{-hour, -2 * hour, -muchLater}, -time.Hour, -time.Hour, false},
		"three ahead, differently":  {[]int{muchLater, 2 * hour, hour}, time.Hour, 0, false}, // and find nothing wrong
		// They take the message for an old one, and then the block, too.
		"three far ahead":        {[]int{muchLater, muchLater, muchLater}, muchLater * time.Second, 0, true},
		"three by half a minute": {[]int{25, 25, 25}, 0, 0, false},
	} {
		near := func(got, want time.Duration) bool { return (got - want).Abs() < 20*time.Second }
		w.wire.withoutDates = false
		w.setSkews(t, row.seconds...)
		c := w.client(t)
		if got := c.ClockSkew(); !near(got, row.dated) {
			t.Errorf("%s: after connect the skew is %v, want %v", name, got, row.dated)
		}
		w.setSkews(t)
		if err := c.Connect(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if got := c.ClockSkew(); got != 0 {
			t.Errorf("%s: after the next connect the skew is still %v", name, got)
		}

		w.wire.withoutDates = true
		w.setSkews(t, row.seconds...)
		c = w.client(t)
		if got := c.ClockSkew(); got != 0 {
			t.Errorf("%s, without Date headers: after connect the skew is %v", name, got)
		}
		params := w.pkpParams()
		params["jsParams"] = map[string]any{"magicNumber": 42, "case": name} // not cached
		if _, err := w.pkpSessionSigs(t.Context(), t, c, params); (err != nil) != row.fails {
			t.Errorf("%s, without Date headers: %v", name, err)
		}
		if got := c.ClockSkew(); !near(got, row.refusals) && (got < row.refusals || got > 0) {
			t.Errorf("%s, without Date headers: after a call the skew is %v, want at most %v", name, got, row.refusals)
		}
		w.setSkews(t)
		if err := c.Connect(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if got := c.ClockSkew(); got != 0 {
			t.Errorf("%s, without Date headers: after the next connect the skew is still %v", name, got)
		}
	}
}

// TestAWrongClockWhileNodesAreDown: those that are up are enough to tell, though
// the first refusal is one failure too many already.
func TestAWrongClockWhileNodesAreDown(t *testing.T) {
	w := newWorld(t)
	w.ahead, w.wire.withoutDates = time.Hour, true
	c := w.client(t)
	for i := range 2 {
		if err := w.network.SetFault(i, devnet.Fault{Kind: "down"}); err != nil {
			t.Fatal(err)
		}
	}
	sigs, err := w.pkpSessionSigs(t.Context(), t, c, w.pkpParams())
	if err != nil {
		t.Fatal(err)
	}
	w.setSkews(t)
	w.wantAccepted(t, sigs)
}

// TestCallsAtOnceMeasureTheSameSkew: what one has learnt, another does not add.
func TestCallsAtOnceMeasureTheSameSkew(t *testing.T) {
	w := newWorld(t)
	w.ahead, w.wire.withoutDates = time.Hour, true
	c := w.client(t)
	var all sync.WaitGroup
	for i := range 4 {
		params := w.pkpParams()
		params["jsParams"] = map[string]int{"magicNumber": 42, "call": i}
		all.Go(func() {
			if _, err := w.pkpSessionSigs(t.Context(), t, c, params); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := c.ClockSkew(); (got + time.Hour).Abs() > time.Minute {
		t.Errorf("the skew is %v", got)
	}
}

// lyingChain forwards to the chain and moves the time of every block.
func lyingChain(t *testing.T, rpcURL string, by time.Duration) string {
	t.Helper()
	chain, err := url.Parse(rpcURL)
	if err != nil {
		t.Fatal(err)
	}
	timestamp := regexp.MustCompile(`("timestamp":"0x)([0-9a-f]+)"`)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(chain)
			r.Out.Header.Del("Accept-Encoding")
		},
		ModifyResponse: func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			body = timestamp.ReplaceAllFunc(body, func(found []byte) []byte {
				parts := timestamp.FindSubmatch(found)
				seconds, err := strconv.ParseInt(string(parts[2]), 16, 64)
				if err != nil {
					return found
				}
				return append(strconv.AppendInt(parts[1], seconds+int64(by.Seconds()), 16), '"')
			})
			r.Body = io.NopCloser(bytes.NewReader(body))
			r.ContentLength = int64(len(body))
			r.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return nil
		},
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}

// TestTheChainHasNoSayInTheTime: a year ahead or behind, for a page, which sees
// no other clock. A wallet would be told an expiration that is a year away.
func TestTheChainHasNoSayInTheTime(t *testing.T) {
	w := newWorld(t)
	w.wire.withoutDates = true
	honest := w.RPCURL
	for _, by := range []time.Duration{year, -year} {
		w.RPCURL = lyingChain(t, honest, by)
		c := w.client(t)
		if err := w.store.Remove(t.Context(), "lit-wallet-sig"); err != nil {
			t.Fatal(err)
		}
		told, user := w.told(t)
		sigs, err := w.sessionSigs(t.Context(), t, c, user, anything())
		if err != nil {
			t.Errorf("blocks %v off: %v", by, err)
			continue
		}
		if got := c.ClockSkew(); got != 0 {
			t.Errorf("blocks %v off: the skew is %v", by, got)
		}
		if off := (time.Until(*told) - 24*time.Hour).Abs(); off > time.Minute {
			t.Errorf("blocks %v off: the wallet was told %v", by, *told)
		}
		w.wantAccepted(t, sigs)
	}
}

// told returns a wallet, and the expiration that it will have been told.
func (w *world) told(t *testing.T) (*time.Time, *wallet) {
	t.Helper()
	told := new(time.Time)
	return told, &wallet{account: w.Accounts[0], last: func(request []byte) error {
		var asked struct{ Expiration time.Time }
		err := json.Unmarshal(request, &asked)
		*told = asked.Expiration
		return err
	}}
}

// TestNoSkewLengthensASession: ours may be wrong, or as many nodes lie as it
// takes to move it. By no clock, neither the caller's nor that of the nodes as
// it is measured, does what a wallet is told last longer than was asked.
func TestNoSkewLengthensASession(t *testing.T) {
	w := newWorld(t)
	const hours = 3600
	for name, row := range map[string]struct {
		ahead   time.Duration
		seconds []int
	}{
		"all clocks are right":        {0, nil},
		"ours is two hours behind":    {-2 * time.Hour, nil},
		"ours is two hours ahead":     {2 * time.Hour, nil},
		"nodes say: two hours behind": {0, []int{2 * hours, 2 * hours, 2 * hours}},
		"nodes say: two hours ahead":  {0, []int{-2 * hours, -2 * hours, -2 * hours}},
		"ours is ahead, nodes deny":   {2 * time.Hour, []int{4 * hours, 4 * hours, 4 * hours}},
	} {
		for _, lasting := range []time.Duration{0, 5 * time.Hour} {
			w.ahead = row.ahead
			if err := w.store.Remove(t.Context(), "lit-wallet-sig"); err != nil {
				t.Fatal(err)
			}
			w.setSkews(t, row.seconds...)
			c := w.client(t)
			params := anything()
			if lasting != 0 {
				params["expiration"] = siwe.FormatTime(w.now().Add(lasting))
			}
			asked := lasting
			if asked == 0 {
				asked = 24 * time.Hour
			}
			told, user := w.told(t)
			sigs, err := w.sessionSigs(t.Context(), t, c, user, params)
			if err != nil {
				t.Errorf("%s, %v: %v", name, lasting, err)
				continue
			}
			if lasts := told.Sub(w.now()); lasts > asked {
				t.Errorf("%s, %v: told %v by the caller's clock", name, lasting, lasts)
			}
			if lasts := told.Sub(w.now().Add(c.ClockSkew())); lasts > asked {
				t.Errorf("%s, %v: told %v by the nodes' clocks", name, lasting, lasts)
			}
			if issued, end := timesOf(t, sigs[0]); end.Sub(issued) > asked || end.After(*told) {
				t.Errorf("%s, %v: session signatures from %v to %v, the AuthSig to %v", name, lasting, issued, end, *told)
			}
		}
	}
}

// TestAWalletIsNotAskedForWhatIsOver: where the nodes' clocks are ahead of ours
// by more than the session is to last.
func TestAWalletIsNotAskedForWhatIsOver(t *testing.T) {
	w := newWorld(t)
	w.ahead = -time.Hour
	c := w.client(t)
	params := anything()
	params["expiration"] = siwe.FormatTime(w.now().Add(10 * time.Minute))
	user := &wallet{account: w.Accounts[0]}
	_, err := w.sessionSigs(t.Context(), t, c, user, params)
	var e *literr.Error
	if !errors.As(err, &e) || e.Code != literr.InvalidParam || e.Detail("param") != "expiration" || e.Detail("want") == nil {
		t.Errorf("got %v", err)
	}
	if n := user.asked.Load(); n != 0 {
		t.Errorf("asked %d times", n)
	}
}
