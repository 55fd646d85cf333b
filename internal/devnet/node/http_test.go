package node_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"litsession/internal/devnet/action"
	"litsession/internal/devnet/node"
	"litsession/internal/nodeapi"
)

func TestAnyOriginMayAsk(t *testing.T) {
	n := node.New(readRecorded(t).config(t))
	ask := httptest.NewRequest(http.MethodOptions, "/web/sign_session_key/v1", nil)
	ask.Header.Set("Origin", "https://dapp.example")
	ask.Header.Set("Access-Control-Request-Method", "POST")
	ask.Header.Set("Access-Control-Request-Headers", "content-type,x-lit-sdk-type,x-lit-sdk-version,x-request-id")
	ask.Header.Set("Access-Control-Request-Private-Network", "true")
	w := httptest.NewRecorder()
	n.ServeHTTP(w, ask)
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin":          "https://dapp.example",
		"Access-Control-Allow-Credentials":     "true",
		"Access-Control-Allow-Methods":         "GET, POST, PATCH",
		"Access-Control-Allow-Headers":         "content-type,x-lit-sdk-type,x-lit-sdk-version,x-request-id",
		"Access-Control-Allow-Private-Network": "true",
		"X-Lit-Node-Version":                   node.Version,
		"Vary":                                 "Origin",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if w.Code != http.StatusNoContent || n.Requests()[node.SignSessionKey] != 0 {
		t.Errorf("status %d, counted %d", w.Code, n.Requests()[node.SignSessionKey])
	}
}

