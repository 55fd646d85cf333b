package nodeapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"
	"time"

	"litsession/internal/fetch"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
)

type wire struct {
	HandshakeRequest          struct{ BodyExample string }
	HandshakeResponse         json.RawMessage
	SignSessionKeyRequestBody string
	SignSessionKeyResponses   []json.RawMessage
}

func read(t testing.TB) (w wire) {
	text, err := os.ReadFile("testdata/wire.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func compact(t testing.TB, text []byte) string {
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// same parses and prints a body: the printed bytes must be the official ones.
func same[T any](t *testing.T, name, body string, parse func([]byte) (T, error), print func(T) []byte) {
	t.Helper()
	v, err := parse([]byte(body))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if got := string(print(v)); got != body {
		t.Errorf("%s:\ngot  %s\nwant %s", name, got, body)
	}
}

func TestBodiesAreTheOfficialBytes(t *testing.T) {
	w := read(t)
	same(t, "handshake request", w.HandshakeRequest.BodyExample,
		nodeapi.ParseHandshakeRequest, nodeapi.HandshakeRequest.JSON)
	same(t, "handshake answer", compact(t, w.HandshakeResponse),
		nodeapi.ParseHandshakeResponse, nodeapi.HandshakeResponse.JSON)
	same(t, "request", w.SignSessionKeyRequestBody,
		nodeapi.ParseSignSessionKeyRequest, nodeapi.SignSessionKeyRequest.JSON)
	for _, r := range w.SignSessionKeyResponses {
		same(t, "answer", compact(t, r),
			nodeapi.ParseSignSessionKeyResponse, nodeapi.SignSessionKeyResponse.JSON)
	}
}

func TestParseSignSessionKeyRequest(t *testing.T) {
	const head = `{"sessionKey":"a","siweMessage":"b","curveType":"BLS"`
	for name, row := range map[string]struct {
		body string
		ok   bool
	}{
		"no auth methods":                  {head + `}`, false},
		"epoch null":                       {head + `,"authMethods":[],"epoch":null}`, false},
		"negative epoch":                   {head + `,"authMethods":[],"epoch":-1}`, false},
		"epoch absent":                     {head + `,"authMethods":[]}`, true},
		"unknown member":                   {head + `,"authMethods":[],"x":1}`, true},
		"null where a value may be absent": {head + `,"authMethods":[],"code":null,"litActionIpfsId":null,"jsParams":null}`, true},
		"half a character":                 {head + `,"authMethods":[],"jsParams":{"a":"\ud83d"}}`, false},
		"auth method without type":         {head + `,"authMethods":[{"accessToken":"x"}]}`, false},
		"auth method without token":        {head + `,"authMethods":[{"authMethodType":1}]}`, false},
		"auth method":                      {head + `,"authMethods":[{"authMethodType":1,"accessToken":"x"}]}`, true},
		"a list":                           {`[]`, false},
		"a number for a string":            {`{"sessionKey":1,"siweMessage":"b","curveType":"BLS","authMethods":[]}`, false},
	} {
		if _, err := nodeapi.ParseSignSessionKeyRequest([]byte(row.body)); (err == nil) != row.ok {
			t.Errorf("%s: got %v", name, err)
		}
	}
	r, err := nodeapi.ParseSignSessionKeyRequest([]byte(head + `,"authMethods":[],"authSig":{}}`))
	if err != nil || !r.HasAuthSig {
		t.Errorf("authSig: got %v, %v", r.HasAuthSig, err)
	}
}

func TestErrorBodyRoundTrip(t *testing.T) {
	e := &nodeapi.Error{
		Kind: "Validation", Code: "NodeLitActionsSessionSigAuthenticationFailed", Status: 401,
		Message: "An error related to validation has occured.", CorrelationID: "lit_1",
		Details: []string{"a", "b"}, Logs: "x\n",
	}
	text := e.JSON()
	e.Body = bytes.Replace(text, []byte(`"x\n"`), []byte(`""`), 1)
	if got := nodeapi.ParseError(401, text); !reflect.DeepEqual(got, e) {
		t.Errorf("got %+v, want %+v", got, e)
	}
}

func TestReasonOfARefusal(t *testing.T) {
	for name, row := range map[string]struct {
		status int
		body   string
		want   literr.Code
		text   string
	}{
		"action said no":       {401, `{"errorKind":"Validation","errorCode":"NodeLitActionsSessionSigAuthenticationFailed","details":["Authentication failed"]}`, literr.NotAuthorized, "NodeLitActionsSessionSigAuthenticationFailed: Authentication failed"},
		"not permitted":        {401, `{"errorKind":"Validation","errorCode":"NodeAuthSigScopeTooLimited","message":"m"}`, literr.NotAuthorized, "NodeAuthSigScopeTooLimited: m"},
		"action threw":         {400, `{"success":false,"error":"Uncaught Error: boom","logs":""}`, literr.ActionFailed, "Uncaught Error: boom"},
		"action ran too long":  {502, `{"errorKind":"Timeout","errorCode":"NodeJsTimeoutError"}`, literr.ActionFailed, "NodeJsTimeoutError: HTTP status 502"},
		"action not found":     {500, `{"errorKind":"IPFS","details":["Error getting ipfs file: Qm"]}`, literr.ActionFailed, "Error getting ipfs file: Qm"},
		"payment required":     {402, `{"message":"Rate limit exceeded.","errorCode":"rate_limit_exceeded"}`, literr.RateLimited, "rate_limit_exceeded: Rate limit exceeded."},
		"overloaded":           {429, `{"errorKind":"Unexpected","errorCode":"NodeConcurrencyOverload"}`, literr.RateLimited, "NodeConcurrencyOverload: HTTP status 429"},
		"message not accepted": {400, `{"errorKind":"Parser","errorCode":"NodeSIWEMessageError"}`, literr.RequestRefused, "NodeSIWEMessageError: HTTP status 400"},
		"a proxy's page":       {502, `<html>`, literr.NodeFault, "HTTP status 502"},
		"nothing":              {500, ``, literr.NodeFault, "HTTP status 500"},
		"a fault":              {500, `{"errorKind":"Unexpected"}`, literr.NodeFault, "HTTP status 500"},
	} {
		e := nodeapi.ParseError(row.status, []byte(row.body))
		if e.Reason() != row.want || e.Error() != row.text {
			t.Errorf("%s: got %s %q", name, e.Reason(), e)
		}
	}
}

func TestClientSendsTheHeadersAndReadsTheAnswer(t *testing.T) {
	w := read(t)
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		want := map[string]string{"Content-Type": "application/json", "Accept": "application/json",
			"X-Lit-SDK-Version": "7.4.0", "X-Lit-SDK-Type": "Typescript", "X-Request-Id": "lit_1"}
		for name, value := range want {
			if r.Header.Get(name) != value {
				t.Errorf("header %s: %q", name, r.Header.Get(name))
			}
		}
		if r.URL.Path != "/web/handshake/" || string(body) != `{"clientPublicKey":"test"}` {
			t.Errorf("got %s %s", r.URL.Path, body)
		}
		out.Header().Set("Content-Type", "application/json; charset=utf-8")
		out.Write(w.HandshakeResponse)
	}))
	defer server.Close()
	c := nodeapi.Client{Fetch: fetch.HTTP{}, RequestID: "lit_1"}
	got, err := c.Handshake(t.Context(), server.URL, nodeapi.HandshakeRequest{ClientPublicKey: "test"})
	if err != nil || string(got.JSON()) != compact(t, w.HandshakeResponse) {
		t.Errorf("got %s, %v", got.JSON(), err)
	}
}

