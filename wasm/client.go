//go:build js

package main

import (
	"context"
	"syscall/js"
	"time"

	"litsession/internal/jsjson"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/jsglue"
)

// client is one client of JavaScript's.
type client struct {
	lit *litclient.Client
	now func() time.Time
}

// object returns the client's functions and release, which frees all of them.
// Each but release takes an optional AbortSignal last and returns a promise of
// JSON text. A call under way goes on after release.
func (c client) object(errs jsglue.Errors) js.Value {
	object := newObject()
	var functions []js.Func
	add := func(name string, function js.Func) {
		functions = append(functions, function)
		object.Set(name, function)
	}
	method := func(name string, params int, call func(ctx context.Context, args []js.Value) ([]byte, error)) {
		add(name, jsglue.Method(errs, params, func(ctx context.Context, args []js.Value) (any, error) {
			answer, err := call(ctx, args)
			return string(answer), err
		}))
	}
	method("connect", 1, c.connect)
	method("disconnect", 0, c.disconnect)
	method("getLitActionSessionSigs", 2, c.getLitActionSessionSigs)
	method("getSessionKey", 0, c.getSessionKey)
	method("getLatestBlockhash", 0, c.getLatestBlockhash)
	add("release", jsglue.Function(errs, 0, func([]js.Value) (any, error) {
		for _, function := range functions {
			function.Release()
		}
		return nil, nil
	}))
	return object
}

// connect answers with the network's state.
func (c client) connect(ctx context.Context, _ []js.Value) ([]byte, error) {
	if err := c.lit.Connect(ctx); err != nil {
		return nil, err
	}
	state, ok := c.lit.State()
	if !ok {
		return nil, literr.Errorf(literr.NotReady, "the client was disconnected while it connected")
	}
	return state.JSON(), nil
}

// disconnect answers null.
func (c client) disconnect(context.Context, []js.Value) ([]byte, error) {
	c.lit.Disconnect()
	return []byte("null"), nil
}

// getLitActionSessionSigs takes the parameters as JSON text and answers with
// an object that maps node URLs to session signatures.
func (c client) getLitActionSessionSigs(ctx context.Context, args []js.Value) ([]byte, error) {
	text, err := jsonText("params", args[0])
	if err != nil {
		return nil, err
	}
	params, err := litclient.DecodeSessionSigsParams(text, c.now())
	if err != nil {
		return nil, err
	}
	sigs, err := c.lit.GetLitActionSessionSigs(ctx, params)
	if err != nil {
		return nil, err
	}
	return sigs.JSON(), nil
}

// getSessionKey answers with {publicKey, secretKey}.
func (c client) getSessionKey(ctx context.Context, _ []js.Value) ([]byte, error) {
	key, err := c.lit.SessionKey(ctx)
	if err != nil {
		return nil, err
	}
	return key.JSON(), nil
}

// getLatestBlockhash answers with a string.
func (c client) getLatestBlockhash(ctx context.Context, _ []js.Value) ([]byte, error) {
	hash, err := c.lit.LatestBlockhash(ctx)
	return jsjson.AppendString(nil, hash), err
}
