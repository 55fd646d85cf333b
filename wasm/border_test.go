//go:build js

package main

import (
	"context"
	"errors"
	"os"
	"syscall/js"
	"testing"
	"time"

	"litsession/jsglue"
)

// TestMain fails the run when the page saw a promise rejected that nobody
// handles, or the runtime a callback that was released.
func TestMain(m *testing.M) {
	seen := eval(`(() => {
		const seen = [];
		addEventListener("unhandledrejection", (e) => seen.push("unhandled rejection: " + String(e.reason)));
		const error = console.error;
		console.error = (...args) => { seen.push(args.join(" ")); error.apply(console, args); };
		return seen;
	})()`)
	code := m.Run()
	nextTask()
	if complaints := seen.Call("join", "; ").String(); complaints != "" {
		println("the page complains:", complaints)
		code = 1
	}
	os.Exit(code)
}

func eval(source string) js.Value { return js.Global().Call("eval", source) }

// nextTask lets the event loop turn: the microtasks and events that are due happen.
func nextTask() {
	turned := make(chan struct{})
	callback := js.FuncOf(func(js.Value, []js.Value) any { close(turned); return nil })
	defer callback.Release()
	js.Global().Call("setTimeout", callback)
	<-turned
}

// custom is the configuration of a network whose chain is what the fetch hook says.
const custom = `{"litNetwork":"custom","rpcUrl":"http://chain.test","contractContext":{"Staking":{"address":"0x5FbDB2315678afecb367f032d93F642f64180aa3"}}}`

// unreachable is the fetch of a machine without network.
const unreachable = `async () => { throw new TypeError("Failed to fetch") }`

// open makes the module's exports over a fetch, and a client of them.
func open(t *testing.T, fetch, config, ports string) js.Value {
	t.Helper()
	client := newClient(t, api(fetch), config, ports)
	t.Cleanup(func() { client.Call("release") })
	return client
}

// newClient makes a client that the test releases itself.
func newClient(t *testing.T, api js.Value, config, ports string) js.Value {
	t.Helper()
	outcome := api.Call("newClient", config, eval("("+ports+")"))
	if e := outcome.Get("error"); !e.IsUndefined() {
		t.Fatalf("newClient: %s", e.Get("message"))
	}
	return outcome.Get("value")
}

// api makes the module's exports. Its makeError shows every field that it gets.
func api(fetch string) js.Value {
	return newExports(eval(`({fetch: ` + fetch + `, makeError: (fields) => Object.assign(new Error(fields.message), fields)})`)).api()
}

// result waits for a call and returns its JSON.
func result(t *testing.T, promise js.Value) string {
	t.Helper()
	v, err := settle(promise)
	if err != nil {
		t.Fatal(err)
	}
	return v.String()
}

// sessionKey returns what getSessionKey answers at once.
func sessionKey(t *testing.T, client js.Value) string {
	t.Helper()
	outcome := client.Call("getSessionKey")
	if e := outcome.Get("error"); !e.IsUndefined() {
		t.Fatalf("getSessionKey: %s", e.Get("message"))
	}
	return outcome.Get("value").String()
}

// rejection waits for a call and returns what it is rejected with.
func rejection(t *testing.T, promise js.Value) js.Value {
	t.Helper()
	v, err := settle(promise)
	var exception *jsglue.Exception
	if !errors.As(err, &exception) {
		t.Fatalf("want a rejection, got %v, %v", v, err)
	}
	return exception.Value
}

// settle waits with a bound that only a defect reaches.
func settle(promise js.Value) (js.Value, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return jsglue.Await(ctx, promise)
}

func wantReason(t *testing.T, e js.Value, want string) {
	t.Helper()
	if got := e.Get("reason").String(); got != want {
		t.Errorf("reason %s (%s), want %s", got, e.Get("message"), want)
	}
}
