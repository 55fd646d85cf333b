package litclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"litsession/internal/eth"
	"litsession/internal/fetch"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/storage"
)

// recording is one run of the official SDK against three nodes of which two
// are needed.
type recording struct {
	Clock                     string
	NodeURLs                  []string
	SessionKey                json.RawMessage
	PKP                       struct{ PublicKey string }
	CapacityDelegationAuthSig json.RawMessage
	LitActionCodeBase64       string
	LitActionCID              string
	JSParams                  json.RawMessage
	StakingEthCall            struct{ To, Data, Result string }
	HandshakeResponse         json.RawMessage
	SignSessionKeyRequestBody string
	SignSessionKeyResponses   []json.RawMessage
	AuthSigJSON               string
	SessionSigs               map[string]json.RawMessage
	BLS                       struct{ NetworkPubKey string }
}

func readRecording(t testing.TB) (r recording) {
	text, err := os.ReadFile("testdata/end-to-end.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r recording) now(t testing.TB) time.Time {
	now, err := time.Parse(time.RFC3339, r.Clock)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// params are those of the recorded call.
func (r recording) params() map[string]any {
	return map[string]any{
		"pkpPublicKey":              r.PKP.PublicKey,
		"resourceAbilityRequests":   json.RawMessage(`[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"},{"resource":{"resource":"*","resourcePrefix":"lit-litaction"},"ability":"lit-action-execution"}]`),
		"litActionCode":             r.LitActionCodeBase64,
		"jsParams":                  r.JSParams,
		"capacityDelegationAuthSig": compactJSON(r.CapacityDelegationAuthSig),
	}
}

func compactJSON(text json.RawMessage) json.RawMessage {
	var b strings.Builder
	inString, escaped := false, false
	for _, c := range string(text) {
		if !inString && (c == ' ' || c == '\n') {
			continue
		}
		if c == '"' && !escaped {
			inString = !inString
		}
		escaped = c == '\\' && !escaped
		b.WriteRune(c)
	}
	return json.RawMessage(b.String())
}

// player answers as the recorded network did.
type player struct {
	recording

	mutex   sync.Mutex
	answers map[string]func(body []byte) (*fetch.Response, error) // by node, see set
	bodies  map[string][]string                                   // by path
}

func (p *player) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	node, path := r.URL, ""
	for i, url := range p.NodeURLs {
		if rest, ok := strings.CutPrefix(r.URL, url); ok {
			node, path = p.NodeURLs[i], rest
		}
	}
	p.mutex.Lock()
	p.bodies[path] = append(p.bodies[path], string(r.Body))
	p.mutex.Unlock()
	switch path {
	case nodeapi.HandshakePath:
		return ok(p.HandshakeResponse), nil
	case nodeapi.SignSessionKeyPath:
		if answer := p.answer(node); answer != nil {
			return answer(r.Body)
		}
		return ok(p.SignSessionKeyResponses[p.index(node)]), nil
	}
	return ok([]byte(`{"jsonrpc":"2.0","id":1,"result":"` + p.StakingEthCall.Result + `"}`)), nil
}

func (p *player) index(node string) int {
	for i, url := range p.NodeURLs {
		if url == node {
			return i
		}
	}
	panic("no such node: " + node)
}

// set replaces what a node says to sign_session_key; nil is the recorded
// answer. Requests that nobody waits for any more may still be under way.
func (p *player) set(node string, answer func(body []byte) (*fetch.Response, error)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.answers[node] = answer
}

func (p *player) answer(node string) func(body []byte) (*fetch.Response, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.answers[node]
}

func (p *player) sent(path string) []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.bodies[path]
}

func ok(body []byte) *fetch.Response {
	return &fetch.Response{Status: 200, ContentType: "application/json", Body: body}
}

// endlessZeros is a source of randomness that is none; nothing random is in
// the recorded bytes.
type endlessZeros struct{}

