//go:build js

package jsglue_test

import (
	"context"
	"errors"
	"runtime"
	"syscall/js"
	"testing"

	"litsession/internal/literr"
	"litsession/jsglue"
)

func promise(work func(ctx context.Context) (any, error)) js.Value {
	return jsglue.Promise(errs(), js.Undefined(), work)
}

func TestPromiseReturnsAtOnce(t *testing.T) {
	release := make(chan struct{})
	p := promise(func(context.Context) (any, error) { <-release; return "done", nil })
	close(release) // reached although the work has not ended
	if v, err := await(t, p); err != nil || v.String() != "done" {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestPromiseNeverPanics(t *testing.T) {
	tests := []struct {
		name        string
		work        func(context.Context) (any, error)
		wantMessage string
	}{
		{"a string", func(context.Context) (any, error) { panic("boom") }, "internal error: boom"},
		{"an error", func(context.Context) (any, error) { panic(errors.New("boom")) }, "internal error: boom"},
		{"a nil pointer", func(context.Context) (any, error) { var p *int; return *p, nil }, "internal error: runtime error: invalid memory address or nil pointer dereference"},
		{"an index out of range", func(context.Context) (any, error) { none := []int{}; return none[0], nil }, "internal error: runtime error: index out of range [0] with length 0"},
		{"a JavaScript throw", func(context.Context) (any, error) {
			return eval(`() => { throw new TypeError("bad") }`).Invoke(), nil
		}, "internal error: TypeError: bad"},
		{"a hostile JavaScript throw", func(context.Context) (any, error) {
			return eval(`() => { throw {get message() { throw 1 }} }`).Invoke(), nil
		}, "internal error: JavaScript object"},
		{"a value without a JavaScript form", func(context.Context) (any, error) { return struct{}{}, nil }, "internal error: ValueOf: invalid value"},
		{"an error whose text panics", func(context.Context) (any, error) { return nil, badError{} }, "internal error: no error could be made"},
		{"the goroutine ends", func(context.Context) (any, error) { runtime.Goexit(); return nil, nil }, "internal error: the call ended without an answer"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := rejection(t, promise(test.work))
			wantText(t, got, "message", test.wantMessage)
			if reason := got.Get("reason"); !reason.IsUndefined() && reason.String() != "internal" {
				t.Errorf("reason %s", reason)
			}
		})
	}
}

type badError struct{}

func (badError) Error() string { panic("no text") }

func TestMethodPadsItsArguments(t *testing.T) {
	method := jsglue.Method(errs(), 2, func(_ context.Context, args []js.Value) (any, error) {
		return []any{len(args), args[0], args[1].IsUndefined()}, nil
	})
	defer method.Release()
	v, err := await(t, method.Invoke("first"))
	if err != nil || v.Call("join").String() != "2,first,true" {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestFunctionAnswersInTheSameTurn(t *testing.T) {
	tests := []struct {
		name string
		call func(args []js.Value) (any, error)
		want string // of the answer's JSON
	}{
		{"a value", func(args []js.Value) (any, error) { return args[0].String() + args[1].String(), nil }, `{"value":"it all"}`},
		{"no value", func([]js.Value) (any, error) { return js.Undefined(), nil }, `{}`},
		{"an error", func([]js.Value) (any, error) { return nil, literr.Errorf(literr.InvalidParam, "bad") },
			`{"error":{"reason":"invalid_param","message":"bad","retryable":false,"shortMessage":"bad"}}`},
		{"a panic", func([]js.Value) (any, error) { panic("boom") },
			`{"error":{"reason":"internal","message":"internal error: boom","retryable":false,"shortMessage":"internal error: boom"}}`},
		{"a value without a JavaScript form", func([]js.Value) (any, error) { return struct{}{}, nil },
			`{"error":{"reason":"internal","message":"internal error: ValueOf: invalid value","retryable":false,"shortMessage":"internal error: ValueOf: invalid value"}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := jsglue.Function(jsglue.Errors{Make: eval(`(fields) => fields`)}, 2, test.call)
			defer f.Release()
			if got := toJSON(f.Invoke("it", " all", "and more")); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestAwait(t *testing.T) {
	tests := []struct {
		name, source string
		want         string // of value or rejection, as String() makes it
		rejects      bool
	}{
		{name: "no promise", source: `"plain"`, want: "plain"},
		{name: "an object without then", source: `({toString: () => "object"})`, want: "object"},
		{name: "a bigint", source: `7n`, want: "7"},
		{name: "a rejection with a bigint", source: `Promise.reject(7n)`, want: "7", rejects: true},
		{name: "a resolved promise", source: `Promise.resolve("yes")`, want: "yes"},
		{name: "a rejected promise", source: `Promise.reject("no")`, want: "no", rejects: true},
		{name: "a rejection with undefined", source: `Promise.reject()`, want: "undefined", rejects: true},
		{name: "a later promise", source: `new Promise((r) => setTimeout(r, 1, "later"))`, want: "later"},
		{name: "a thenable", source: `({then(ok) { ok("thenable") }})`, want: "thenable"},
		{name: "a thenable that settles twice", source: `({then(ok, no) { ok(1); ok(2); no(3) }})`, want: "1"},
		{name: "a thenable that throws", source: `({then() { throw "thrown" }})`, want: "thrown", rejects: true},
		{name: "a thenable that throws afterwards", source: `({then(ok) { ok("first"); throw "thrown" }})`, want: "first"},
		{name: "a then that cannot be read", source: `({get then() { throw "unreadable" }})`, want: "unreadable", rejects: true},
		{name: "a promise whose own then misbehaves", source: `Object.assign(Promise.resolve("sound"), {then(ok, no) { ok(1); no(2); throw 3 }})`, want: "sound"},
		{name: "a promise whose constructor throws", source: `Object.defineProperty(Promise.resolve(), "constructor", {get() { throw "hostile" }})`, want: "hostile", rejects: true},
		{name: "a promise of another realm", source: `(() => {
			const frame = document.body.appendChild(document.createElement("iframe"));
			return frame.contentWindow.Promise.resolve("foreign");
		})()`, want: "foreign"},
		{name: "a subclass", source: `(class extends Promise {}).resolve("sub")`, want: "sub"},
	}
	toString := eval(`String`)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v, err := await(t, eval(test.source))
			if test.rejects {
				exception, ok := err.(*jsglue.Exception)
				if !ok {
					t.Fatalf("want a rejection, got %v, %v", v, err)
				}
				v, err = exception.Value, nil
			}
			if got := toString.Invoke(v).String(); err != nil || got != test.want {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestAwaitLeavesWhenTheContextEnds(t *testing.T) {
	why := errors.New("enough")
	for _, settle := range []string{"resolve", "reject"} {
		t.Run("and then "+settle, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			deferred := eval(`(() => { const d = {}; d.promise = new Promise((resolve, reject) => Object.assign(d, {resolve, reject})); return d })()`)
			cancel(why)
			if _, err := jsglue.Await(ctx, deferred.Get("promise")); !errors.Is(err, why) {
				t.Fatalf("got %v", err)
			}
			// TestMain hears of a callback that was released too early and of
			// a rejection that nobody handles.
			deferred.Call(settle, "late")
			nextTask()
		})
	}
}

func TestAwaitLeavesNothingBehind(t *testing.T) {
	const awaits = 20_000
	resolved, rejected := eval(`() => Promise.resolve(1)`), eval(`() => Promise.reject(1)`)
	wait := func(n int) {
		for range n {
			_, _ = jsglue.Await(context.Background(), resolved.Invoke())
			_, _ = jsglue.Await(context.Background(), rejected.Invoke())
		}
	}
	wait(100) // what the first ones allocate once
	before := liveObjects()
	wait(awaits / 2)
	after := liveObjects()
	t.Logf("%d awaits, %d live objects before, %d after", awaits, before, after)
	if after > before+100 {
		t.Errorf("%d awaits left %d objects behind", awaits, after-before)
	}
}

func TestPromiseLeavesNothingBehind(t *testing.T) {
	const calls = 5_000
	controller := eval(`new AbortController()`)
	method := jsglue.Method(errs(), 0, func(context.Context, []js.Value) (any, error) { return 1, nil })
	defer method.Release()
	wait := func(n int) {
		for range n {
			_, _ = jsglue.Await(context.Background(), method.Invoke(controller.Get("signal")))
		}
	}
	wait(100)
	before := liveObjects()
	wait(calls)
	after := liveObjects()
	t.Logf("%d calls, %d live objects before, %d after", calls, before, after)
	if after > before+100 {
		t.Errorf("%d calls left %d objects behind", calls, after-before)
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