func TestHandshakeRefusals(t *testing.T) {
	for _, tt := range []struct{ name, header, value, body, want string }{
		{"no request id", "X-Request-Id", "", `{"clientPublicKey":"test"}`,
			`{"details":["Missing header X-Request-Id"],"errorCode":"CoreApiMissingRequiredXRequestIdHeader","errorKind":"Validation","message":"` + validation + `","status":400}`},
		{"version 0.0.0", "X-Lit-SDK-Version", "0.0.0", `{"clientPublicKey":"test"}`,
			`{"details":["Invalid header X-Lit-SDK-Version"],"errorCode":"CoreApiInvalidXSDKVersionHeader","errorKind":"Validation","message":"` + validation + `","status":400}`},
		{"a version that is none", "X-Lit-SDK-Version", "7.4", `{"clientPublicKey":"test"}`,
			`{"details":["Invalid header X-Lit-SDK-Version"],"errorCode":"CoreApiInvalidXSDKVersionHeader","errorKind":"Validation","message":"` + validation + `","status":400}`},
		{"no clientPublicKey", "X-Lit-SDK-Version", "7.4.0", `{}`,
			"{\"details\":[\"member `clientPublicKey` is not a string\"],\"errorCode\":\"NodeBadInput\",\"errorKind\":\"Unexpected\",\"message\":\"This usually means your JSON body is wrong. Please check that every required member is there and of the type that the API documentation gives it.\",\"status\":422}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/web/handshake/", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-Request-Id", "lit_1")
			r.Header.Set(tt.header, tt.value)
			w := httptest.NewRecorder()
			node.New(readRecorded(t).config(t)).ServeHTTP(w, r)
			if got := w.Body.String(); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestHandshakeWithoutAKey(t *testing.T) {
	config := readRecorded(t).config(t)
	config.Keys = node.Keys{}
	w := post(t, node.New(config), "/web/handshake/", `{"clientPublicKey":"test"}`)
	answer := must(nodeapi.ParseHandshakeResponse(w.Body.Bytes()))(t)
	if w.Code != http.StatusOK || answer.NetworkPublicKey != nodeapi.NoKey || answer.ServerPublicKey != nodeapi.NoKey || answer.LatestBlockhash == "0x" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestWithoutAVersionTheClientIsTakenForAnOldOne(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/web/handshake", strings.NewReader(`{"clientPublicKey":""}`))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("X-Correlation-Id", "any")
	w := httptest.NewRecorder()
	node.New(readRecorded(t).config(t)).ServeHTTP(w, r)
	if answer := must(nodeapi.ParseHandshakeResponse(w.Body.Bytes()))(t); answer.ClientSDKVersion != "1.2.60" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestWhatIsNotServed(t *testing.T) {
	n := node.New(readRecorded(t).config(t))
	for path, want := range map[string]string{
		"/web/claim": `{"message":"There is no such endpoint","errorCode":"not_found"}`,
	} {
		if w := post(t, n, path, `{}`); w.Body.String() != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for method, contentType := range map[string]string{"POST": "text/plain", "GET": "application/json"} {
		r := httptest.NewRequest(method, "/web/handshake/", strings.NewReader(`{}`))
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		n.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s %s: %d", method, contentType, w.Code)
		}
	}
}

// endless is a body of zeros.
type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestTheBodyIsBounded(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/web/handshake/", endless{})
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	node.New(readRecorded(t).config(t)).ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", w.Code)
	}
}

// stuck is an IPFS that never answers.
type stuck struct{}

func (stuck) ActionCode(ctx context.Context, _ string) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

// stuckPermissions is a chain that never answers.
type stuckPermissions struct{ *ledger }

func (stuckPermissions) PermittedAuthMethods(ctx context.Context, _ [32]byte) ([]node.AuthMethod, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestTimeouts(t *testing.T) {
	r := readRecorded(t)
	t.Run("a request has 60 s", func(t *testing.T) {
		config := r.config(t)
		config.Permissions = stuckPermissions{config.Permissions.(*ledger)}
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			w := post(t, node.New(config), "/web/sign_session_key/v1", r.SignSessionKeyRequestBody)
			const want = `{"message":"Request timed out","errorCode":"request_timeout"}`
			if took := time.Since(begin); w.Code != http.StatusRequestTimeout || w.Body.String() != want || took != 60*time.Second {
				t.Errorf("%d %s after %s", w.Code, w.Body, took)
			}
		})
	})
	t.Run("a file has 30 s", func(t *testing.T) {
		config := r.config(t)
		config.Host = action.Host{Code: stuck{}}
		request := r.request(t)
		request.Code, request.IPFSID = "", r.LitActionCID
		synctest.Test(t, func(t *testing.T) {
			w := post(t, node.New(config), "/web/sign_session_key/v1", string(request.JSON()))
			if e := nodeapi.ParseError(w.Code, w.Body.Bytes()); e.Kind != "IPFS" || e.Status != 500 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	})
}

func TestSlowWaitsAsLongAsItSays(t *testing.T) {
	config := readRecorded(t).config(t)
	config.Random = func(n int64) int64 { return n - 1 }
	synctest.Test(t, func(t *testing.T) {
		n := node.New(config)
		if err := n.SetFault(node.Fault{Kind: node.Slow, DelayMS: 800, JitterMS: 200, Path: node.Handshake, Times: 2}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []time.Duration{time.Second, time.Second, 0} {
			begin := time.Now()
			post(t, n, "/web/execute/v1", `{}`)
			if w := post(t, n, "/web/handshake/", `{"clientPublicKey":"test"}`); w.Code != http.StatusOK || time.Since(begin) != want {
				t.Errorf("%d after %s, want %s", w.Code, time.Since(begin), want)
			}
		}
		if got := n.Fault(); got.Kind != node.None || got.Times != 0 {
			t.Errorf("the fault is not over: %+v", got)
		}
	})
}

func TestHTTPErrorHasABodyOfTheNodesOwn(t *testing.T) {
	n := node.New(readRecorded(t).config(t))
	if err := n.SetFault(node.Fault{Kind: node.HTTPError}); err != nil {
		t.Fatal(err)
	}
	w := post(t, n, "/web/handshake/", `{}`)
	if e := nodeapi.ParseError(w.Code, w.Body.Bytes()); w.Code != 500 || e.Code != "NodeSystemFault" || e.Status != 500 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func FuzzParseFault(f *testing.F) {
	f.Add([]byte(`{"kind":"slow","delayMs":800,"jitterMs":200,"path":"sign_session_key","times":3}`))
	f.Add([]byte(`{"kind":"http-error","status":503,"body":{"a":[1]}}`))
	f.Add([]byte(`{"kind":"none"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		fault, err := node.ParseFault(text)
		if err != nil {
			return
		}
		printed := must(json.Marshal(fault))(t)
		again, err := node.ParseFault(printed)
		if reprinted := must(json.Marshal(again))(t); err != nil || string(reprinted) != string(printed) {
			t.Errorf("%s became %s: %v", printed, reprinted, err)
		}
	})
}
