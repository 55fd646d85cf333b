//go:build js

package main

import (
	"context"
	"syscall/js"

	"litsession/jsglue"
)

// object is one of JavaScript's, with functions that it frees by itself.
type object struct {
	errs      jsglue.Errors
	value     js.Value
	functions []js.Func
}

// function adds one that answers in the same turn.
func (o *object) function(name string, call func(args []js.Value) (any, error)) {
	o.add(name, jsglue.Function(o.errs, 0, call))
}

// method adds one of params parameters and an optional AbortSignal after them,
// which returns a promise of JSON text.
func (o *object) method(name string, params int, call func(ctx context.Context, args []js.Value) ([]byte, error)) {
	o.add(name, jsglue.Method(o.errs, params, func(ctx context.Context, args []js.Value) (any, error) {
		answer, err := call(ctx, args)
		return string(answer), err
	}))
}

func (o *object) add(name string, function js.Func) {
	o.functions = append(o.functions, function)
	o.value.Set(name, function)
}

// complete adds release, which frees all functions, itself among them, and
// returns the object.
func (o *object) complete() js.Value {
	o.function("release", func([]js.Value) (any, error) {
		for _, function := range o.functions {
			function.Release()
		}
		return nil, nil
	})
	return o.value
}
