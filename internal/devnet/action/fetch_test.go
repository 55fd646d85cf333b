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

// allowed is the policy that lets actions reach hosts and nothing else.
func allowed(t testing.TB, hosts ...string) action.FetchPolicy {
	t.Helper()
	all, err := action.AllowHosts(hosts...)
	if err != nil {
		t.Fatal(err)
	}
	return action.FetchPolicy{Allowed: all}
}

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
	mux.HandleFunc("/here", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/bytes", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://example.com/", http.StatusFound)
	})
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
		{"a redirect to a foreign host is refused", `return fetch(at + '/away').catch((e) => e.message)`, "fetch: this network does not let actions reach example.com:80; start it with --allow-fetch example.com:80 to let them"},
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
			got, err := newRuntime(t).Run(t.Context(), action.Request{Code: code, Params: []byte(`{"at":"` + server.URL + `"}`), Fetch: allowed(t, "127.0.0.1"), Limits: limits})
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
	_, err := newRuntime(t).Run(t.Context(), action.Request{Code: `(async () => { for (let i = 0; i < 51; i++) await fetch(at); })()`, Params: []byte(`{"at":"` + server.URL + `"}`), Fetch: allowed(t, "127.0.0.1")})
	var failed *action.Error
	const want = "Uncaught (in promise) Error: You may not send more than 50 HTTP requests per session and you have attempted to exceed that limit."
	if !errors.As(err, &failed) || !strings.HasPrefix(failed.Message, want) || served.Load() != 50 {
		t.Errorf("%d requests and %v", served.Load(), err)
	}
}

func TestFetchEndsWithItsRun(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/begun" {
			<-begun
			return
		}
		close(begun)
		<-r.Context().Done()
		close(ended)
	}))
	defer server.Close()
	_, err := newRuntime(t).Run(t.Context(), action.Request{
		Code: `fetch(at); fetch(at + '/begun').then(() => { throw new Error('enough') })`, Params: []byte(`{"at":"` + server.URL + `"}`), Fetch: allowed(t, "127.0.0.1"),
	})
	if err == nil || !strings.Contains(err.Error(), "enough") {
		t.Fatalf("got %v", err)
	}
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("the request went on")
	}
}

func TestFetchPolicy(t *testing.T) {
	server := newServer(t)
	port := server.URL[strings.LastIndex(server.URL, ":")+1:]
	for _, tt := range []struct {
		name    string
		allowed []string
		address string
		want    string // "reached", "refused" before anything is dialled, or "tried"
	}{
		{"loopback", nil, "http://127.0.0.1:" + port, "refused"},
		{"loopback in other words", nil, "http://0x7f000001:" + port, "refused"},
		{"localhost", nil, "http://LOCALHOST:" + port, "refused"},
		{"IPv6 loopback", nil, "http://[::1]:" + port, "refused"},
		{"allowed loopback", []string{"127.0.0.1:" + port}, "http://127.0.0.1:" + port, "reached"},
		{"allowed loopback in other words", []string{"127.0.0.1"}, "http://2130706433:" + port, "reached"},
		{"allowed loopback does not mean localhost", []string{"127.0.0.1"}, "http://localhost:" + port, "refused"},
		{"allowed localhost", []string{"localhost:" + port}, "http://LocalHost:" + port, "reached"},
		{"allowed localhost by its address", []string{"localhost:" + port}, "http://127.0.0.1:" + port, "reached"},
		{"another port of localhost", []string{"localhost:1"}, "http://localhost:" + port, "refused"},
		{"allowed IPv6 loopback", []string{"[::1]"}, "http://[::1]:1", "tried"},
		{"loopback beside what is allowed", []string{"example.com"}, "http://127.0.0.1:" + port, "refused"},
		{"an address that is none", nil, "http://0.0.0.0:" + port, "refused"},
		{"an address of a network", nil, "http://192.0.2.1", "refused"},
		{"a name", nil, "http://example.invalid", "refused"},
		{"an allowed name", []string{"example.invalid"}, "http://example.invalid:81", "tried"},
		{"an allowed name in another case", []string{"EXAMPLE.invalid"}, "http://Example.Invalid", "tried"},
		{"an allowed name in Unicode", []string{"bücher.invalid"}, "http://xn--bcher-kva.invalid", "tried"},
		{"a name below", []string{"example.invalid"}, "http://a.example.invalid", "refused"},
		{"a name above", []string{"a.example.invalid"}, "http://example.invalid", "refused"},
		{"an allowed port", []string{"example.invalid:443"}, "https://example.invalid", "tried"},
		{"another port", []string{"example.invalid:443"}, "http://example.invalid", "refused"},
		{"the second that is allowed", []string{"a.invalid", "b.invalid:80"}, "http://b.invalid", "tried"},
		{"an allowed address", []string{"0.0.0.0:" + port}, "http://0.0.0.0:" + port, "reached"},
		{"an allowed IPv6 address", []string{"[::]:" + port}, "http://[0:0::0]:" + port, "tried"},
		{"an allowed IPv6 address without brackets", []string{"::"}, "http://[::]:1", "tried"},
		{"an allowed address in other words", []string{"0"}, "http://0.0.0.0:1", "tried"},
		{"another scheme", []string{"example.invalid"}, "ftp://example.invalid", "refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newRuntime(t).Run(t.Context(), action.Request{
				Code:   `fetch(at + '/bytes').then(() => 'reached', (e) => e.name + ' ' + e.message).then((response) => LitActions.setResponse({ response }))`,
				Params: []byte(`{"at":"` + tt.address + `"}`), Fetch: allowed(t, tt.allowed...),
			})
			if err != nil {
				t.Fatal(err)
			}
			outcome := "reached"
			switch {
			case strings.HasPrefix(got.Response, "TypeError error sending request"):
				outcome = "tried"
			case strings.HasPrefix(got.Response, "TypeError fetch: "):
				outcome = "refused"
			}
			// A machine may refuse or allow connections to :: and 0.0.0.0.
			if outcome != tt.want && !(tt.want != "refused" && outcome != "refused" && strings.Contains(tt.address, "0")) {
				t.Errorf("got %s", got.Response)
			}
		})
	}
}

func TestHostsThatCannotBeAllowed(t *testing.T) {
	for _, host := range []string{"", "http://example.com", "example.com/", "example.com:", "example.com:0", "example.com:65536", "example.com:x", "a b", "user@example.com", "exa mple", "[::1", "1.2.3.4.5", "*.example.com/x", "a?b", "a#b", ":80"} {
		if _, err := action.AllowHosts("example.com", host); err == nil {
			t.Errorf("%q was taken", host)
		}
	}
}
