//go:build js

// Command standin is a module for the loader's tests: it echoes what crosses
// the border and can die in the ways that lit.wasm must not.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall/js"

	"litsession/internal/literr"
	"litsession/jsglue"
)

func main() {
	hooks := js.Global().Get("litsession")
	errs := jsglue.Errors{Make: hooks.Get("makeError")}
	newClient := jsglue.Function(errs, 2, func(args []js.Value) (any, error) {
		config := args[0].String()
		if strings.Contains(config, "refuse") {
			return nil, literr.Invalid("config", "a configuration that is not refused", "refused")
		}
		return client(errs, config, args[1]), nil
	})
	call := jsglue.Function(errs, 2, func(args []js.Value) (any, error) { return args[1].String(), nil })
	hooks.Call("ready", map[string]any{"version": "standin", "call": call, "newClient": newClient})
	select {}
}

// client answers connect with an empty network, getSessionKey with its
// configuration, and getLitActionSessionSigs as jsParams.act says.
func client(errs jsglue.Errors, config string, ports js.Value) map[string]any {
	return map[string]any{
		"connect":    answer(errs, 1, `{"connectedNodes":["http://127.0.0.1:1"],"nodes":["http://127.0.0.1:1","http://127.0.0.1:9"],"minNodeCount":7,"currentEpochNumber":3,"clockSkew":0}`),
		"disconnect": answer(errs, 0, "null"),
		"refresh":    jsglue.Method(errs, 0, func(context.Context, []js.Value) (any, error) { return refresh(config) }),
		"getSessionKey": jsglue.Function(errs, 0, func([]js.Value) (any, error) {
			return config, nil
		}),
		"getPkpSessionSigs":           echo(errs, 2),
		"signSessionKey":              echo(errs, 2),
		"checkNeedToResignSessionKey": echo(errs, 1),
		"getSessionSigs":              jsglue.Method(errs, 3, signIn),
		"getWalletSig":                jsglue.Method(errs, 3, signIn),
		"getLitActionSessionSigs": jsglue.Method(errs, 2, func(ctx context.Context, args []js.Value) (any, error) {
			return act(ctx, args[0].String(), args[1], ports)
		}),
		"getLatestBlockhash": answer(errs, 0, `"0x00"`),
		"release":            js.FuncOf(func(js.Value, []js.Value) any { return nil }),
	}
}

// refreshes counts the looks at the epoch.
var refreshes int

// refresh fails as the rpcUrl says; else every second look finds a new epoch.
func refresh(config string) (any, error) {
	refreshes++
	for reason, fails := range map[literr.Code]bool{
		literr.ChainUnreachable: strings.Contains(config, "no-chain"),
		literr.NotEnoughNodes:   strings.Contains(config, "no-nodes") && refreshes < 4,
		literr.NetworkChanged:   strings.Contains(config, "other-network"),
	} {
		if fails {
			return nil, literr.Errorf(reason, "refused")
		}
	}
	if refreshes%2 == 0 {
		return "null", nil
	}
	return `{"connectedNodes":["http://127.0.0.1:2"],"nodes":["http://127.0.0.1:2"],"minNodeCount":8,"currentEpochNumber":` + strconv.Itoa(3+refreshes) + `,"clockSkew":1500}`, nil
}

func answer(errs jsglue.Errors, params int, text string) js.Func {
	return jsglue.Method(errs, params, func(context.Context, []js.Value) (any, error) { return text, nil })
}

// echo answers with the parameters.
func echo(errs jsglue.Errors, params int) js.Func {
	return jsglue.Method(errs, params, func(_ context.Context, args []js.Value) (any, error) { return args[0].String(), nil })
}

// signIn asks the callback, as the module does, and answers with what it says.
func signIn(ctx context.Context, args []js.Value) (any, error) {
	if args[1].IsUndefined() {
		return `"nobody to ask"`, nil
	}
	const request = `{"chain":"ethereum","statement":"s","resources":["urn:recap:x"],"switchChain":true,"expiration":"e",` +
		`"uri":"lit:session:00","sessionKey":{"publicKey":"p","secretKey":"s"},"nonce":"n","domain":"d",` +
		`"resourceAbilityRequests":[{}],"litActionCode":"c","jsParams":{}}`
	promise, err := jsglue.Invoke(args[1], request)
	if err != nil {
		return nil, err
	}
	answer, err := jsglue.Await(ctx, promise)
	if err != nil {
		return nil, err
	}
	return answer.String(), nil
}

func act(ctx context.Context, params string, onProgress, ports js.Value) (any, error) {
	var p struct {
		JSParams struct{ Act, Key string }
	}
	if err := json.Unmarshal([]byte(params), &p); err != nil {
		return nil, err
	}
	switch p.JSParams.Act {
	case "wait":
		<-ctx.Done()
		return nil, ctx.Err()
	case "exit":
		os.Exit(3)
	case "panic":
		go panic("nobody recovers this")
		<-ctx.Done()
	case "trap":
		ports.Call("now").Get("trap") // the getter throws through the Go stack
	case "moved":
		return nil, literr.Errorf(literr.NetworkChanged, "another network")
	case "refuse":
		return nil, literr.Errorf(literr.NotAuthorized, "refused").With("have", 2)
	case "event":
		ports.Call("onEvent", `{"type":"error","error":{"reason":"storage_full","message":"full"}}`)
	case "progress":
		for i := range 3 {
			_, _ = jsglue.Invoke(onProgress, `{"phase":"sign","node":null,"done":`+strconv.Itoa(i)+`,"needed":2}`)
		}
	case "skew":
		ports.Call("onEvent", `{"type":"clockSkew","ms":-3600000}`)
	case "store":
		store := ports.Get("storage")
		store.Call("setItem", p.JSParams.Key, "kept")
		return store.Call("getItem", p.JSParams.Key).String(), nil
	case "fetch":
		return fetched(ctx, p.JSParams.Key)
	}
	return params, nil
}

func fetched(ctx context.Context, url string) (any, error) {
	promise, err := jsglue.Invoke(js.Global().Get("litsession").Get("fetch"), url, map[string]any{"method": "GET"})
	if err != nil {
		return nil, err
	}
	response, err := jsglue.Await(ctx, promise)
	if err != nil {
		return nil, err
	}
	if response.Type() != js.TypeString {
		return nil, errors.New("want what the page's fetch gave")
	}
	return response.String(), nil
}
