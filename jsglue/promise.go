//go:build js

package jsglue

import (
	"context"
	"errors"
	"fmt"
	"syscall/js"
	"time"

	"litsession/internal/literr"
)

// Promise returns a JavaScript promise at once and does work in a goroutine of
// its own. The promise resolves with work's value, as [js.ValueOf] converts it,
// or rejects with errs.Value of its error.
//
// The context that work gets ends when signal, an AbortSignal or undefined,
// aborts. From then on a failure of work, whatever it is, rejects with exactly
// signal.reason, as fetch does. A panic of work rejects with [literr.Internal]:
// nothing that work does in its goroutine ends the module.
func Promise(errs Errors, signal js.Value, work func(ctx context.Context) (any, error)) js.Value {
	var resolve, reject js.Value
	executor := js.FuncOf(func(_ js.Value, args []js.Value) any {
		resolve, reject = args[0], args[1]
		return nil
	})
	promise := js.Global().Get("Promise").New(executor) // calls executor before it returns
	executor.Release()
	go func() {
		value, err := js.Undefined(), error(literr.Errorf(literr.Internal, "internal error: the call ended without an answer"))
		defer func() { // deferred, so that it also runs under runtime.Goexit
			forgetStoppedTimers()
			if err != nil {
				reject.Invoke(errs.Value(err))
				return
			}
			resolve.Invoke(value)
		}()
		value, err = guard(func() (js.Value, error) { return withSignal(signal, work) })
	}()
	return promise
}

// forgetStoppedTimers gives up a setTimeout of the runtime that nobody waits
// for. The runtime keeps the one for its earliest timer even when that timer
// has been stopped, and with it Node keeps the process: after a call that
// could have taken 20 seconds, for the rest of them. A timer that fires makes
// the runtime look again, and one that is added drops stopped ones before it
// from the queue; hence a timer in a timer. They are long enough apart from
// now for the runtime to reschedule, which it does not for one millisecond.
func forgetStoppedTimers() {
	const soon = 2 * time.Millisecond
	time.AfterFunc(soon, func() { time.AfterFunc(soon, func() {}) })
}

// withSignal runs work under a context that signal ends, and converts its value.
func withSignal(signal js.Value, work func(ctx context.Context) (any, error)) (js.Value, error) {
	ctx, stop, err := Context(context.Background(), signal)
	if err != nil {
		return js.Undefined(), err
	}
	defer stop()
	value, err := work(ctx)
	if err == nil {
		return js.ValueOf(value), nil
	}
	if aborted := (*Aborted)(nil); errors.As(context.Cause(ctx), &aborted) {
		err = aborted
	}
	return js.Undefined(), err
}

// guard runs f and returns a panic of it as [literr.Internal].
func guard(f func() (js.Value, error)) (value js.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	return f()
}

// panicked describes a recovered panic. [js.Error] gets care of its own: its
// Error method reads a property of the thrown value unprotected.
func panicked(r any) error {
	switch r := r.(type) {
	case js.Error:
		return literr.Errorf(literr.Internal, "internal error: %w", &Exception{Value: r.Value})
	case error:
		return literr.Errorf(literr.Internal, "internal error: %w", r)
	default:
		return literr.Errorf(literr.Internal, "internal error: %v", r)
	}
}

// Method makes a JavaScript function of params parameters, missing ones
// undefined, and an optional AbortSignal after them. It returns the promise
// that [Promise] makes of call. The caller releases it.
func Method(errs Errors, params int, call func(ctx context.Context, args []js.Value) (any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		args = padded(args, params+1)
		return Promise(errs, args[params], func(ctx context.Context) (any, error) { return call(ctx, args[:params]) })
	})
}

// Function makes a JavaScript function of params parameters, missing ones
// undefined, that answers in the same turn. Go cannot throw into JavaScript,
// so it returns {value} or {error}, an errs.Value, for the loader to unwrap; a
// panic of call is [literr.Internal]. Call must not block: the page stands
// still meanwhile, and nothing could wake it. The caller releases the function.
func Function(errs Errors, params int, call func(args []js.Value) (any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		value, err := guard(func() (js.Value, error) {
			value, err := call(padded(args, params)[:params])
			return js.ValueOf(value), err
		})
		if err != nil {
			return map[string]any{"error": errs.Value(err)}
		}
		return map[string]any{"value": value}
	})
}

func padded(args []js.Value, n int) []js.Value {
	for len(args) < n {
		args = append(args, js.Undefined())
	}
	return args
}

// Await waits until a promise or any other thenable settles, or ctx ends. A
// rejection is an [*Exception] that keeps the value; the end of ctx is
// [context.Cause]. Any other value is returned as it is.
//
// A promise that never settles keeps two small callbacks alive for ever, even
// after ctx has ended: were they released, a late settlement would find them
// gone.
func Await(ctx context.Context, v js.Value) (js.Value, error) {
	settled, err := settlement(v)
	if err != nil {
		return js.Undefined(), err
	}
	select {
	case outcome := <-settled:
		return outcome.value, outcome.err
	case <-ctx.Done():
		return js.Undefined(), fmt.Errorf("wait for JavaScript: %w", context.Cause(ctx))
	}
}

// Disregard reports whether v is a thenable. If so it subscribes to it and
// drops the outcome, so that a rejection is not one that nobody handles.
func Disregard(v js.Value) bool {
	if !IsObject(v) {
		return false
	}
	if then, err := Get(v, "then"); err != nil || TypeOf(then) != "function" {
		return false
	}
	_, _ = settlement(v)
	return true
}

type outcome struct {
	value js.Value
	err   error
}

// settlement subscribes to v. The channel gets exactly one outcome, and has
// room for it: whoever loses interest may simply leave.
func settlement(v js.Value) (<-chan outcome, error) {
	constructor := js.Global().Get("Promise")
	// Resolve calls the then method of a foreign thenable, and protects us
	// from one that throws or calls back twice.
	promise, err := Try(func() js.Value { return constructor.Call("resolve", v) })
	if err != nil {
		return nil, err
	}
	settled := make(chan outcome, 1)
	var fulfilled, rejected js.Func
	release := func() {
		fulfilled.Release()
		rejected.Release()
	}
	fulfilled = js.FuncOf(func(_ js.Value, args []js.Value) any {
		release()
		settled <- outcome{value: args[0]}
		return nil
	})
	rejected = js.FuncOf(func(_ js.Value, args []js.Value) any {
		release()
		settled <- outcome{err: &Exception{Value: args[0]}}
		return nil
	})
	// The constructor's own then: a real promise may carry another one.
	then := constructor.Get("prototype").Get("then")
	if _, err := apply(then, promise, []any{fulfilled, rejected}); err != nil {
		release()
		return nil, err
	}
	return settled, nil
}
