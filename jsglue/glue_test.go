//go:build js

package jsglue_test

import (
	"context"
	"os"
	"strings"
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

// errs builds errors as the loader does, in miniature: the fields on an Error.
func errs() jsglue.Errors {
	return jsglue.Errors{Make: eval(`(fields) => Object.assign(new Error(fields.message), fields)`)}
}

// await waits for a promise with a bound that only a defect reaches.
func await(t *testing.T, promise js.Value) (js.Value, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return jsglue.Await(ctx, promise)
}

// rejection returns what a promise is rejected with.
func rejection(t *testing.T, promise js.Value) js.Value {
	t.Helper()
	value, err := await(t, promise)
	exception, ok := err.(*jsglue.Exception)
	if !ok {
		t.Fatalf("want a rejection, got value %v, error %v", value, err)
	}
	return exception.Value
}

func wantText(t *testing.T, v js.Value, property, want string) {
	t.Helper()
	if got := v.Get(property).String(); got != want {
		t.Errorf("%s = %q, want %q", property, got, want)
	}
}

func wantErrorText(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}
