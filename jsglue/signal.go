//go:build js

package jsglue

import (
	"context"
	"syscall/js"

	"litsession/internal/literr"
)

// Aborted is the cause of a context that an AbortSignal ended. It wraps
// [context.Canceled].
type Aborted struct {
	Reason js.Value // signal.reason, any value
}

// Error describes the reason.
func (a *Aborted) Error() string { return "aborted: " + (&Exception{Value: a.Reason}).Error() }

// Unwrap makes errors.Is(err, context.Canceled) true.
func (a *Aborted) Unwrap() error { return context.Canceled }

// Context returns a context that ends when signal aborts, with an [*Aborted]
// as its cause; an undefined or null signal never does. Stop ends the context
// and takes the listener off the signal; it must be called. A value that is no
// AbortSignal is [literr.InvalidParam].
func Context(parent context.Context, signal js.Value) (ctx context.Context, stop func(), err error) {
	ctx, cancel := context.WithCancelCause(parent)
	if signal.IsUndefined() || signal.IsNull() {
		return ctx, func() { cancel(nil) }, nil
	}
	aborted, err := Get(signal, "aborted")
	if err != nil || TypeOf(aborted) != "boolean" {
		cancel(nil)
		return nil, nil, invalidSignal(err)
	}
	if aborted.Bool() {
		cancel(&Aborted{Reason: reason(signal)})
		return ctx, func() {}, nil
	}
	listener := js.FuncOf(func(js.Value, []js.Value) any {
		cancel(&Aborted{Reason: reason(signal)})
		return nil
	})
	if _, err := Call(signal, "addEventListener", "abort", listener); err != nil {
		cancel(nil)
		listener.Release()
		return nil, nil, invalidSignal(err)
	}
	return ctx, func() {
		cancel(nil)
		// A signal that cannot remove its listener finds it released.
		_, _ = Call(signal, "removeEventListener", "abort", listener)
		listener.Release()
	}, nil
}

func invalidSignal(cause error) error {
	e := literr.Invalid("signal", "AbortSignal", "signal must be an AbortSignal")
	e.Cause = cause
	return e
}

// reason reads signal.reason. Signals that predate the property get the error
// that fetch would make for them.
func reason(signal js.Value) js.Value {
	reason, err := Get(signal, "reason")
	if err == nil && !reason.IsUndefined() {
		return reason
	}
	made := plain("This operation was aborted")
	made.Set("name", "AbortError")
	return made
}
