package action

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// fetchRequest is what the prelude sends.
type fetchRequest struct {
	Method   string      `json:"method"`
	URL      string      `json:"url"`
	Headers  [][2]string `json:"headers"`
	Redirect string      `json:"redirect"`
}

// fetchResponse is what it gets, with the body beside.
type fetchResponse struct {
	URL        string      `json:"url"`
	Redirected bool        `json:"redirected"`
	Status     int         `json:"status"`
	StatusText string      `json:"statusText"`
	Headers    [][2]string `json:"headers"`
}

// withBytes is an answer with bytes beside its JSON, which are on the budget with so many bytes until it is settled.
type withBytes struct {
	value    any
	bytes    []byte
	reserved int64
}

// bodyReader reads a response body on the budget.
type bodyReader struct {
	from     io.Reader
	budget   *budget
	reserved int64
}

func (r *bodyReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if !r.budget.reserve(uintptr(n)) {
		return 0, errors.New("no memory for the response")
	}
	r.reserved += int64(n)
	return n, err
}

func (x *run) askFetch(args arguments) (answering, error) {
	if err := x.budget.fetches.take(); err != nil {
		return nil, err
	}
	var asked fetchRequest
	if err := json.Unmarshal([]byte(args.text(0)), &asked); err != nil {
		return nil, fmt.Errorf("internal error: %w", err)
	}
	body := args.bytes(1)
	return func(ctx context.Context) (any, error) { return x.fetch(ctx, asked, body) }, nil
}

// hopHeaders are set by the HTTP client and by nobody else.
var hopHeaders = map[string]bool{
	"connection": true, "content-length": true, "host": true, "keep-alive": true, "te": true, "trailer": true,
	"transfer-encoding": true, "upgrade": true, "proxy-connection": true, "expect": true,
}

func (x *run) fetch(ctx context.Context, asked fetchRequest, upload []byte) (any, error) {
	ctx = context.WithValue(ctx, policyKey{}, x.req.Fetch)
	req, err := http.NewRequestWithContext(ctx, asked.Method, asked.URL, bytes.NewReader(upload))
	if err != nil {
		return nil, typeErrorf("fetch: %v", err)
	}
	for _, h := range asked.Headers {
		if !hopHeaders[strings.ToLower(h[0])] {
			req.Header.Add(h[0], h[1])
		}
	}
	if upload == nil {
		req.Body, req.GetBody = nil, nil
	}
	resp, err := x.fetchClient(asked.Redirect).Do(req)
	if err != nil {
		return nil, fetchError(asked.URL, err)
	}
	defer resp.Body.Close()
	limit := int64(x.budget.limits.FetchBody)
	body := &bodyReader{from: io.LimitReader(resp.Body, limit+1), budget: x.budget}
	content, err := io.ReadAll(body)
	answer := withBytes{value: responseMeta(resp, asked.URL), bytes: content, reserved: body.reserved}
	if err == nil && int64(len(content)) <= limit {
		return answer, nil
	}
	x.budget.release(body.reserved)
	if err != nil {
		return nil, fetchError(asked.URL, err)
	}
	return nil, typeErrorf("fetch: the response of %s is longer than %d bytes", asked.URL, limit)
}

func responseMeta(resp *http.Response, asked string) fetchResponse {
	meta := fetchResponse{URL: resp.Request.URL.String(), Status: resp.StatusCode, Headers: [][2]string{}}
	meta.Redirected = resp.Request.Response != nil
	if !meta.Redirected {
		meta.URL, _, _ = strings.Cut(asked, "#")
	}
	_, meta.StatusText, _ = strings.Cut(resp.Status, " ")
	for name, values := range resp.Header {
		for _, value := range values {
			meta.Headers = append(meta.Headers, [2]string{strings.ToLower(name), value})
		}
	}
	return meta
}

// errNoRedirect ends a request whose redirect mode is "error".
var errNoRedirect = errors.New("the server redirects")

// fetchClient returns the runtime's client with that way to treat redirects.
func (x *run) fetchClient(redirect string) *http.Client {
	checked := *x.runtime.client
	checked.CheckRedirect = func(_ *http.Request, via []*http.Request) error {
		switch {
		case redirect == "manual":
			return http.ErrUseLastResponse
		case redirect == "error":
			return errNoRedirect
		case len(via) > 20:
			return errors.New("too many redirects")
		}
		return nil
	}
	return &checked
}

// fetchError keeps what a redirect was refused with.
func fetchError(address string, err error) error {
	var refused *jsError
	if errors.As(err, &refused) {
		return refused
	}
	if inner := errors.Unwrap(err); inner != nil {
		err = inner // without the method and address, which are in the text already
	}
	return typeErrorf("error sending request for url (%s): %v", address, err)
}

// opAbort ends a question that the action has given up.
func (x *run) opAbort(args arguments) (any, error) {
	if cancel, ok := x.asked[int(args.number(0))]; ok {
		cancel()
	}
	return nil, nil
}
