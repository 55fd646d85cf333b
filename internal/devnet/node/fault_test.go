package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"litsession/internal/bls"
	"litsession/internal/devnet/node"
	"litsession/internal/eth"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// send posts over a real connection.
func send(t *testing.T, url, path, body string) (*http.Response, []byte) {
	t.Helper()
	r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, url+path, strings.NewReader(body)))(t)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Request-Id", "lit_1")
	w := must(http.DefaultClient.Do(r))(t)
	defer w.Body.Close()
	return w, must(io.ReadAll(w.Body))(t)
}

func faulty(t *testing.T, config node.Config, f node.Fault) string {
	t.Helper()
	n := node.New(config)
	if err := n.SetFault(f); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(n)
	t.Cleanup(server.Close)
	return server.URL
}

func TestSpoiltAnswers(t *testing.T) {
	r := readRecorded(t)
	for _, tt := range []struct {
		fault       node.Fault
		status      int
		contentType string
		code        string // of the node
		valid       bool   // JSON
	}{
		{node.Fault{Kind: node.SlowBody, DelayMS: 1}, 200, "application/json", "", true},
		{node.Fault{Kind: node.HTML}, 502, "text/html", "", false},
		{node.Fault{Kind: node.Malformed}, 200, "application/json", "", false},
		{node.Fault{Kind: node.Oversized}, 200, "application/json", "", true},
		{node.Fault{Kind: node.Oversized, Shape: node.Values}, 200, "application/json", "", true},
		{node.Fault{Kind: node.RateLimited}, 402, "application/json", "rate_limit_exceeded", true},
		{node.Fault{Kind: node.RateLimited, Status: 402}, 402, "application/json", "rate_limit_exceeded", true},
		{node.Fault{Kind: node.RateLimited, Status: 429}, 429, "application/json", "NodeConcurrencyOverload", true},
	} {
		url := faulty(t, r.config(t), tt.fault)
		w, body := send(t, url, nodeapi.SignSessionKeyPath, r.SignSessionKeyRequestBody)
		if w.StatusCode != tt.status || w.Header.Get("Content-Type") != tt.contentType ||
			json.Valid(body) != tt.valid || nodeapi.ParseError(w.StatusCode, body).Code != tt.code {
			t.Errorf("%+v: %d %s %.300s", tt.fault, w.StatusCode, w.Header.Get("Content-Type"), body)
		}
		if large := len(body) > 4<<20; large != (tt.fault.Kind == node.Oversized) {
			t.Errorf("%+v: %d bytes", tt.fault, len(body))
		}
	}
}

// TestAnOversizedAnswerOfValues: it is the honest answer with one more member.
func TestAnOversizedAnswerOfValues(t *testing.T) {
	r := readRecorded(t)
	_, honest := send(t, faulty(t, r.config(t), node.Fault{}), nodeapi.SignSessionKeyPath, r.SignSessionKeyRequestBody)
	_, large := send(t, faulty(t, r.config(t), node.Fault{Kind: node.Oversized, Shape: node.Values}), nodeapi.SignSessionKeyPath, r.SignSessionKeyRequestBody)
	got := map[string]json.RawMessage{}
	if err := json.Unmarshal(large, &got); err != nil {
		t.Fatal(err)
	}
	if zeros := bytes.Count(got["padding"], []byte("0")); zeros < 2<<20 {
		t.Errorf("%d values", zeros)
	}
	delete(got, "padding")
	want := map[string]json.RawMessage{}
	if err := json.Unmarshal(honest, &want); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v (%v)", got, want, err)
	}
}

// flushes counts what was written before the first flush.
type flushes struct {
	*httptest.ResponseRecorder
	before int
	at     time.Time
}

func (f *flushes) Flush() { f.before, f.at = f.Body.Len(), time.Now() }

func TestASlowBodyComesAfterItsHeaders(t *testing.T) {
	config := readRecorded(t).config(t)
	synctest.Test(t, func(t *testing.T) {
		n := node.New(config)
		if err := n.SetFault(node.Fault{Kind: node.SlowBody, DelayMS: 700}); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/web/handshake/", strings.NewReader(`{"clientPublicKey":"test"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Request-Id", "lit_1")
		w := &flushes{ResponseRecorder: httptest.NewRecorder()}
		n.ServeHTTP(w, r)
		if w.before == 0 || w.before >= w.Body.Len() || time.Since(w.at) != 700*time.Millisecond || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d of %d bytes, then %s", w.before, w.Body.Len(), time.Since(w.at))
		}
	})
}

