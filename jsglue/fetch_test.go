//go:build js

package jsglue_test

import (
	"context"
	"errors"
	"strings"
	"syscall/js"
	"testing"

	"litsession/internal/fetch"
	"litsession/jsglue"
)

func pageFetch() jsglue.Fetch { return jsglue.Fetch{Hook: eval(`(url, init) => fetch(url, init)`)} }

// answer returns a Fetcher that answers with what source says: an expression
// of url and init. What it saw is in the object it also returns.
func answer(source string) (jsglue.Fetch, js.Value) {
	made := eval(`(() => { const saw = {cancelled: 0}; return {saw, hook: async (url, init) => { Object.assign(saw, {url, init}); return (` + source + `) }} })()`)
	return jsglue.Fetch{Hook: made.Get("hook")}, made.Get("saw")
}

func TestFetchOverTheNetwork(t *testing.T) {
	response, err := pageFetch().Fetch(context.Background(), fetch.Request{Method: "GET", URL: "/wasm_exec.js"})
	if err != nil {
		t.Fatal(err)
	}
	if response.Status != 200 || !strings.Contains(response.ContentType, "javascript") || !strings.Contains(string(response.Body), "class") {
		t.Errorf("status %d, type %q, %d bytes", response.Status, response.ContentType, len(response.Body))
	}
}

