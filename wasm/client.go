//go:build js

package main

import (
	"context"
	"errors"
	"sync"
	"syscall/js"
	"time"

	"litsession/internal/jsjson"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/jsglue"
)

// client is one client of JavaScript's.
type client struct {
	lit  *litclient.Client
	now  func() time.Time
	told *told
}

// told is the network's state as JavaScript knows it.
type told struct {
	mutex sync.Mutex
	state string
}

// isNews takes note of a state and reports whether it differs from the last.
func (t *told) isNews(state litclient.State) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	before := t.state
	t.state = string(state.JSON())
	return t.state != before
}

// object returns the client's functions and release, which frees all of them.
// All but getSessionKey, forgetSession and release take an optional AbortSignal last and
// return a promise of JSON text. A call under way goes on after release.
func (c client) object(errs jsglue.Errors) js.Value {
	c.told = new(told)
	o := object{errs: errs, value: newObject()}
	o.method("connect", 1, c.connect)
	o.method("disconnect", 0, c.disconnect)
	o.method("refresh", 0, c.refresh)
	o.method("getLitActionSessionSigs", 2, c.getLitActionSessionSigs)
	o.method("getPkpSessionSigs", 2, c.getPkpSessionSigs)
	o.method("getSessionSigs", 3, c.getSessionSigs)
	o.method("signSessionKey", 2, c.signSessionKey)
	o.method("getWalletSig", 3, c.getWalletSig)
	o.method("checkNeedToResignSessionKey", 1, c.checkNeedToResignSessionKey)
	o.method("getLatestBlockhash", 0, c.getLatestBlockhash)
	o.function("getSessionKey", c.getSessionKey)
	o.function("forgetSession", func([]js.Value) (any, error) {
		c.lit.ForgetSession()
		return nil, nil
	})
	return o.complete()
}

// connect takes a listener for progress and answers with the network's state.
func (c client) connect(ctx context.Context, args []js.Value) ([]byte, error) {
	if err := c.lit.Connect(ctx, progress(args[0])); err != nil {
		return nil, err
	}
	state, ok := c.lit.State()
	if !ok {
		return nil, literr.Errorf(literr.NotReady, "the client was disconnected while it connected")
	}
	c.told.isNews(state)
	return state.JSON(), nil
}

// disconnect answers null.
func (c client) disconnect(context.Context, []js.Value) ([]byte, error) {
	c.lit.Disconnect()
	return []byte("null"), nil
}

// refresh answers with the network's state when it has changed, else with null.
func (c client) refresh(ctx context.Context, _ []js.Value) ([]byte, error) {
	if err := c.lit.Refresh(ctx); err != nil {
		return nil, err
	}
	if state, ok := c.lit.State(); ok && c.told.isNews(state) {
		return state.JSON(), nil
	}
	return []byte("null"), nil
}

// getLitActionSessionSigs takes the parameters as JSON text and a listener for
// progress, and answers with an object that maps node URLs to session
// signatures.
func (c client) getLitActionSessionSigs(ctx context.Context, args []js.Value) ([]byte, error) {
	return c.sessionSigs(args[0], litclient.DecodeSessionSigsParams, func(p litclient.SessionSigsParams) (encoded, error) {
		p.Progress = progress(args[1])
		return c.lit.GetLitActionSessionSigs(ctx, p)
	})
}

// getPkpSessionSigs is like getLitActionSessionSigs.
func (c client) getPkpSessionSigs(ctx context.Context, args []js.Value) ([]byte, error) {
	return c.sessionSigs(args[0], litclient.DecodePKPSessionSigsParams, func(p litclient.SessionSigsParams) (encoded, error) {
		p.Progress = progress(args[1])
		return c.lit.GetPkpSessionSigs(ctx, p)
	})
}

// getSessionSigs is like getLitActionSessionSigs; the second argument asks for
// an AuthSig, the third listens to progress.
func (c client) getSessionSigs(ctx context.Context, args []js.Value) ([]byte, error) {
	return c.sessionSigs(args[0], litclient.DecodeWalletSessionSigsParams, func(p litclient.SessionSigsParams) (encoded, error) {
		p.SignIn, p.Progress = signIn(args[1]), progress(args[2])
		return c.lit.GetSessionSigs(ctx, p)
	})
}

