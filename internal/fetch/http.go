//go:build !js

package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
)

// HTTP is the native Fetcher. Its zero value uses [http.DefaultClient].
type HTTP struct {
	Client *http.Client
}

var _ Fetcher = HTTP{}

// Fetch implements [Fetcher].
func (h HTTP) Fetch(ctx context.Context, r Request) (*Response, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	for _, line := range r.Header {
		request.Header.Set(line.Name, line.Value)
	}
	response, err := h.client().Do(request)
	if err != nil {
		return nil, withCause(ctx, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, r.BodyLimit()+1))
	if err != nil {
		return nil, withCause(ctx, err)
	}
	if int64(len(body)) > r.BodyLimit() {
		return nil, ErrTooLarge
	}
	return &Response{
		Status:      response.StatusCode,
		ContentType: response.Header.Get("Content-Type"),
		Date:        response.Header.Get("Date"),
		RetryAfter:  response.Header.Get("Retry-After"),
		Body:        body,
	}, nil
}

func (h HTTP) client() *http.Client {
	if h.Client == nil {
		return http.DefaultClient
	}
	return h.Client
}

// withCause adds why ctx ended, which net/http leaves out.
func withCause(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%w (%w)", err, cause)
	}
	return err
}