func TestFetchRequest(t *testing.T) {
	f, saw := answer(`new Response(init.body)`)
	response, err := fetch.PostJSON(context.Background(), f, "http://node/path", []byte(`{"a":"é"}`), fetch.Header{Name: "X-Request-Id", Value: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if string(response.Body) != `{"a":"é"}` {
		t.Errorf("body %q", response.Body)
	}
	wantText(t, saw, "url", "http://node/path")
	wantText(t, saw.Get("init"), "method", "POST")
	got := eval(`(init) => JSON.stringify(Object.entries(init.headers).sort())`).Invoke(saw.Get("init")).String()
	if got != `[["Accept","application/json"],["Content-Type","application/json"],["X-Request-Id","1"]]` {
		t.Errorf("headers %s", got)
	}
	f, saw = answer(`new Response("")`)
	if _, err := f.Fetch(context.Background(), fetch.Request{Method: "GET", URL: "http://node/"}); err != nil {
		t.Fatal(err)
	}
	if !saw.Get("init").Get("body").IsUndefined() {
		t.Error("a GET has a body")
	}
}

func TestFetchAnswers(t *testing.T) {
	tests := []struct {
		name, source string
		want         fetch.Response
		wantErr      string
	}{
		{name: "a refusal is an answer", source: `new Response("{}", {status: 401, headers: {"content-type": "application/json"}})`,
			want: fetch.Response{Status: 401, ContentType: "application/json", Body: []byte("{}")}},
		{name: "no body", source: `new Response(null, {status: 204})`, want: fetch.Response{Status: 204}},
		{name: "an empty body", source: `new Response("", {headers: {"content-type": "x/y"}})`, want: fetch.Response{Status: 200, ContentType: "x/y"}},
		{name: "many chunks", source: `new Response(new ReadableStream({start(c) { for (const s of ["ab", "", "cd"]) c.enqueue(new TextEncoder().encode(s)); c.close() }}))`,
			want: fetch.Response{Status: 200, Body: []byte("abcd")}},
		{name: "exactly the limit", source: `new Response("x".repeat(10))`, want: fetch.Response{Status: 200, ContentType: "text/plain;charset=UTF-8", Body: []byte("xxxxxxxxxx")}},
		{name: "a stream that breaks", source: `new Response(new ReadableStream({start(c) { c.enqueue(new Uint8Array(1)); c.error(new Error("reset")) }}))`, wantErr: "reset"},
		{name: "a chunk of text", source: `new Response(new ReadableStream({start(c) { c.enqueue("text"); c.close() }}))`, wantErr: "Uint8Array"},
		{name: "an opaque answer", source: `Response.error()`, wantErr: "no HTTP status"},
		{name: "undefined", source: `undefined`, wantErr: "TypeError"},
		{name: "a string", source: `"hello"`, wantErr: "TypeError"},
		{name: "an empty object", source: `({})`, wantErr: "no HTTP status"},
		{name: "a bigint as status", source: `({status: 200n})`, wantErr: "no HTTP status"},
		{name: "no headers", source: `({status: 200})`, wantErr: "TypeError"},
		{name: "throwing headers", source: `({status: 200, get headers() { throw new Error("hostile") }})`, wantErr: "hostile"},
		{name: "an object as content type", source: `({status: 200, headers: {get: () => ({})}})`, wantErr: "want a string"},
		{name: "no stream", source: `({status: 200, headers: new Headers(), body: {}})`, wantErr: "TypeError"},
		{name: "a reader that answers nothing", source: `({status: 200, headers: new Headers(), body: {getReader: () => ({read: () => undefined})}})`, wantErr: "TypeError"},
		{name: "a reader that ends with a bigint", source: `({status: 200, headers: new Headers(), body: {getReader: () => ({read: () => ({done: 1n})})}})`, wantErr: "want a Uint8Array, got undefined"},
		{name: "a reader that throws, also when cancelled", source: `({status: 200, headers: new Headers(), body: {getReader: () => ({read() { throw new Error("no read") }, cancel() { throw new Error("no cancel") }})}})`, wantErr: "no read"},
		{name: "a rejection", source: `(() => { throw new TypeError("Failed to fetch") })()`, wantErr: "Failed to fetch"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, _ := answer(test.source)
			got, err := f.Fetch(context.Background(), fetch.Request{Method: "GET", URL: "http://node/", MaxBytes: 10})
			if test.wantErr != "" {
				wantErrorText(t, err, test.wantErr)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != test.want.Status || got.ContentType != test.want.ContentType || string(got.Body) != string(test.want.Body) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestFetchHookThatThrows(t *testing.T) {
	for _, source := range []string{`() => { throw new Error("sync") }`, `undefined`, `new Proxy(() => {}, {apply() { throw new Error("sync") }})`} {
		_, err := jsglue.Fetch{Hook: eval(source)}.Fetch(context.Background(), fetch.Request{Method: "GET", URL: "http://node/"})
		var exception *jsglue.Exception
		if !errors.As(err, &exception) {
			t.Errorf("%s: got %v", source, err)
		}
	}
}

func TestFetchStopsAtTheLimit(t *testing.T) {
	f, saw := answer(`new Response(new ReadableStream({
		pull(c) { saw.pulled = (saw.pulled ?? 0) + 1; c.enqueue(new Uint8Array(4)) },
		cancel() { saw.cancelled++ },
	}))`)
	_, err := f.Fetch(context.Background(), fetch.Request{Method: "GET", URL: "http://node/", MaxBytes: 10})
	if !errors.Is(err, fetch.ErrTooLarge) {
		t.Fatalf("got %v", err)
	}
	if saw.Get("cancelled").Int() != 1 {
		t.Error("the endless stream was not cancelled")
	}
	if pulled := saw.Get("pulled").Int(); pulled > 6 {
		t.Errorf("%d chunks pulled for 10 bytes", pulled)
	}
	if !saw.Get("init").Get("signal").Get("aborted").Bool() {
		t.Error("the request was not aborted")
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	const never = `new Promise(() => {})`
	const endless = `new Response(new ReadableStream({cancel() { saw.cancelled++ }}))`
	for name, source := range map[string]string{"before the answer": never, "in the body": endless} {
		t.Run(name, func(t *testing.T) {
			f, saw := answer(source)
			why := errors.New("had enough")
			ctx, cancel := context.WithCancelCause(context.Background())
			failed := make(chan error)
			go func() {
				_, err := f.Fetch(ctx, fetch.Request{Method: "GET", URL: "http://node/"})
				failed <- err
			}()
			nextTask()
			cancel(why)
			if err := <-failed; !errors.Is(err, why) {
				t.Errorf("got %v", err)
			}
			if !saw.Get("init").Get("signal").Get("aborted").Bool() {
				t.Error("the request was not aborted")
			}
			if name == "in the body" && saw.Get("cancelled").Int() != 1 {
				t.Error("the stream was not cancelled")
			}
		})
	}
	t.Run("already", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		f, saw := answer(never)
		if _, err := f.Fetch(ctx, fetch.Request{Method: "GET", URL: "http://node/"}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if !saw.Get("url").IsUndefined() {
			t.Error("a request was made")
		}
	})
}

func TestFetchRefusesCredentials(t *testing.T) {
	f, saw := answer(`new Response("")`)
	tests := map[string]bool{
		"http://user:secret@node/":          false,
		"https://user:secret@node:1?x":      false,
		"https://secret@node":               false,
		"//user:secret@node/":               false,
		"http://node/a@b":                   true,
		"http://node?q=a@b":                 true,
		"http://node#a@b":                   true,
		"http://node/redirect//user@other/": true,
	}
	for url, want := range tests {
		_, err := f.Fetch(context.Background(), fetch.Request{Method: "GET", URL: url})
		if (err == nil) != want {
			t.Errorf("%s: %v", url, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the message says %q", url, err)
		}
	}
	if strings.Contains(saw.Get("url").String(), "secret") {
		t.Error("the secret was sent")
	}
}
