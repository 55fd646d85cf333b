//go:build js

package main

import (
	"strings"
	"syscall/js"
	"testing"
)

// walletParams are those of getWalletSig, which needs no network.
const walletParams = `{"sessionKeyUri":"lit:session:00","nonce":"0x00000000","expiration":"2999-01-01T00:00:00.000Z"}`

// TestWhatCallbacksDo: what a page's callback throws comes back as it is, and
// what is no AuthSig is refused.
func TestWhatCallbacksDo(t *testing.T) {
	params := strings.Replace(walletParams, "2999-01-01T00:00:00.000Z", js.Global().Get("Date").New(js.Global().Get("Date").Call("now").Int()+60000).Call("toISOString").String(), 1)
	for name, row := range map[string]struct{ callback, want string }{
		"throws":                     {`() => { throw new Error("mine") }`, "mine"},
		"rejects":                    {`async () => { throw new Error("mine") }`, "mine"},
		"rejects with no error":      {`async () => { throw {message: "mine"} }`, "mine"},
		"brings nothing":             {`async () => "null"`, "no_wallet_signature"},
		"brings an empty signature":  {`async () => JSON.stringify({sig: "", derivedVia: "d", signedMessage: "m", address: "a"})`, "no_wallet_signature"},
		"brings more than belongs":   {`async () => JSON.stringify({sig: "s", derivedVia: "d", signedMessage: "m", address: "a", more: 1})`, "invalid_param"},
		"brings what is not signed":  {`async () => JSON.stringify({sig: "s", derivedVia: "d", signedMessage: "m", address: "a"})`, "bad_signature"},
		"brings an unknown kind":     {`async () => JSON.stringify({sig: "s", derivedVia: "d", signedMessage: "m", address: "a", algo: "rsa"})`, "bad_signature"},
		"brings a PKP's unconnected": {`async () => JSON.stringify({sig: "s", derivedVia: "d", signedMessage: "m", address: "a", algo: "LIT_BLS"})`, "not_ready"},
		"brings no JSON":             {`async () => "{"`, "invalid_param"},
		"brings no text":             {`async () => 7n`, "invalid_param"},
		"is no function":             {`7n`, "TypeError"},
		"is missing":                 {`undefined`, "missing_param"},
	} {
		t.Run(name, func(t *testing.T) {
			e := rejection(t, open(t, unreachable, custom, `{}`).Call("getWalletSig", params, eval(row.callback)))
			got := e.Get("message").String()
			switch {
			case e.Get("reason").Truthy():
				got = e.Get("reason").String()
			case e.Get("name").Truthy() && e.Get("name").String() != "Error":
				got = e.Get("name").String()
			}
			if got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

// TestOnePrompt: callers who want the same share one question to the wallet; one
// that leaves does not take it along, the last one does.
func TestOnePrompt(t *testing.T) {
	js.Global().Set("prompts", eval(`[]`))
	defer js.Global().Delete("prompts")
	client := open(t, unreachable, custom, `{}`)
	params := strings.Replace(walletParams, `,"expiration":"2999-01-01T00:00:00.000Z"`, "", 1)
	ask := eval(`() => new Promise((resolve, reject) => prompts.push(reject))`)
	call := func() (promise, controller js.Value) {
		controller = eval(`new AbortController()`)
		return client.Call("getWalletSig", params, ask, js.Undefined(), controller.Get("signal")), controller
	}
	prompts := func() int { nextTask(); nextTask(); return eval(`prompts.length`).Int() }
	first, firstLeaves := call()
	second, _ := call()
	if n := prompts(); n != 1 {
		t.Fatalf("%d prompts for two equal calls", n)
	}
	firstLeaves.Call("abort")
	if got := rejection(t, first).Get("name").String(); got != "AbortError" {
		t.Errorf("the one that left got %s", got)
	}
	eval(`prompts[0](new Error("the user says no"))`)
	if got := rejection(t, second).Get("message").String(); got != "the user says no" {
		t.Errorf("the one that stayed got %s", got)
	}
	third, thirdLeaves := call()
	if n := prompts(); n != 2 {
		t.Fatalf("%d prompts, one of which is over", n)
	}
	thirdLeaves.Call("abort")
	rejection(t, third)
	fourth, fourthLeaves := call()
	if n := prompts(); n != 3 {
		t.Fatalf("%d prompts, two of which are over", n)
	}
	fourthLeaves.Call("abort")
	rejection(t, fourth)
}

func TestProgressThatThrows(t *testing.T) {
	js.Global().Set("steps", eval(`[]`))
	defer js.Global().Delete("steps")
	client := open(t, unreachable, custom, `{}`)
	e := rejection(t, client.Call("connect", eval(`(json) => { steps.push(JSON.parse(json)); throw new Error("a listener's own") }`)))
	wantReason(t, e, "chain_unreachable")
	if got := eval(`JSON.stringify(steps)`).String(); got != `[{"phase":"chain","node":null,"done":0,"needed":1}]` {
		t.Errorf("steps %s", got)
	}
	wantReason(t, rejection(t, client.Call("connect", 7)), "chain_unreachable")
}
