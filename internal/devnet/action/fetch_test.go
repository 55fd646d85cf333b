package action_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"litsession/internal/devnet/action"
)

// newServer answers what the tests below ask for.
func newServer(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Method", r.Method)
		w.Header().Add("X-Many", "1")
		w.Header().Add("X-Many", "2")
		w.WriteHeader(201)
		fmt.Fprintf(w, "%s|%s|%x", r.Header.Get("Content-Type"), r.Header.Get("X-Mine"), body)
	})
	mux.HandleFunc("/bytes", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte{0, 128, 255}) })
	mux.HandleFunc("/long", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 2000)) })
	mux.HandleFunc("/here", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/bytes", 302) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://example.com/", 302) })
	mux.HandleFunc("/empty", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) })
	mux.HandleFunc("/hang", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestFetch(t *testing.T) {
	server := newServer(t)
	for _, tt := range []struct{ name, code, want string }{
		{"method, headers and body arrive", `const r = await fetch(at + '/echo', { method: 'put', headers: { 'x-mine': 'é' , host: 'evil' }, body: 'ü' });
			return [r.status, r.ok, r.statusText, r.headers.get('x-method'), r.headers.get('X-MANY'), await r.text()].join()`, "201,true,Created,PUT,1, 2,text/plain;charset=UTF-8|é|c3bc"},
		{"a Request can be fetched", `return (await (await fetch(new Request(at + '/echo', { method: 'POST', body: new Uint8Array([0, 255]) }))).text())`, "||00ff"},
		{"bytes are kept", `return new Uint8Array(await (await fetch(at + '/bytes')).arrayBuffer()).join()`, "0,128,255"},
		{"a redirect is followed", `const r = await fetch(at + '/here'); return [r.redirected, r.url.slice(at.length), r.status].join()`, "true,/bytes,200"},
		{"a redirect can be looked at", `const r = await fetch(at + '/here', { redirect: 'manual' }); return [r.status, r.headers.get('location')].join()`, "302,/bytes"},
		{"a redirect can be refused", `return fetch(at + '/here', { redirect: 'error' }).then(String, (e) => e.name)`, "TypeError"},
		{"a redirect to a foreign host is refused", `return fetch(at + '/away').catch((e) => e.message)`, "fetch: this network lets actions reach loopback addresses only; start it with --allow-fetch example.com to let them reach example.com"},
		{"an empty response has no body", `return '[' + await (await fetch(at + '/empty')).text() + ']'`, "[]"},
		{"HEAD has no body", `return '[' + await (await fetch(at + '/long', { method: 'HEAD' })).text() + ']'`, "[]"},
		{"a closed port is a TypeError", `return fetch('http://127.0.0.1:1/').catch((e) => e.name + e.message.slice(0, 57))`, "TypeErrorerror sending request for url (http://127.0.0.1:1/): dial "},
		{"it can be aborted", `const c = new AbortController(); setTimeout(() => c.abort(), 5); return fetch(at + '/hang', { signal: c.signal }).catch((e) => e.name)`, "AbortError"},
		{"it can time out", `return fetch(at + '/hang', { signal: AbortSignal.timeout(5) }).catch((e) => e.name)`, "TimeoutError"},
		{"many at once", `return (await Promise.all(Array.from({ length: 20 }, () => fetch(at + '/bytes').then((r) => r.status)))).join('')`, strings.Repeat("200", 20)},
		{"a body that is too long is refused", `return fetch(at + '/long').catch((e) => e.message.slice(-26))`, "is longer than 1000 bytes"},
		{"the log lists requests", `await fetch(at + '/bytes'); return litInternalFetchDebugLog.map((x) => x.method + x.url.slice(at.length)).join()`, "GET/bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code := `(async () => { LitActions.setResponse({ response: String(await (async () => { ` + tt.code + ` })()) }) })()`
			limits := action.Limits{FetchBody: 1000}
			got, err := newRuntime(t).Run(t.Context(), action.Request{Code: code, Params: []byte(`{"at":"` + server.URL + `"}`), Limits: limits})
			if err != nil || strings.TrimSpace(got.Response) != strings.TrimSpace(tt.want) {
				t.Errorf("got %q and %v, want %q", got.Response, err, tt.want)
			}
		})
	}
}

func TestFetchLimit(t *testing.T) {
	var served atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
	defer server.Close()
	_, err := newRuntime(t).Run(t.Context(), action.Request{Code: `(async () => { for (let i = 0; i < 51; i++) await fetch(at); })()`, Params: []byte(`{"at":"` + server.URL + `"}`)})
	var failed *action.Error
	const want = "Uncaught (in promise) Error: You may not send more than 50 HTTP requests per session and you have attempted to exceed that limit."
	if !errors.As(err, &failed) || !strings.HasPrefix(failed.Message, want) || served.Load() != 50 {
		t.Errorf("%d requests and %v", served.Load(), err)
	}
}

func TestFetchEndsWithItsRun(t *testing.T) {
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		close(ended)
	}))
	defer server.Close()
	_, err := newRuntime(t).Run(t.Context(), action.Request{
		Code: `fetch(at); setTimeout(() => { throw new Error('enough') }, 20)`, Params: []byte(`{"at":"` + server.URL + `"}`),
	})
	if err == nil || !strings.Contains(err.Error(), "enough") {
		t.Fatalf("got %v", err)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the request went on")
	}
}

func TestFetchPolicy(t *testing.T) {
	server := newServer(t)
	var asked []string
	policy := action.FetchPolicy{Client: server.Client(), Allow: func(host string) bool {
		asked = append(asked, host)
		return host != "localhost"
	}}
	code := `(async () => { for (const u of [at, 'http://LOCALHOST:1/', 'http://0x7f000001:1/', 'http://[::1]:1/']) await fetch(u + '/bytes').catch(() => {}) })()`
	if _, err := newRuntime(t).Run(t.Context(), action.Request{Code: code, Params: []byte(`{"at":"` + server.URL + `"}`), Fetch: policy}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(asked, " "); got != "127.0.0.1 localhost 127.0.0.1 ::1" {
		t.Errorf("asked about %s", got)
	}
}