func TestSpoiltShares(t *testing.T) {
	r := readRecorded(t)
	honest := must(nodeapi.ParseSignSessionKeyResponse(r.SignSessionKeyResponses[0]))(t)
	for kind, check := range map[node.FaultKind]func(nodeapi.SignSessionKeyResponse) bool{
		node.IdentityShare: func(a nodeapi.SignSessionKeyResponse) bool {
			_, err := bls.ParseSignatureShare(a.SignatureShare)
			return literr.CodeOf(err) == literr.BadShare && strings.HasPrefix(a.SignatureShare, "01c000")
		},
		node.OffSubgroup: func(a nodeapi.SignSessionKeyResponse) bool {
			_, err := bls.ParseSignatureShare(a.SignatureShare)
			return literr.CodeOf(err) == literr.BadShare && len(a.SignatureShare) == 194
		},
		node.DuplicateIndex: func(a nodeapi.SignSessionKeyResponse) bool {
			return a.SignatureShare == "02"+honest.SignatureShare[2:] && a.ShareIndex == 1
		},
		node.ReplayedShare: func(a nodeapi.SignSessionKeyResponse) bool {
			_, err := bls.ParseSignatureShare(a.SignatureShare)
			return err == nil && a.SignatureShare != honest.SignatureShare && a.DataSigned == honest.DataSigned
		},
		node.OtherMessage: func(a nodeapi.SignSessionKeyResponse) bool {
			return a.SIWEMessage == honest.SIWEMessage && a.DataSigned != honest.DataSigned
		},
		node.OtherSIWE: func(a nodeapi.SignSessionKeyResponse) bool {
			hash := session.MessageHash(a.SIWEMessage)
			return added(t, honest.SIWEMessage, a.SIWEMessage) == "lit-accesscontrolcondition://*" && a.DataSigned == hexText(hash[:])
		},
		node.OtherNetworkKey: func(a nodeapi.SignSessionKeyResponse) bool {
			return a.BLSRootPublicKey != honest.BLSRootPublicKey && a.DataSigned == honest.DataSigned
		},
	} {
		url := faulty(t, r.config(t), node.Fault{Kind: kind})
		_, body := send(t, url, nodeapi.SignSessionKeyPath, r.SignSessionKeyRequestBody)
		answer, err := nodeapi.ParseSignSessionKeyResponse(body)
		if err != nil || !check(answer) {
			t.Errorf("%s: %v %s", kind, err, body)
		}
	}
}

// added are the resources that the second message's ReCap has more than the
// first's.
func added(t *testing.T, before, after string) string {
	t.Helper()
	had := must(recap.FromMessage(must(siwe.Parse(before))(t)))(t)
	has := must(recap.FromMessage(must(siwe.Parse(after))(t)))(t)
	more := slices.DeleteFunc(has.Resources(), had.Has)
	return strings.Join(more, " ")
}

// TestOtherSIWEAddsToWhateverIsAsked: a message that asks for what would be
// added gets something else.
func TestOtherSIWEAddsToWhateverIsAsked(t *testing.T) {
	a := newAttempt(t, readRecorded(t))
	var more recap.Capability
	if err := more.Allow("lit-accesscontrolcondition://*", "Threshold/Decryption", nil); err != nil {
		t.Fatal(err)
	}
	more.ApplyTo(&a.message)
	a.resign()
	_, honest := a.send(t)
	_, changed := send(t, faulty(t, a.config, node.Fault{Kind: node.OtherSIWE}), nodeapi.SignSessionKeyPath, string(a.request.JSON()))
	before := must(nodeapi.ParseSignSessionKeyResponse([]byte(honest)))(t)
	after := must(nodeapi.ParseSignSessionKeyResponse(changed))(t)
	if got := added(t, before.SIWEMessage, after.SIWEMessage); got != "lit-accesscontrolcondition://1" {
		t.Errorf("%q was added", got)
	}
}

func hexText(b []byte) string { return strings.TrimPrefix(eth.Hex(b), "0x") }

func TestDisguises(t *testing.T) {
	r := readRecorded(t)
	for _, tt := range []struct {
		fault node.Fault
		want  string // the node's code for signing
	}{
		{node.Fault{Kind: node.ErrKeys}, "NodeBLSRootKeyNotFound"},
		{node.Fault{Kind: node.ClockSkew, Seconds: -3600}, "NodeSIWEMessageError"},
		{node.Fault{Kind: node.ClockSkew, Seconds: 40 * 24 * 3600}, "NodeSIWEMessageError"},
		{node.Fault{Kind: node.ClockSkew, Seconds: 1}, ""},
		{node.Fault{Kind: node.StaleBlockhash}, ""},
	} {
		url := faulty(t, r.config(t), tt.fault)
		w, body := send(t, url, nodeapi.SignSessionKeyPath, r.SignSessionKeyRequestBody)
		if got := nodeapi.ParseError(w.StatusCode, body).Code; got != tt.want {
			t.Errorf("%+v: %d %s", tt.fault, w.StatusCode, body)
		}
	}
}

