//go:build js

package jsglue

import (
	"errors"
	"fmt"
	"syscall/js"
)

// Try runs f and returns what JavaScript threw inside it as an [*Exception].
// It is the one place where a throw becomes an error; any other panic goes on.
// It catches what [js.Value.Call], Invoke and New throw, and cannot catch what
// a getter throws inside [js.Value.Get]: use [Get] for that.
func Try(f func() js.Value) (value js.Value, err error) {
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case js.Error:
			value, err = js.Undefined(), &Exception{Value: thrown.Value}
		default:
			panic(thrown)
		}
	}()
	return f(), nil
}

// Get reads a property of an object or function that may be hostile: a
// throwing getter is an [*Exception], and so is a value that has no properties.
func Get(object js.Value, name string) (js.Value, error) {
	return Try(func() js.Value { return reflect().Call("get", object, name) })
}

// Call calls a method of an object that may be hostile, with the object as its
// receiver. A missing method, a throwing getter and a throw are [*Exception].
func Call(object js.Value, method string, args ...any) (js.Value, error) {
	function, err := Get(object, method)
	if err != nil {
		return js.Undefined(), err
	}
	return apply(function, object, args)
}

// Invoke calls a function that may be hostile, without a receiver.
func Invoke(function js.Value, args ...any) (js.Value, error) {
	return apply(function, js.Undefined(), args)
}

func apply(function, this js.Value, args []any) (js.Value, error) {
	return Try(func() js.Value { return reflect().Call("apply", function, this, js.ValueOf(args)) })
}

// reflect is the scope's Reflect. Unlike the values it is asked about, it is
// ours: its methods can be called directly.
func reflect() js.Value { return js.Global().Get("Reflect") }

// TypeOf returns the type of any value, as [js.Type] names it, or "bigint":
// syscall/js does not know that one, and [js.Value.Type], String and Truthy
// panic when they meet it.
func TypeOf(v js.Value) (name string) {
	defer func() {
		if recover() != nil {
			name = "bigint"
		}
	}()
	return v.Type().String()
}

// IsObject reports whether v has properties: an object or a function.
func IsObject(v js.Value) bool {
	name := TypeOf(v)
	return name == "object" || name == "function"
}

// String returns a JavaScript string as UTF-8, lone surrogates replaced by
// U+FFFD. Anything but a primitive string of at most maxLength UTF-16 units is
// an error: nothing is converted, so no toString of the caller's runs.
func String(v js.Value, maxLength int) (string, error) {
	if TypeOf(v) != "string" {
		return "", fmt.Errorf("want a string, got %s", TypeOf(v))
	}
	// The length before the copy: a string of a gigabyte must not exhaust
	// the module's memory, which cannot be survived.
	if length := js.Global().Get("Object").Invoke(v).Length(); length > maxLength {
		return "", fmt.Errorf("want at most %d characters, got %d", maxLength, length)
	}
	return v.String(), nil
}

// errTooLong says that there is more data than the limit allows.
var errTooLong = errors.New("too long")

// Bytes copies the bytes under an ArrayBuffer view of any realm: a Uint8Array,
// a Node Buffer, a DataView. More than maxBytes, a detached buffer or any
// other value is an error.
func Bytes(view js.Value, maxBytes int64) ([]byte, error) {
	if !js.Global().Get("ArrayBuffer").Call("isView", view).Bool() {
		return nil, fmt.Errorf("want a Uint8Array, got %s", TypeOf(view))
	}
	var parts [3]any
	for i, name := range []string{"buffer", "byteOffset", "byteLength"} {
		part, err := Get(view, name)
		if err != nil {
			return nil, err
		}
		parts[i] = part
	}
	// A view of our own over the same memory: the one given may have been
	// tampered with, and the runtime would call its subarray method.
	own, err := Try(func() js.Value { return js.Global().Get("Uint8Array").New(parts[:]...) })
	if err != nil {
		return nil, err
	}
	length := own.Length()
	if int64(length) > maxBytes {
		return nil, fmt.Errorf("%w: %d bytes, want at most %d", errTooLong, length, maxBytes)
	}
	bytes := make([]byte, length)
	js.CopyBytesToGo(bytes, own)
	return bytes, nil
}

// Uint8Array copies bytes into a JavaScript Uint8Array of its own memory.
func Uint8Array(bytes []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(bytes))
	js.CopyBytesToJS(array, bytes)
	return array
}