func (endlessZeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func newPlayer(t testing.TB) *player {
	return &player{recording: readRecording(t), bodies: map[string][]string{}, answers: map[string]func([]byte) (*fetch.Response, error){}}
}

// connected returns a client of the recorded network with its session key.
func connected(t testing.TB, p *player, now func() time.Time) (*litclient.Client, storage.Store) {
	store := new(storage.Memory)
	if err := store.Set(t.Context(), "lit-session-key", string(compactJSON(p.SessionKey))); err != nil {
		t.Fatal(err)
	}
	staking, err := eth.ParseAddress(p.StakingEthCall.To)
	if err != nil {
		t.Fatal(err)
	}
	c, err := litclient.New(litclient.Config{
		Network: "custom", Staking: staking, Fetch: p, Store: store, Now: now, Random: endlessZeros{},
		OnEvent: func(e litclient.Event) { t.Errorf("event: %v", e.Err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return c, store
}

func call(t testing.TB, c *litclient.Client, params map[string]any, now time.Time) (string, error) {
	text, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	p, err := litclient.DecodeSessionSigsParams(text, now)
	if err != nil {
		return "", err
	}
	sigs, err := c.GetLitActionSessionSigs(t.Context(), p)
	return string(sigs.JSON()), err
}

func TestTheCallIsTheOfficialOneByteForByte(t *testing.T) {
	p := newPlayer(t)
	now := p.now(t)
	c, store := connected(t, p, func() time.Time { return now })
	got, err := call(t, c, p.params(), now)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range p.sent(nodeapi.SignSessionKeyPath) {
		if body != p.SignSessionKeyRequestBody {
			t.Errorf("request\n%s\nwant\n%s", body, p.SignSessionKeyRequestBody)
		}
	}
	var sigs map[string]struct{ Sig, SignedMessage, DerivedVia, Address, Algo string }
	if err := json.Unmarshal([]byte(got), &sigs); err != nil {
		t.Fatal(err)
	}
	for url, text := range p.SessionSigs {
		want := sigs[url]
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		if sigs[url] != want {
			t.Errorf("%s: got %+v\nwant %+v", url, sigs[url], want)
		}
	}
	if len(sigs) != len(p.SessionSigs) {
		t.Errorf("%d session signatures", len(sigs))
	}
	if text, _, _ := store.Get(t.Context(), "lit-wallet-sig"); text != p.AuthSigJSON {
		t.Errorf("lit-wallet-sig is %s", text)
	}
}

func TestAnAuthSigIsReusedForTheSameRequestOnly(t *testing.T) {
	p := newPlayer(t)
	now := p.now(t)
	c, _ := connected(t, p, func() time.Time { return now })
	requests := func() int { return len(p.sent(nodeapi.SignSessionKeyPath)) }
	for range 2 {
		if _, err := call(t, c, p.params(), now); err != nil {
			t.Fatal(err)
		}
	}
	first := requests()
	if first > len(p.NodeURLs) {
		t.Errorf("%d requests for two equal calls", first)
	}
	other := p.params()
	other["jsParams"] = map[string]int{"magicNumber": 41}
	for _, url := range p.NodeURLs {
		p.set(url, func([]byte) (*fetch.Response, error) {
			e := nodeapi.Error{Kind: "Validation", Code: "NodeLitActionsSessionSigAuthenticationFailed", Status: 401, Details: []string{"Authentication failed for session_sig signing via Lit Action"}}
			return &fetch.Response{Status: 401, ContentType: "application/json", Body: e.JSON()}, nil
		})
	}
	if _, err := call(t, c, other, now); !errors.Is(err, literr.NotAuthorized) {
		t.Errorf("another magic number: got %v", err)
	}
	now = now.Add(24*time.Hour - 4*time.Minute)
	if _, err := call(t, c, p.params(), now); !errors.Is(err, literr.NotAuthorized) {
		t.Errorf("an AuthSig that is about to expire was reused: %v", err)
	}
}

// spoil returns a node's answer with one change.
func (p *player) spoil(node string, change func(*nodeapi.SignSessionKeyResponse)) func([]byte) (*fetch.Response, error) {
	return func([]byte) (*fetch.Response, error) {
		r, err := nodeapi.ParseSignSessionKeyResponse(p.SignSessionKeyResponses[p.index(node)])
		if err != nil {
			return nil, err
		}
		change(&r)
		return ok(r.JSON()), nil
	}
}

func TestHostileAnswers(t *testing.T) {
	replace := func(old, new string) func(*nodeapi.SignSessionKeyResponse) {
		return func(r *nodeapi.SignSessionKeyResponse) { r.SIWEMessage = strings.Replace(r.SIWEMessage, old, new, 1) }
	}
	for name, row := range map[string]struct {
		change func(*nodeapi.SignSessionKeyResponse)
		want   literr.Code
	}{
		"another message":         {replace("litprotocol.com", "evil.example"), literr.MessageMismatch},
		"another hash":            {func(r *nodeapi.SignSessionKeyResponse) { r.DataSigned = strings.Repeat("0", 64) }, literr.MessageMismatch},
		"another network key":     {func(r *nodeapi.SignSessionKeyResponse) { r.BLSRootPublicKey = strings.Repeat("0", 96) }, literr.NodesDisagree},
		"a malformed share":       {func(r *nodeapi.SignSessionKeyResponse) { r.SignatureShare = "00" }, literr.BadShare},
		"the same index from all": {func(r *nodeapi.SignSessionKeyResponse) { r.SignatureShare = "01" + r.SignatureShare[2:] }, literr.BadShare},
		"shares under other indexes": {func(r *nodeapi.SignSessionKeyResponse) {
			r.SignatureShare = string("456"[r.SignatureShare[1]-'1']) + "0" + r.SignatureShare[2:]
		}, literr.BadShare},
	} {
		p := newPlayer(t)
		now := p.now(t)
		for _, url := range p.NodeURLs {
			p.set(url, p.spoil(url, row.change))
		}
		c, _ := connected(t, p, func() time.Time { return now })
		if got, err := call(t, c, p.params(), now); !errors.Is(err, row.want) {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
		// One such node of three does no harm.
		for _, url := range p.NodeURLs[1:] {
			p.set(url, nil)
		}
		if _, err := call(t, c, p.params(), now); err != nil {
			t.Errorf("%s, one node only: %v", name, err)
		}
	}
}

func TestUnreachableNodes(t *testing.T) {
	p := newPlayer(t)
	now := p.now(t)
	c, _ := connected(t, p, func() time.Time { return now })
	refused := func([]byte) (*fetch.Response, error) { return nil, errors.New("connection refused") }
	p.set(p.NodeURLs[0], refused)
	p.set(p.NodeURLs[1], refused)
	_, err := call(t, c, p.params(), now)
	if !errors.Is(err, literr.NotEnoughNodes) {
		t.Fatalf("got %v", err)
	}
	var e *literr.Error
	if failures, _ := func() ([]literr.Failure, bool) {
		errors.As(err, &e)
		f, ok := e.Detail("failures").([]literr.Failure)
		return f, ok
	}(); len(failures) != 2 {
		t.Errorf("failures %v", failures)
	}
	p.set(p.NodeURLs[1], nil)
	if _, err := call(t, c, p.params(), now); err != nil {
		t.Errorf("one dead node of three: %v", err)
	}
}

func TestCallsBeforeConnect(t *testing.T) {
	p := newPlayer(t)
	now := p.now(t)
	c, _ := connected(t, p, func() time.Time { return now })
	c.Disconnect()
	if _, err := call(t, c, p.params(), now); !errors.Is(err, literr.NotReady) {
		t.Errorf("got %v", err)
	}
	if _, err := c.LatestBlockhash(t.Context()); !errors.Is(err, literr.NotReady) {
		t.Errorf("got %v", err)
	}
}

// brittle is a store with a defect.
type brittle struct{ storage.Memory }

func (*brittle) Get(context.Context, string) (string, bool, error) { panic("no") }

func TestAPanicBesideConnect(t *testing.T) {
	p := newPlayer(t)
	staking, err := eth.ParseAddress(p.StakingEthCall.To)
	if err != nil {
		t.Fatal(err)
	}
	c, err := litclient.New(litclient.Config{
		Network: "custom", Staking: staking, Fetch: p, Store: new(brittle), Random: endlessZeros{},
		Now: func() time.Time { return p.now(t) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestAttestationIsNeverSkippedInSilence(t *testing.T) {
	for name, config := range map[string]litclient.Config{
		"datil":      {Network: "datil"},
		"datil-test": {Network: "datil-test"},
		"asked for":  {Network: "datil-dev", CheckNodeAttestation: true},
	} {
		p := newPlayer(t)
		config.Fetch, config.Store, config.Random = p, new(storage.Memory), endlessZeros{}
		config.Now = func() time.Time { return p.now(t) }
		c, err := litclient.New(config)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Connect(t.Context(), nil); !errors.Is(err, literr.BadAttestation) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func readInto(t testing.TB, v any) {
	text, err := os.ReadFile("testdata/end-to-end.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}