// encoded is a result that crosses as JSON.
type encoded interface{ JSON() []byte }

func (c client) sessionSigs(params js.Value, decode func([]byte, time.Time) (litclient.SessionSigsParams, error), call func(litclient.SessionSigsParams) (encoded, error)) ([]byte, error) {
	text, err := jsonText("params", params)
	if err != nil {
		return nil, err
	}
	p, err := decode(text, c.now())
	if err != nil {
		return nil, err
	}
	sigs, err := call(p)
	if err != nil {
		return nil, err
	}
	return sigs.JSON(), nil
}

// signSessionKey answers with {authSig, pkpPublicKey}; the key is without 0x.
func (c client) signSessionKey(ctx context.Context, args []js.Value) ([]byte, error) {
	text, err := jsonText("params", args[0])
	if err != nil {
		return nil, err
	}
	p, err := litclient.DecodeSignSessionKeyParams(text, c.now())
	if err != nil {
		return nil, err
	}
	p.Progress = progress(args[1])
	authSig, err := c.lit.SignSessionKey(ctx, p)
	if err != nil {
		return nil, err
	}
	return new(jsjson.Object).Raw("authSig", authSig.JSON()).String("pkpPublicKey", p.PKP.String()[2:]).Bytes(), nil
}

// getWalletSig answers with an AuthSig; the second argument asks for one, the
// third listens to progress.
func (c client) getWalletSig(ctx context.Context, args []js.Value) ([]byte, error) {
	text, err := jsonText("params", args[0])
	if err != nil {
		return nil, err
	}
	p, err := litclient.DecodeWalletSigParams(text, c.now())
	if err != nil {
		return nil, err
	}
	p.SignIn, p.Progress = signIn(args[1]), progress(args[2])
	return c.lit.GetWalletSig(ctx, p)
}

// checkNeedToResignSessionKey answers with a boolean.
func (c client) checkNeedToResignSessionKey(_ context.Context, args []js.Value) ([]byte, error) {
	text, err := jsonText("params", args[0])
	if err != nil {
		return nil, err
	}
	p, err := litclient.DecodeResignParams(text)
	if err != nil {
		return nil, err
	}
	need, err := c.lit.CheckNeedToResign(p)
	if need {
		return []byte("true"), err
	}
	return []byte("false"), err
}

// getSessionKey answers with {publicKey, secretKey}, at once.
func (c client) getSessionKey([]js.Value) (any, error) {
	key, err := c.lit.SessionKeyAtOnce()
	if err != nil {
		return nil, err
	}
	return string(key.JSON()), nil
}

// getLatestBlockhash answers with a string.
func (c client) getLatestBlockhash(ctx context.Context, _ []js.Value) ([]byte, error) {
	hash, err := c.lit.LatestBlockhash(ctx)
	return jsjson.AppendString(nil, hash), err
}

// progress passes steps on to a listener of JavaScript's, if there is one. What
// it throws is the loader's affair.
func progress(listener js.Value) litclient.Progress {
	if listener.IsUndefined() {
		return nil
	}
	return func(s litclient.Step) { _, _ = jsglue.Invoke(listener, string(s.JSON())) }
}

// signIn asks a function of JavaScript's for an AuthSig, if there is one. What
// it throws, or rejects with, comes back to the caller as it is.
func signIn(callback js.Value) litclient.SignIn {
	if callback.IsUndefined() {
		return nil
	}
	return func(ctx context.Context, request []byte) ([]byte, error) {
		answer, err := jsglue.Invoke(callback, string(request))
		if err == nil {
			answer, err = jsglue.Await(ctx, answer)
		}
		var thrown *jsglue.Exception
		if errors.As(err, &thrown) {
			return nil, thrown
		}
		if err != nil {
			return nil, err
		}
		return jsonText("the answer of authNeededCallback", answer)
	}
}
