// Package contracts reads and writes Lit's contracts over Ethereum's JSON-RPC: the
// validators of the current epoch with their threshold, the addresses that a
// resolver knows, what a PKP permits; and mints PKPs and capacity credits and
// changes permissions through a wallet's [Sender].
//
// Start with [Client]: with [Client.Staking] for the first, with [Client.Mint] for
// the second. Answers are decoded strictly, since whoever runs the endpoint writes them; that they are
// true is not proved, so an endpoint is trusted with the choice of nodes.
package contracts

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"litsession/internal/eth"
	"litsession/internal/fetch"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/redact"
)

// Addresses says where the contracts are. Each function names the one it needs; the
// others may be zero.
type Addresses struct {
	Staking        eth.Address
	PKPNFT         eth.Address
	PKPHelper      eth.Address
	PKPPermissions eth.Address
	PubkeyRouter   eth.Address
	RateLimitNFT   eth.Address
}

// of returns the place of a contract's address, nil for a name that is none of ours.
func (a *Addresses) of(contract string) *eth.Address {
	switch contract {
	case NameStaking:
		return &a.Staking
	case pkpNFT:
		return &a.PKPNFT
	case pkpHelper:
		return &a.PKPHelper
	case pkpPermissions:
		return &a.PKPPermissions
	case pubkeyRouter:
		return &a.PubkeyRouter
	case rateLimitNFT:
		return &a.RateLimitNFT
	}
	return nil
}

// Node is an endpoint of a chain that JSON-RPC requests go to: an address, or a
// wallet.
type Node interface {
	// Request calls a method with params, a JSON list, and returns the result. A
	// node that answers with an error makes it an [*RPCError]; one that does not
	// answer usably makes it a [literr.ChainUnreachable].
	Request(ctx context.Context, method string, params []byte) (jsjson.Value, error)
}

// RPCError is what a node answers in place of a result.
type RPCError struct {
	Code    int64
	Message string // its own words, cut to a few hundred bytes
	Data    []byte // what a contract reverted with, nil if none is known
	Status  int    // of HTTP, 0 where there is none
}

// Error returns the message.
func (e *RPCError) Error() string { return e.Message }

// HTTPNode is a node behind an address. The url in details and messages is cut down
// to scheme, host and port, because the rest of it often holds a key.
type HTTPNode struct {
	Fetcher fetch.Fetcher
	URL     string
}

// maxBlockBytes bounds a block with its transactions, of which a thousand plain ones
// have less than a megabyte. No other answer is nearly as long.
const maxBlockBytes = 2 << 20

// Request is that of [Node].
func (n HTTPNode) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	var body jsjson.Object
	body.String("jsonrpc", "2.0").Int("id", 1).String("method", method).Raw("params", params)
	request := fetch.JSONRequest(n.URL, body.Bytes())
	if method == "eth_getBlockByNumber" {
		request.MaxBytes = maxBlockBytes
	}
	response, err := n.Fetcher.Fetch(ctx, request)
	if errors.Is(err, fetch.ErrTooLarge) {
		return jsjson.Value{}, n.unusable("sent a longer answer than is allowed")
	}
	if err != nil {
		return jsjson.Value{}, &literr.Error{
			Code:    literr.ChainUnreachable,
			Message: "the chain at " + origin(n.URL) + " does not answer",
			Details: []literr.Detail{{Key: "url", Value: origin(n.URL)}},
			Cause:   err,
		}
	}
	// Whatever the status: a JSON-RPC error often comes with one that is not 200.
	answer, err := jsjson.ParseAnswer(response.Body)
	if failure := answer.Get("error"); failure.Truthy() {
		refused := parseRPCError(failure, redact.New(credentials(n.URL)))
		refused.Status = response.Status
		return jsjson.Value{}, refused
	}
	result := answer.Get("result")
	if err != nil || !result.Exists() {
		return jsjson.Value{}, n.unusable("did not answer with JSON-RPC, HTTP status "+strconv.Itoa(response.Status)).
			With("status", response.Status)
	}
	return result, nil
}

func (n HTTPNode) unusable(what string) *literr.Error {
	return literr.Errorf(literr.ChainUnreachable, "the chain at %s %s", origin(n.URL), what).With("url", origin(n.URL))
}

// parseRPCError reads a JSON-RPC error object. Nodes and wallets put what a contract
// reverted with into data, or into an error inside data.
func parseRPCError(failure jsjson.Value, secrets *redact.Redactor) *RPCError {
	e := &RPCError{Message: literr.Cut(secrets.Text(errorMessage(failure)), maxErrorMessageBytes)}
	e.Code, _ = failure.Get("code").Int()
	data := failure.Get("data")
	for _, name := range []string{"originalError", "data"} {
		if inner := data.Get(name); inner.Exists() {
			data = inner
		}
	}
	if text, ok := data.Text(); ok {
		e.Data, _ = eth.ParseHex(text)
	}
	return e
}

func callOf(to eth.Address, data []byte) []byte {
	return new(jsjson.Object).String("to", eth.Hex(to[:])).String("data", eth.Hex(data)).Bytes()
}

// Bounds on how much of a foreign error text is passed on, and looked at.
const (
	maxErrorMessageBytes = 300
	maxReadMessageBytes  = 16 * maxErrorMessageBytes
)

// errorMessage returns the text of a JSON-RPC error object.
func errorMessage(failure jsjson.Value) string {
	message, ok := failure.Get("message").Text()
	if !ok {
		return "no message"
	}
	return literr.Cut(message, maxReadMessageBytes)
}

// origin returns scheme, host and port of an address. User name, path and query may
// hold credentials.
func origin(address string) string {
	scheme, _, host, _ := parts(address)
	if scheme == "" {
		return "rpcUrl"
	}
	return scheme + "://" + host
}

// credentials are what may be secret of an address: what [origin] leaves out, but for
// the short words of its path.
func credentials(address string) []string {
	const shortestKey = 16 // in a path, with names such as "ethereum" beside it
	_, user, _, rest := parts(address)
	path, query, _ := strings.Cut(rest, "?")
	secrets := []string{user, query}
	secrets = append(secrets, strings.Split(user, ":")...)
	secrets = append(secrets, strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == '=' || r == '#' })...)
	for name := range strings.SplitSeq(path, "/") {
		if len(name) >= shortestKey {
			secrets = append(secrets, name)
		}
	}
	return secrets
}

// IsHTTP reports whether an address is one that HTTP can reach: a scheme, a host, and
// a port if there is one.
func IsHTTP(address string) bool {
	scheme, _, host, rest := parts(address)
	if !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return false
	}
	name, port := host, ""
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 && !strings.HasSuffix(host, "]") { // of [::1]
		name, port = host[:colon], host[colon+1:]
	}
	_, err := strconv.ParseUint(port, 10, 16)
	return name != "" && (port == "" || err == nil) && !strings.ContainsAny(name, " \"<>\\^`{|}%") && !strings.ContainsAny(rest, " \n\r\t")
}

// parts takes an address apart: scheme "" if there is none, rest from the slash on.
func parts(address string) (scheme, user, host, rest string) {
	scheme, host, found := strings.Cut(address, "://")
	if !found {
		return "", "", "", address
	}
	if end := strings.IndexAny(host, "/?#"); end >= 0 {
		host, rest = host[:end], host[end:]
	}
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		user, host = host[:at], host[at+1:]
	}
	return scheme, user, host, rest
}
