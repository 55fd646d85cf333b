//go:build js

// Command standin is a module for the loader's tests: it echoes what crosses
// the border and can die in the ways that lit.wasm must not.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
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
			return nil, literr.Errorf(literr.InvalidParam, "refused")
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
		"connect":    answer(errs, 1, `{"connectedNodes":["http://127.0.0.1:1"],"minNodeCount":7,"currentEpochNumber":3,"clockSkew":0}`),
		"disconnect": answer(errs, 0, "null"),
		"refresh":    answer(errs, 0, `{"connectedNodes":["http://127.0.0.1:2"],"minNodeCount":8,"currentEpochNumber":4,"clockSkew":0}`),
		"getSessionKey": jsglue.Function(errs, 0, func([]js.Value) (any, error) {
			return config, nil
		}),
		"getLitActionSessionSigs": jsglue.Method(errs, 2, func(ctx context.Context, args []js.Value) (any, error) {
			return act(ctx, args[0].String(), ports)
		}),
		"getLatestBlockhash": answer(errs, 0, `"0x00"`),
		"release":            js.FuncOf(func(js.Value, []js.Value) any { return nil }),
	}
}

func answer(errs jsglue.Errors, params int, text string) js.Func {
	return jsglue.Method(errs, params, func(context.Context, []js.Value) (any, error) { return text, nil })
}

func act(ctx context.Context, params string, ports js.Value) (any, error) {
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
	case "refuse":
		return nil, literr.Errorf(literr.NotAuthorized, "refused").With("have", 2)
	case "event":
		ports.Call("onEvent", `{"type":"error","error":{"reason":"storage_full","message":"full"}}`)
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
