//go:build js

package main

import (
	"runtime"
	"strings"
	"syscall/js"
	"testing"
)

func TestAPI(t *testing.T) {
	if got := api(unreachable).Get("version").String(); got != "devel" {
		t.Errorf("version %q", got)
	}
	const cid = `"QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"`
	if got := api(unreachable).Call("call", "getIpfsId", `{"str":""}`).Get("value").String(); got != cid {
		t.Errorf("getIpfsId answers %s", got)
	}
	wantReason(t, api(unreachable).Call("call", "getIpfsId", `{}`).Get("error"), "invalid_param")
	wantReason(t, api(unreachable).Call("call", "none", `{}`).Get("error"), "internal")
	client := open(t, unreachable, custom, `{}`)
	names := js.Global().Get("Object").Call("keys", client).Call("join").String()
	if names != "connect,disconnect,refresh,getLitActionSessionSigs,getPkpSessionSigs,getSessionSigs,signSessionKey,getWalletSig,"+
		"checkNeedToResignSessionKey,getLatestBlockhash,getSessionKey,forgetSession,release" {
		t.Errorf("a client has %s", names)
	}
}

func TestConfigurationsThatAreRefused(t *testing.T) {
	tests := []struct {
		name, config, want string // config is JavaScript
	}{
		{"missing", `undefined`, "invalid_param"},
		{"a number", `7`, "invalid_param"},
		{"a bigint", `7n`, "invalid_param"},
		{"an object", `({litNetwork: "custom"})`, "invalid_param"},
		{"a hostile object", `new Proxy({}, {get() { throw 1 }})`, "invalid_param"},
		{"no JSON", `"{"`, "invalid_param"},
		{"too deep", `"[".repeat(1e6)`, "invalid_param"},
		{"too long", `" ".repeat(2 ** 24 + 1)`, "invalid_param"},
		{"no network", `"{}"`, "unknown_network"},
		{"an unknown network", `'{"litNetwork":"cayenne"}'`, "unknown_network"},
		{"a custom network that is nowhere", `'{"litNetwork":"custom"}'`, "invalid_param"},
		{"an address that is none", `'{"litNetwork":"custom","contractContext":{"Staking":{"address":"0x12"}}}'`, "invalid_param"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			outcome := api(unreachable).Call("newClient", eval(test.config))
			if !outcome.Get("value").IsUndefined() {
				t.Fatal("accepted")
			}
			wantReason(t, outcome.Get("error"), test.want)
		})
	}
}

