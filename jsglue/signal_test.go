//go:build js

package jsglue_test

import (
	"context"
	"errors"
	"syscall/js"
	"testing"

	"litsession/internal/literr"
	"litsession/jsglue"
)

// untilDone works until its context ends and reports an error of its own.
func untilDone(ctx context.Context) (any, error) {
	<-ctx.Done()
	return nil, literr.Errorf(literr.NodeUnreachable, "handshake: %w", ctx.Err())
}

func TestAbortRejectsWithTheReason(t *testing.T) {
	tests := []struct{ name, reason string }{
		{"none", `undefined`}, // a DOMException that the controller makes
		{"an error", `new Error("user left")`},
		{"a string", `"user left"`},
		{"null", `null`},
		{"a bigint", `7n`},
		{"an object", `({why: "user left"})`},
	}
	abort := eval(`(controller, reason) => controller.abort(reason)`)
	for _, test := range tests {
		t.Run(test.name+", before the call", func(t *testing.T) {
			controller := eval(`new AbortController()`)
			abort.Invoke(controller, eval(test.reason))
			signal := controller.Get("signal")
			if got := rejection(t, jsglue.Promise(errs(), signal, untilDone)); !got.Equal(signal.Get("reason")) {
				t.Errorf("rejected with %v", got)
			}
		})
		t.Run(test.name+", during the call", func(t *testing.T) {
			controller := eval(`new AbortController()`)
			signal := controller.Get("signal")
			p := jsglue.Promise(errs(), signal, untilDone)
			nextTask()
			abort.Invoke(controller, eval(test.reason))
			if got := rejection(t, p); !got.Equal(signal.Get("reason")) {
				t.Errorf("rejected with %v", got)
			}
		})
	}
}

func TestAbortAfterTheCall(t *testing.T) {
	controller := eval(`new AbortController()`)
	p := jsglue.Promise(errs(), controller.Get("signal"), func(context.Context) (any, error) { return "done", nil })
	if v, err := await(t, p); err != nil || v.String() != "done" {
		t.Fatalf("got %v, %v", v, err)
	}
	controller.Call("abort") // TestMain hears if the listener is still there, released
	nextTask()
}

func TestSuccessInSpiteOfAbortIsKept(t *testing.T) {
	controller := eval(`new AbortController()`)
	p := jsglue.Promise(errs(), controller.Get("signal"), func(ctx context.Context) (any, error) { <-ctx.Done(); return "done", nil })
	nextTask()
	controller.Call("abort")
	if v, err := await(t, p); err != nil || v.String() != "done" {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestListenerIsTakenOff(t *testing.T) {
	signal := eval(`(() => {
		const signal = new AbortController().signal;
		signal.listening = 0;
		const {addEventListener, removeEventListener} = signal;
		signal.addEventListener = function (...args) { this.listening++; addEventListener.apply(this, args) };
		signal.removeEventListener = function (...args) { this.listening--; removeEventListener.apply(this, args) };
		return signal;
	})()`)
	works := map[string]func(context.Context) (any, error){
		"success": func(context.Context) (any, error) { return 1, nil },
		"failure": func(context.Context) (any, error) { return nil, errors.New("no") },
		"panic":   func(context.Context) (any, error) { panic("no") },
	}
	for name, work := range works {
		t.Run(name, func(t *testing.T) {
			_, _ = await(t, jsglue.Promise(errs(), signal, func(ctx context.Context) (any, error) {
				if n := signal.Get("listening").Int(); n != 1 {
					t.Errorf("%d listeners during the call", n)
				}
				return work(ctx)
			}))
			if n := signal.Get("listening").Int(); n != 0 {
				t.Errorf("%d listeners after the call", n)
			}
		})
	}
}

func TestWhatIsNoSignal(t *testing.T) {
	tests := map[string]string{
		"a string":                          `"signal"`,
		"a number":                          `1`,
		"a bigint":                          `1n`,
		"a bigint as aborted":               `({aborted: 1n})`,
		"an object":                         `({})`,
		"an AbortController":                `new AbortController()`,
		"a proxy that throws":               `new Proxy({}, {get() { throw 1 }})`,
		"a listener that cannot be added":   `({aborted: false, addEventListener() { throw new Error("no") }})`,
		"a signal that cannot be asked":     `({get aborted() { throw 1 }, addEventListener() {}})`,
		"a signal without addEventListener": `({aborted: false})`,
	}
	for name, source := range tests {
		t.Run(name, func(t *testing.T) {
			got := rejection(t, jsglue.Promise(errs(), eval(source), func(context.Context) (any, error) {
				t.Error("the work was done")
				return nil, nil
			}))
			wantText(t, got, "reason", "invalid_param")
			wantText(t, got.Get("details"), "param", "signal")
		})
	}
}

func TestSignalWithoutReason(t *testing.T) {
	for _, source := range []string{
		`({aborted: true})`,
		`({aborted: true, get reason() { throw 1 }})`,
	} {
		got := rejection(t, jsglue.Promise(errs(), eval(source), untilDone))
		wantText(t, got, "name", "AbortError")
	}
}

func TestContext(t *testing.T) {
	t.Run("no signal never ends", func(t *testing.T) {
		for _, signal := range []js.Value{js.Undefined(), js.Null()} {
			ctx, stop, err := jsglue.Context(context.Background(), signal)
			if err != nil || ctx.Err() != nil {
				t.Fatal(err, ctx.Err())
			}
			stop()
			if ctx.Err() == nil {
				t.Error("stop does not end the context")
			}
		}
	})
	t.Run("the cause is found", func(t *testing.T) {
		ctx, stop, err := jsglue.Context(context.Background(), eval(`AbortSignal.abort("bye")`))
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		var aborted *jsglue.Aborted
		if cause := context.Cause(ctx); !errors.As(cause, &aborted) || !errors.Is(cause, context.Canceled) || aborted.Reason.String() != "bye" {
			t.Errorf("cause %v", cause)
		}
	})
}