func TestClientFailures(t *testing.T) {
	for name, row := range map[string]struct {
		status      int
		contentType string
		body        string
		want        literr.Code
	}{
		"a page":         {200, "text/html", "<html>", literr.NodeFault},
		"cut JSON":       {200, "application/json", `{"a":`, literr.NodeFault},
		"another object": {200, "application/json", `{}`, literr.NodeFault},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", row.contentType)
			w.WriteHeader(row.status)
			io.WriteString(w, row.body)
		}))
		c := nodeapi.Client{Fetch: fetch.HTTP{}}
		if _, err := c.SignSessionKey(t.Context(), server.URL, nil); !errors.Is(err, row.want) {
			t.Errorf("%s: got %v", name, err)
		}
		server.Close()
		if _, err := c.SignSessionKey(t.Context(), server.URL, nil); !errors.Is(err, literr.NodeUnreachable) {
			t.Errorf("%s, closed: got %v", name, err)
		}
	}
}

func FuzzAnswers(f *testing.F) {
	w := read(f)
	f.Add([]byte(w.HandshakeResponse))
	f.Add([]byte(w.SignSessionKeyResponses[0]))
	f.Add([]byte(w.SignSessionKeyRequestBody))
	f.Add([]byte(`{"errorKind":"Validation","details":["x",1]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_ = nodeapi.ParseError(500, body).Error()
		if r, err := nodeapi.ParseHandshakeResponse(body); err == nil {
			again, err := nodeapi.ParseHandshakeResponse(r.JSON())
			if err != nil || !reflect.DeepEqual(again, r) {
				t.Errorf("%+v became %+v: %v", r, again, err)
			}
		}
		if r, err := nodeapi.ParseSignSessionKeyResponse(body); err == nil {
			again, err := nodeapi.ParseSignSessionKeyResponse(r.JSON())
			if err != nil || again != r {
				t.Errorf("%+v became %+v: %v", r, again, err)
			}
		}
	})
}

// busy answers every request like a node that has too many.
type busy struct{ response fetch.Response }

func (b busy) Fetch(context.Context, fetch.Request) (*fetch.Response, error) { return &b.response, nil }

func TestWaitOfARateLimit(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for name, row := range map[string]struct {
		response fetch.Response
		want     time.Duration
		credit   bool
	}{
		"nothing":          {fetch.Response{Status: 429}, 0, false},
		"seconds":          {fetch.Response{Status: 429, RetryAfter: "7"}, 7 * time.Second, false},
		"too many seconds": {fetch.Response{Status: 429, RetryAfter: "99999999"}, 24 * time.Hour, false},
		"a date":           {fetch.Response{Status: 429, RetryAfter: "Fri, 27 Nov 2026 12:00:09 GMT"}, 0, false},
		"no credit":        {fetch.Response{Status: 402, Body: []byte(`{"errorCode":"rate_limit_exceeded","message":"Rate limit exceeded.  Try again later."}`)}, 0, true},
		"a use on record":  {fetch.Response{Status: 402, Body: []byte(`{"errorCode":"rate_limit_exceeded","message":"Rate limit exceeded.  Try again at 2026-11-27T12:01:00+00:00."}`)}, time.Minute, false},
		"a time gone by":   {fetch.Response{Status: 402, Body: []byte(`{"errorCode":"rate_limit_exceeded","message":"Rate limit exceeded.  Try again at 2025-11-27T12:01:00Z."}`)}, 0, false},
	} {
		_, err := nodeapi.Client{Fetch: busy{row.response}}.SignSessionKey(t.Context(), "http://127.0.0.1:1", nil)
		var refusal *nodeapi.Error
		if !errors.As(err, &refusal) || refusal.Reason() != literr.RateLimited {
			t.Fatalf("%s: got %v", name, err)
		}
		if wait, told := refusal.Wait(now); told != (row.want > 0) || told && wait != row.want || refusal.NeedsCredit() != row.credit {
			t.Errorf("%s: wait %v %v, needs a credit %v", name, wait, told, refusal.NeedsCredit())
		}
	}
}
