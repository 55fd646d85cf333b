// Package fetch is the one way this module does HTTP.
//
// A [Fetcher] makes one request and returns the whole answer, whatever its
// status. In the browser it is the page's fetch (package jsglue); in native
// programs it is [HTTP]. [PostJSON] is what the callers use.
package fetch

import (
	"context"

	"litsession/internal/literr"
)

// DefaultMaxBytes bounds an answer whose request names no bound of its own.
// The largest honest ones of nodes and of the chain, an attested handshake and
// the words of a hundred validators, have 20 and 50 kB.
const DefaultMaxBytes = 512 << 10

// Request is one HTTP request.
type Request struct {
	Method   string
	URL      string
	Header   []Header
	Body     []byte
	MaxBytes int64 // bound on the answer's body; 0 is DefaultMaxBytes
}

// Header is one header line.
type Header struct{ Name, Value string }

// Response is one HTTP answer, read to its end.
type Response struct {
	Status      int
	ContentType string // as sent, "" when absent
	Date        string // as sent; in browsers "" unless the server exposes it to the page
	RetryAfter  string // likewise
	Body        []byte
}

// Fetcher makes HTTP requests. Any answer, of any status, is a Response;
// an error means that no complete answer came. An implementation stops when
// ctx ends and then returns an error that wraps [context.Cause], and refuses
// a body above Request.MaxBytes with [ErrTooLarge].
type Fetcher interface {
	Fetch(ctx context.Context, r Request) (*Response, error)
}

// ErrTooLarge says that an answer was longer than its request allowed.
var ErrTooLarge error = literr.Errorf(literr.NodeFault, "the answer is longer than allowed")

// BodyLimit returns the bound on the answer's body in bytes.
func (r Request) BodyLimit() int64 {
	if r.MaxBytes > 0 {
		return r.MaxBytes
	}
	return DefaultMaxBytes
}

// PostJSON posts body as application/json and returns the answer, of at most
// [DefaultMaxBytes]. The headers are sent after Content-Type and Accept.
func PostJSON(ctx context.Context, f Fetcher, url string, body []byte, header ...Header) (*Response, error) {
	return f.Fetch(ctx, JSONRequest(url, body, header...))
}

// JSONRequest is the request that [PostJSON] makes, for who allows the answer
// another length.
func JSONRequest(url string, body []byte, header ...Header) Request {
	return Request{
		Method: "POST",
		URL:    url,
		Header: append([]Header{
			{"Content-Type", "application/json"},
			{"Accept", "application/json"},
		}, header...),
		Body: body,
	}
}