func TestDisguisesInTheHandshake(t *testing.T) {
	r := readRecorded(t)
	const body = `{"clientPublicKey":"test"}`
	config := r.config(t)
	chain := config.Blocks.(*ledger)
	before := eth.Hex(chain.blocks[0].Hash[:])
	url := faulty(t, config, node.Fault{Kind: node.StaleBlockhash})
	chain.blocks = append(chain.blocks, node.Block{Hash: [32]byte{9}, Time: r.Clock})
	_, answer := send(t, url, nodeapi.HandshakePath, body)
	if got := must(nodeapi.ParseHandshakeResponse(answer))(t); got.LatestBlockhash != before {
		t.Errorf("the newest block is %s, want %s", got.LatestBlockhash, before)
	}
	foreign := map[string]bool{}
	for range 2 {
		_, answer = send(t, faulty(t, r.config(t), node.Fault{Kind: node.ForeignBlockhash}), nodeapi.HandshakePath, body)
		foreign[must(nodeapi.ParseHandshakeResponse(answer))(t).LatestBlockhash] = true
	}
	if len(foreign) != 1 || foreign[before] {
		t.Errorf("nodes that name no block name %v", foreign)
	}
	late, _ := send(t, faulty(t, r.config(t), node.Fault{Kind: node.ClockSkew, Seconds: -3600}), nodeapi.HandshakePath, body)
	if date, err := http.ParseTime(late.Header.Get("Date")); err != nil || !date.Equal(r.Clock.Add(-time.Hour).Truncate(time.Second)) {
		t.Errorf("a clock that is an hour behind: the Date header is %v, %v", date, err)
	}
	_, answer = send(t, faulty(t, r.config(t), node.Fault{Kind: node.ErrKeys}), nodeapi.HandshakePath, body)
	if got := must(nodeapi.ParseHandshakeResponse(answer))(t); got.NetworkPublicKey != nodeapi.NoKey {
		t.Errorf("err-keys: %s", answer)
	}
	_, answer = send(t, faulty(t, r.config(t), node.Fault{Kind: node.OtherNetworkKey}), nodeapi.HandshakePath, body)
	got := must(nodeapi.ParseHandshakeResponse(answer))(t)
	if _, err := bls.ParsePublicKey(got.NetworkPublicKey); err != nil || got.NetworkPublicKey == r.BLS.NetworkPubKey || got.SubnetPublicKey != got.NetworkPublicKey {
		t.Errorf("other-network-key: %v %s", err, answer)
	}
}

func TestFaultsDoNotCountEndpointsThatTheyDoNotConcern(t *testing.T) {
	r := readRecorded(t)
	for _, f := range []node.Fault{
		{Kind: node.OtherMessage}, {Kind: node.WrongShare},
	} {
		n := node.New(r.config(t))
		f.Times = 1
		if err := n.SetFault(f); err != nil {
			t.Fatal(err)
		}
		post(t, n, "/web/handshake/", `{"clientPublicKey":"test"}`)
		if got := n.Fault(); got.Kind != f.Kind || got.Times != 1 {
			t.Errorf("%+v", got)
		}
		post(t, n, "/web/sign_session_key/v1", r.SignSessionKeyRequestBody)
		if got := n.Fault(); got.Kind != node.None {
			t.Errorf("%+v", got)
		}
	}
}

func TestFaultsThatMakeNoSense(t *testing.T) {
	for text, want := range map[string]string{
		`{"kind":"melt"}`:                                      `fault kind "melt" is not one of`,
		`{"kind":"clock-skew"}`:                                "needs seconds",
		`{"kind":"clock-skew","seconds":9000000000}`:           "fifty years",
		`{"kind":"slow","seconds":1}`:                          "seconds belong to",
		`{"kind":"rate-limited","status":500}`:                 "neither 402 nor 429",
		`{"kind":"slow","shape":"values"}`:                     "shape belongs to",
		`{"kind":"oversized","shape":"tall"}`:                  "neither spaces nor values",
		`{"kind":"identity-share","path":"handshake"}`:         "concerns [sign_session_key] only",
		`{"kind":"stale-blockhash","path":"sign_session_key"}`: "concerns [handshake] only",
		`{"kind":"wrong-share","path":"handshake"}`:            "concerns [sign_session_key execute pkp_sign] only",
		`{"kind":"foreign-blockhash","path":"pkp_sign"}`:       "concerns [handshake] only",
	} {
		if _, err := node.ParseFault([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	for _, kind := range node.FaultKinds() {
		f := node.Fault{Kind: kind}
		if kind == node.ClockSkew {
			f.Seconds = 1
		}
		if err := f.Check(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
