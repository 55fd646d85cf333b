package ipfs

import (
	"context"
	"errors"
	"strconv"
	"time"

	"litsession/internal/fetch"
	"litsession/internal/literr"
)

// maxCodeBytes bounds an action's code. Nodes take as much from their gateway.
const maxCodeBytes = 30_000_000

// gatewayTimeout bounds the wait for one gateway: a silent one must not keep the
// next from being asked.
const gatewayTimeout = 30 * time.Second

// Gateway fetches content by its CID over HTTP.
type Gateway struct {
	Fetcher fetch.Fetcher
	URLs    []string // tried in this order; the CID is appended
}

var errNoAnswer = literr.Errorf(literr.GatewayUnreachable, "no answer within %s", gatewayTimeout)

// Code returns the content that cid names, from the first gateway that has it.
// What a gateway sends is hashed and compared: nothing else is returned. If none
// has it, the error is [literr.CIDMismatch] where one sent something else, and
// [literr.GatewayUnreachable] otherwise; details failures says what each did.
// The end of ctx is its cause.
func (g Gateway) Code(ctx context.Context, cid CID) ([]byte, error) {
	var failures []literr.Failure
	mismatch := false
	for _, url := range g.URLs {
		content, status, err := g.from(ctx, url, cid)
		if err == nil {
			return content, nil
		}
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		mismatch = mismatch || errors.Is(err, literr.CIDMismatch)
		failures = append(failures, literr.Failure{URL: url, Status: status, Message: err.Error()})
	}
	e := literr.Errorf(literr.GatewayUnreachable, "All IPFS gateways failed to fetch the code.")
	if mismatch {
		e = literr.Errorf(literr.CIDMismatch, "what the IPFS gateway sent is not what %s names", cid)
	}
	return nil, e.With("cid", cid.String()).With("failures", failures)
}

func (g Gateway) from(ctx context.Context, url string, cid CID) (content []byte, status int, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, gatewayTimeout, errNoAnswer)
	defer cancel()
	response, err := g.Fetcher.Fetch(ctx, fetch.Request{Method: "GET", URL: url + cid.String(), MaxBytes: maxCodeBytes})
	if err != nil {
		return nil, 0, err
	}
	if response.Status < 200 || response.Status > 299 {
		return nil, response.Status, errors.New("HTTP status " + strconv.Itoa(response.Status))
	}
	if Sum(response.Body) != cid {
		return nil, response.Status, literr.CIDMismatch
	}
	return response.Body, response.Status, nil
}
