//go:build js

package main

import (
	"context"
	"errors"
	"strconv"
	"syscall/js"

	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/jsglue"
)

// contractsClient is one LitContracts of JavaScript's.
type contractsClient struct {
	client   *contracts.Client
	resolver *contracts.Resolver
}

// newContracts takes {network, rpc?, chainId?, customContext?, timing?, limits?,
// walletCounts?} as JSON text and the ports: send(json), which resolves to a transaction's hash or to the
// signed transaction, both in hex; describe(error), which tells what is known of a
// failure as {codes, message, data?, hash?}; and perhaps request(method, params), a
// node that is asked instead of rpc, and lock(name), as for clients.
func (e exports) newContracts(args []js.Value) (any, error) {
	text, err := jsonText("config", args[0])
	if err != nil {
		return nil, err
	}
	config, err := contracts.DecodeConfig(text)
	if err != nil {
		return nil, err
	}
	ports := contractPorts{args[1]}
	var node contracts.Node = contracts.HTTPNode{Fetcher: e.fetch, URL: config.RPCURL}
	if !port(ports.object, "request").IsUndefined() {
		node = ports
	}
	c := contractsClient{resolver: config.Resolver, client: &contracts.Client{
		Node: node, Sender: ports, Addresses: config.Addresses, ChainID: config.ChainID, Timing: config.Timing,
		Limits: config.Limits, WalletCounts: config.WalletCounts, Nonces: e.nonces, Lock: lock(ports.object),
	}}
	return c.object(e.errs), nil
}

// object returns the functions and release, which frees all of them. Each but
// release takes one JSON text and an optional AbortSignal, and returns a promise of
// JSON text.
func (c contractsClient) object(errs jsglue.Errors) js.Value {
	o := object{errs: errs, value: newObject()}
	method := func(name string, call func(ctx context.Context, text []byte) ([]byte, error)) {
		o.method(name, 1, func(ctx context.Context, args []js.Value) ([]byte, error) {
			text, err := jsonText(name, args[0])
			if err != nil {
				return nil, err
			}
			return call(ctx, text)
		})
	}
	method("connect", c.connect)
	method("read", c.read)
	method("send", c.send)
	method("wait", c.wait)
	method("mint", c.mint)
	method("mintCredits", c.mintCredits)
	return o.complete()
}

// connect answers with {chainId, contracts}.
func (c contractsClient) connect(ctx context.Context, _ []byte) ([]byte, error) {
	chainID, err := c.client.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if c.resolver != nil {
		if err := c.client.Resolve(ctx, *c.resolver, ""); err != nil {
			return nil, err
		}
	}
	var o jsjson.Object
	return o.Int("chainId", int64(chainID)).Raw("contracts", c.client.Addresses.JSON()).Bytes(), nil
}

// read takes {contract, function, args} and answers with a list of what it returns.
func (c contractsClient) read(ctx context.Context, text []byte) ([]byte, error) {
	v, err := jsjson.Parse(text)
	if err != nil {
		return nil, err
	}
	contract, _ := v.Get("contract").Text()
	function, _ := v.Get("function").Text()
	return c.client.Read(ctx, contract, function, v.Get("args"))
}

// send takes a write and answers with what was sent.
func (c contractsClient) send(ctx context.Context, text []byte) ([]byte, error) {
	w, err := contracts.DecodeWrite(text)
	if err != nil {
		return nil, err
	}
	sent, err := c.client.Send(ctx, w)
	if err != nil {
		return nil, err
	}
	return sent.JSON(), nil
}

// wait takes {sent, timeout?, confirmations?}, sent as send answers, and answers with
// its receipt.
func (c contractsClient) wait(ctx context.Context, text []byte) ([]byte, error) {
	v, err := jsjson.Parse(text)
	if err != nil {
		return nil, err
	}
	sent, err := contracts.DecodeSent(v.Get("sent"))
	if err != nil {
		return nil, err
	}
	options, err := contracts.DecodeOptions(v)
	if err != nil {
		return nil, err
	}
	confirmations, _ := v.Get("confirmations").Int()
	receipt, err := c.client.Wait(ctx, sent, options.Timeout, uint64(max(confirmations, 1)))
	if err != nil {
		return nil, err
	}
	return receipt.JSON(), nil
}

// mint takes a write that mints a PKP and answers with {tokenId, publicKey,
// ethAddress, sent, receipt}.
func (c contractsClient) mint(ctx context.Context, text []byte) ([]byte, error) {
	w, err := contracts.DecodeWrite(text)
	if err != nil {
		return nil, err
	}
	minted, err := c.client.Mint(ctx, w)
	if err != nil {
		return nil, err
	}
	var o jsjson.Object
	o.String("tokenId", eth.Hex(minted.TokenID[:])).String("publicKey", minted.PublicKey.String())
	o.String("ethAddress", minted.PublicKey.Address().String())
	return o.Raw("sent", minted.Sent.JSON()).Raw("receipt", minted.Receipt.JSON()).Bytes(), nil
}