func TestHostilePorts(t *testing.T) {
	for _, ports := range []string{
		`undefined`, `null`, `7n`, `"ports"`, `new Proxy({}, {get() { throw 1 }})`,
		`({get storage() { throw 1 }, get now() { throw 2 }, get onEvent() { throw 3 }})`,
		`({storage: 7n, now: 7n, onEvent: 7n})`,
		`({storage: null, now: null, onEvent: null})`,
		`({storage: {}, now: {}, onEvent: {}})`,
		`({now() { throw 1 }})`, `({now: () => NaN})`, `({now: () => 7n})`, `({now: () => Infinity})`, `({now: () => "soon"})`,
	} {
		t.Run(ports, func(t *testing.T) {
			client := open(t, unreachable, custom, ports)
			if got := sessionKey(t, client); !strings.HasPrefix(got, `{"publicKey":"`) {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestCallsBeforeConnect(t *testing.T) {
	client := open(t, unreachable, custom, `{}`)
	wantReason(t, rejection(t, client.Call("getLatestBlockhash")), "not_ready")
	if got := result(t, client.Call("disconnect")); got != "null" {
		t.Errorf("disconnect answers %s", got)
	}
}

func TestParamsAreChecked(t *testing.T) {
	client := open(t, unreachable, custom, `{}`)
	for params, want := range map[string]string{
		`undefined`: "invalid_param",
		`7n`:        "invalid_param",
		`({})`:      "invalid_param",
		`"{"`:       "invalid_param",
		`'{"litActionCode":"AA==","litActionIpfsId":"Qm","jsParams":{}}'`: "conflicting_params",
		`'{"litActionSource":"1"}'`:                                       "missing_param",
	} {
		t.Run(params, func(t *testing.T) {
			for _, name := range []string{"getLitActionSessionSigs", "getPkpSessionSigs", "signSessionKey"} {
				wantReason(t, rejection(t, client.Call(name, eval(params))), want)
			}
			if want == "conflicting_params" {
				want = "missing_param" // the action is the callback's affair; requests are not
			}
			wantReason(t, rejection(t, client.Call("getSessionSigs", eval(params))), want)
		})
	}
}

func TestAFetchThatFails(t *testing.T) {
	tests := []struct{ name, fetch, want string }{
		{"no network", unreachable, "chain_unreachable"},
		{"a throw", `() => { throw new Error("no") }`, "chain_unreachable"},
		{"no function", `7n`, "chain_unreachable"},
		{"an answer of another kind", `async () => new Response("<html>")`, "chain_unreachable"},
		{"a server error", `async () => new Response("", {status: 500})`, "chain_unreachable"},
		{"garbage", `async () => ({status: 200, headers: {get() { throw 1 }}})`, "chain_unreachable"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client := open(t, test.fetch, custom, `{}`)
			e := rejection(t, client.Call("connect"))
			wantReason(t, e, test.want)
			if !e.Get("retryable").Bool() {
				t.Error("not retryable")
			}
		})
	}
}

func TestCauseIsTheErrorOfThePage(t *testing.T) {
	client := open(t, unreachable, custom, `{}`)
	e := rejection(t, client.Call("connect"))
	for range 5 { // through the chain of causes
		if cause := e.Get("cause"); !cause.IsUndefined() {
			e = cause
		}
	}
	if got := e.Get("message").String(); got != "Failed to fetch" || e.Get("name").String() != "TypeError" {
		t.Errorf("the innermost cause is %s: %s", e.Get("name"), got)
	}
}

func TestAbort(t *testing.T) {
	const hangs = `() => new Promise(() => {})`
	t.Run("before", func(t *testing.T) {
		reason := eval(`new Error("user left")`)
		signal := eval(`(r) => AbortSignal.abort(r)`).Invoke(reason)
		if got := rejection(t, open(t, hangs, custom, `{}`).Call("connect", js.Undefined(), signal)); !got.Equal(reason) {
			t.Errorf("rejected with %v", got)
		}
	})
	t.Run("during", func(t *testing.T) {
		controller := eval(`new AbortController()`)
		promise := open(t, hangs, custom, `{}`).Call("connect", js.Undefined(), controller.Get("signal"))
		nextTask()
		controller.Call("abort")
		if got := rejection(t, promise); !got.Equal(controller.Get("signal").Get("reason")) {
			t.Errorf("rejected with %v", got)
		}
	})
	t.Run("no signal", func(t *testing.T) {
		wantReason(t, rejection(t, open(t, hangs, custom, `{}`).Call("connect", js.Undefined(), "signal")), "invalid_param")
	})
}

func TestTwoClientsAtOnce(t *testing.T) {
	exports := api(unreachable)
	first, second := newClient(t, exports, custom, `{}`), newClient(t, exports, custom, `{}`)
	defer second.Call("release")
	keyA, keyB := sessionKey(t, first), sessionKey(t, second)
	if keyA == keyB {
		t.Error("two clients with memory of their own have one key")
	}
	waiting := second.Call("connect")
	first.Call("release") // must not touch the other one
	wantReason(t, rejection(t, waiting), "chain_unreachable")
	if again := sessionKey(t, second); again != keyB {
		t.Errorf("the second client's key changed from %s to %s", keyB, again)
	}
}

func TestReleaseDuringACall(t *testing.T) {
	client := newClient(t, api(unreachable), custom, `{}`)
	waiting := client.Call("connect")
	client.Call("release")
	wantReason(t, rejection(t, waiting), "chain_unreachable")
}

func TestClientsLeaveNothingBehind(t *testing.T) {
	const clients = 300
	exports := api(unreachable)
	live := func(n int) uint64 {
		for range n {
			client := newClient(t, exports, custom, `{now: Date.now, onEvent() {}, storage: sessionStorage}`)
			sessionKey(t, client)
			rejection(t, client.Call("connect"))
			client.Call("release")
		}
		return liveObjects()
	}
	before := live(20)
	after := live(clients)
	t.Logf("%d clients, %d live objects before, %d after", clients, before, after)
	if after > before+100 {
		t.Errorf("%d clients left %d objects behind", clients, after-before)
	}
}

// liveObjects counts the heap after everything unreachable is gone, what
// finalizers kept for one round included.
func liveObjects() uint64 {
	for range 3 {
		runtime.GC()
		nextTask()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapObjects
}
