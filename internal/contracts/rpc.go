// Package contracts reads Lit's contracts over Ethereum's JSON-RPC: the validators
// of the current epoch with their threshold, the addresses that a resolver knows,
// and what a PKP permits.
//
// Start with [Reader.Staking]. Answers are decoded strictly, since whoever runs the
// endpoint writes them; that they are true is not proved, so an endpoint is trusted
// with the choice of nodes.
package contracts

import (
	"context"
	"strconv"
	"strings"

	"litsession/internal/eth"
	"litsession/internal/fetch"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// Addresses says where the contracts are. Each method of [Reader] names the one it
// needs; the others may be zero.
type Addresses struct {
	Staking        eth.Address
	PKPPermissions eth.Address
	PubkeyRouter   eth.Address
}

// Reader calls contracts at the latest block. Every failure to get an answer, and
// every answer that is not what the contract's ABI says, is
// [literr.ChainUnreachable] with detail url: in both cases rpcUrl and the contract's
// address are what to look at. The url in details and messages is cut down to
// scheme, host and port, because the rest of it often holds a key.
type Reader struct {
	Fetcher   fetch.Fetcher
	RPCURL    string // JSON-RPC over HTTP
	Addresses Addresses
}

// callContract makes an eth_call and returns what the contract returned, which is
// never empty: an address without a contract returns nothing.
func (r Reader) callContract(ctx context.Context, to eth.Address, data []byte) ([]byte, error) {
	response, err := fetch.PostJSON(ctx, r.Fetcher, r.RPCURL, callBody(to, data))
	if err != nil {
		return nil, &literr.Error{
			Code:    literr.ChainUnreachable,
			Message: "the chain at " + origin(r.RPCURL) + " does not answer",
			Details: []literr.Detail{{Key: "url", Value: origin(r.RPCURL)}},
			Cause:   err,
		}
	}
	// Whatever the status: a JSON-RPC error often comes with one that is not 200.
	answer, err := jsjson.Parse(response.Body)
	if failure := answer.Get("error"); failure.Truthy() {
		return nil, r.unusable("refused the call: "+errorMessage(failure)).With("status", response.Status)
	}
	text, isText := answer.Get("result").Text()
	if err != nil || !isText {
		return nil, r.unusable("did not answer with JSON-RPC, HTTP status "+strconv.Itoa(response.Status)).
			With("status", response.Status)
	}
	result, err := eth.ParseHex(text)
	if err != nil {
		return nil, r.unusable("answered with a result that is no hex")
	}
	if len(result) == 0 {
		return nil, r.unusable("has no contract at " + to.String()).WithHint("Check rpcUrl and the contract's address.")
	}
	return result, nil
}

func callBody(to eth.Address, data []byte) []byte {
	var call, body jsjson.Object
	call.String("to", eth.Hex(to[:])).String("data", eth.Hex(data))
	params := jsjson.Array([][]byte{call.Bytes(), []byte(`"latest"`)})
	body.String("jsonrpc", "2.0").Int("id", 1).String("method", "eth_call").Raw("params", params)
	return body.Bytes()
}

func (r Reader) unusable(what string) *literr.Error {
	return literr.Errorf(literr.ChainUnreachable, "the chain at %s %s", origin(r.RPCURL), what).
		With("url", origin(r.RPCURL))
}

// malformed says that the contract at to did not return what its ABI says.
func (r Reader) malformed(to eth.Address, function string, why error) error {
	return literr.Errorf(literr.ChainUnreachable, "%s of the contract at %s: %w", function, to, why).
		With("url", origin(r.RPCURL))
}

// maxErrorMessageBytes bounds how much of a foreign error text is passed on.
const maxErrorMessageBytes = 300

// errorMessage returns the text of a JSON-RPC error object.
func errorMessage(failure jsjson.Value) string {
	message, ok := failure.Get("message").Text()
	if !ok {
		return "no message"
	}
	if len(message) > maxErrorMessageBytes {
		message = strings.ToValidUTF8(message[:maxErrorMessageBytes], "") + "…"
	}
	return message
}

// origin returns scheme, host and port of an address. User name, path and query may
// hold credentials.
func origin(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		return "rpcUrl"
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return scheme + "://" + rest[strings.LastIndexByte(rest, '@')+1:]
}