// mintCredits takes {from, requestsPerKilosecond, expiresAt, options} and answers
// with {tokenId, sent, receipt}.
func (c contractsClient) mintCredits(ctx context.Context, text []byte) ([]byte, error) {
	w, err := contracts.DecodeWrite(text)
	if err != nil {
		return nil, err
	}
	v, err := jsjson.Parse(text)
	if err != nil {
		return nil, err
	}
	rate, rateOK := v.Get("requestsPerKilosecond").Int()
	until, untilOK := v.Get("expiresAt").Int()
	if !rateOK || !untilOK || rate <= 0 || until <= 0 {
		param := "requestsPerKilosecond"
		if rateOK && rate > 0 {
			param = "daysUntilUTCMidnightExpiration"
		}
		return nil, literr.Invalid(param, "a whole number above 0", "%s must be a whole number", param)
	}
	credits, err := c.client.MintCredits(ctx, w.From, uint64(rate), uint64(until), w.Options)
	if err != nil {
		return nil, err
	}
	var o jsjson.Object
	o.String("tokenId", eth.Hex(credits.TokenID[:]))
	return o.Raw("sent", credits.Sent.JSON()).Raw("receipt", credits.Receipt.JSON()).Bytes(), nil
}

// contractPorts is what JavaScript lends: a [contracts.Sender], and a
// [contracts.Node] where it has request.
type contractPorts struct{ object js.Value }

// failure is what JavaScript knows of an error that it threw.
type failure struct {
	codes   []string
	message string
	data    []byte
	hash    contracts.Hash
}

// describe asks about a thrown value. What it does not say is missing.
func (p contractPorts) describe(exception *jsglue.Exception) failure {
	f := failure{message: "it threw something that cannot be described"} // its own words may hold a key
	answer, err := jsglue.Call(p.object, "describe", exception.Value)
	if err != nil {
		return f
	}
	text, err := jsglue.String(answer, maxTextLength)
	if err != nil {
		return f
	}
	v, _ := jsjson.Parse([]byte(text))
	codes, _ := v.Get("codes").Items()
	for _, code := range codes {
		if text, ok := code.Text(); ok {
			f.codes = append(f.codes, text)
		}
	}
	if text, ok := v.Get("message").Text(); ok {
		f.message = text
	}
	text, _ = v.Get("data").Text()
	f.data, _ = eth.ParseHex(text)
	text, _ = v.Get("hash").Text()
	if hash, err := eth.ParseHex(text); err == nil && len(hash) == len(f.hash) {
		f.hash = contracts.Hash(hash)
	}
	return f
}

// Request is that of [contracts.Node], over request(method, params).
func (p contractPorts) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	text, err := p.text(ctx, "request", method, string(params))
	if ctx.Err() != nil {
		return jsjson.Value{}, context.Cause(ctx)
	}
	var answer jsjson.Value
	if err == nil {
		answer, err = jsjson.ParseAnswer([]byte(text))
	}
	if err == nil {
		return answer, nil
	}
	why := err.Error()
	var exception *jsglue.Exception
	if errors.As(err, &exception) {
		f := p.describe(exception)
		for _, code := range f.codes {
			// A number is the answer of a node; a name says how it was not reached.
			if n, err := strconv.ParseInt(code, 10, 64); err == nil {
				return jsjson.Value{}, &contracts.RPCError{Code: n, Message: f.message, Data: f.data}
			}
		}
		why = f.message
	}
	unanswered := literr.Errorf(literr.ChainUnreachable, "the provider did not answer %s: %s", method, why)
	unanswered.Cause = err
	return jsjson.Value{}, unanswered
}

// text calls a port that promises a text.
func (p contractPorts) text(ctx context.Context, name string, args ...any) (string, error) {
	promise, err := jsglue.Call(p.object, name, args...)
	if err != nil {
		return "", err
	}
	answer, err := jsglue.Await(ctx, promise)
	if err != nil {
		return "", err
	}
	return jsglue.String(answer, maxTextLength)
}

// SendTransaction is that of [contracts.Sender], over send(json).
func (p contractPorts) SendTransaction(ctx context.Context, t contracts.Transaction) ([]byte, error) {
	text, err := p.text(ctx, "send", string(t.JSON()))
	var exception *jsglue.Exception
	if errors.As(err, &exception) {
		f := p.describe(exception)
		return nil, &contracts.SendError{Codes: f.codes, Message: f.message, Data: f.data, Hash: f.hash, Cause: err}
	}
	if err != nil {
		return nil, err
	}
	return eth.ParseHex(text)
}

// tokenInfo takes {publicKey} and answers with {publicKey, ethAddress, btcAddress,
// cosmosAddress}.
func tokenInfo(args jsjson.Value) ([]byte, error) {
	text, _ := args.Get("publicKey").Text()
	key, err := eth.ParsePublicKey(text)
	if err != nil {
		return nil, err
	}
	return contracts.TokenInfoJSON(key), nil
}

// keccak256 takes {text} and answers with the hash of its UTF-8 bytes.
func keccak256(args jsjson.Value) ([]byte, error) {
	text, _ := args.Get("text").Text()
	sum := eth.Keccak256([]byte(text))
	return jsjson.AppendString(nil, eth.Hex(sum[:])), nil
}
