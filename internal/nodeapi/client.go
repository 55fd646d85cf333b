package nodeapi

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"litsession/internal/fetch"
	"litsession/internal/literr"
)

// Client speaks to nodes. It neither retries nor chooses: one call is one
// request to one node.
//
// Every method fails with [literr.NodeUnreachable] when no answer came, with
// an [*Error] when the node refused, and with [literr.NodeFault] when the
// answer is not in the node's form.
type Client struct {
	Fetch     fetch.Fetcher
	RequestID string // sent with every request, "lit_" and random hex by custom
}

// Handshake asks the node at url who it is.
func (c Client) Handshake(ctx context.Context, url string, r HandshakeRequest) (HandshakeResponse, error) {
	return post(ctx, c, url, HandshakePath, r.JSON(), ParseHandshakeResponse)
}

// SignSessionKey asks the node at url for its share of a session's signature. Body is
// that of [SignSessionKeyRequest.JSON]: all nodes get the same, which may be megabytes.
func (c Client) SignSessionKey(ctx context.Context, url string, body []byte) (SignSessionKeyResponse, error) {
	return post(ctx, c, url, SignSessionKeyPath, body, ParseSignSessionKeyResponse)
}

func post[T any](ctx context.Context, c Client, url, path string, body []byte, parse func([]byte) (T, error)) (T, error) {
	var none T
	response, err := fetch.PostJSON(ctx, c.Fetch, url+path, body,
		fetch.Header{Name: HeaderSDKVersion, Value: SDKVersion},
		fetch.Header{Name: HeaderSDKType, Value: SDKType},
		fetch.Header{Name: HeaderRequestID, Value: c.RequestID})
	if err != nil {
		return none, unreachable(ctx, url, err)
	}
	if response.Status < 200 || response.Status > 299 {
		refusal := ParseError(response.Status, response.Body)
		// A date is left aside: nodes have none but seconds, if anything.
		if seconds, err := strconv.Atoi(response.RetryAfter); err == nil && seconds > 0 {
			refusal.RetryAfter = min(seconds, int(maxWait/time.Second))
		}
		return none, refusal
	}
	if !strings.Contains(response.ContentType, "application/json") {
		return none, fault(url, "it is not JSON")
	}
	answer, err := parse(response.Body)
	if err != nil {
		return none, fault(url, err.Error())
	}
	return answer, nil
}

// unreachable keeps the cause of an ended context apart from a dead node.
func unreachable(ctx context.Context, url string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if errors.Is(err, fetch.ErrTooLarge) {
		return fault(url, "it is longer than allowed")
	}
	return literr.Errorf(literr.NodeUnreachable, "no answer from node %s: %w", url, err).With("url", url)
}

func fault(url, why string) error {
	return literr.Errorf(literr.NodeFault, "the answer of node %s cannot be used: %s", url, why).With("url", url)
}
