//go:build js

package jsglue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall/js"

	"litsession/internal/fetch"
)

// Fetch is the [fetch.Fetcher] over a fetch function of JavaScript.
type Fetch struct {
	Hook js.Value // (url, {method, headers, body?, signal}) => Promise<Response>
}

var _ fetch.Fetcher = Fetch{}

// Fetch implements [fetch.Fetcher]. When ctx ends, or the answer proves too
// long, the request is aborted and its connection let go. A URL that carries
// credentials is refused: browsers do so too, but print it in their message.
func (f Fetch) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	if hasCredentials(r.URL) {
		return nil, errors.New("fetch: the URL carries credentials")
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("fetch: %w", context.Cause(ctx))
	}
	controller := js.Global().Get("AbortController").New()
	// After the last byte it does nothing. A listener of a patched fetch that
	// throws is not ours to report.
	defer func() { _, _ = Call(controller, "abort") }()
	promise, err := Invoke(f.Hook, r.URL, requestInit(r, controller.Get("signal")))
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	response, err := Await(ctx, promise)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	answer, err := head(response)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if answer.Body, err = body(ctx, response, r.BodyLimit()); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return answer, nil
}

// hasCredentials reports whether the authority of a URL holds an "@".
func hasCredentials(url string) bool {
	_, rest, _ := strings.Cut(url, "//")
	if end := strings.IndexAny(rest, `/\?#`); end >= 0 {
		rest = rest[:end]
	}
	return strings.Contains(rest, "@")
}

func requestInit(r fetch.Request, signal js.Value) map[string]any {
	headers := make(map[string]any, len(r.Header))
	for _, line := range r.Header {
		headers[line.Name] = line.Value
	}
	init := map[string]any{"method": r.Method, "headers": headers, "signal": signal}
	if len(r.Body) > 0 { // fetch refuses even an empty body with GET
		init["body"] = Uint8Array(r.Body)
	}
	return init
}

// head takes status and headers of a response.
func head(response js.Value) (*fetch.Response, error) {
	status, err := Get(response, "status")
	if err != nil {
		return nil, err
	}
	if TypeOf(status) != "number" || status.Int() < 100 || status.Int() > 999 {
		return nil, errors.New("no HTTP status") // 0 is an opaque answer, of a no-cors request
	}
	headers, err := Get(response, "headers")
	if err != nil {
		return nil, err
	}
	answer := &fetch.Response{Status: status.Int()}
	if answer.ContentType, err = header(headers, "content-type"); err != nil {
		return nil, err
	}
	if answer.Date, err = header(headers, "date"); err != nil {
		return nil, err
	}
	answer.RetryAfter, err = header(headers, "retry-after")
	return answer, err
}

// header reads a header line; "" when it is absent or kept from the page.
func header(headers js.Value, name string) (string, error) {
	value, err := Call(headers, "get", name)
	if err != nil || value.IsNull() {
		return "", err
	}
	return String(value, maxMessageLength)
}

// body reads the response's stream to its end, or gives it up.
func body(ctx context.Context, response js.Value, limit int64) ([]byte, error) {
	stream, err := Get(response, "body")
	if err != nil || stream.IsNull() { // null: an answer that has no body, as 204
		return nil, err
	}
	reader, err := Call(stream, "getReader")
	if err != nil {
		return nil, err
	}
	var read []byte
	for {
		chunk, done, err := next(ctx, reader, limit-int64(len(read)))
		if err != nil {
			cancel(reader)
			return nil, err
		}
		if done {
			return read, nil
		}
		read = append(read, chunk...)
	}
}

// next reads one chunk of at most limit bytes.
func next(ctx context.Context, reader js.Value, limit int64) (chunk []byte, done bool, err error) {
	promise, err := Call(reader, "read")
	if err != nil {
		return nil, false, err
	}
	result, err := Await(ctx, promise)
	if err != nil {
		return nil, false, err
	}
	end, err := Get(result, "done")
	if err != nil || end.Equal(js.ValueOf(true)) {
		return nil, true, err
	}
	view, err := Get(result, "value")
	if err != nil {
		return nil, false, err
	}
	chunk, err = Bytes(view, limit)
	if errors.Is(err, errTooLong) {
		err = fetch.ErrTooLarge
	}
	return chunk, false, err
}

// cancel gives a stream up. Its promise is watched, not waited for: a stream
// that has failed already rejects it, and the page would see that unhandled.
func cancel(reader js.Value) {
	if promise, err := Call(reader, "cancel"); err == nil {
		_, _ = settlement(promise)
	}
}
