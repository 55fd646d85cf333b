package action

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/libquickjs"
)

// value is one JavaScript value. Values of strings and objects are counted references: what a function here returns
// belongs to its caller, what it takes stays the caller's. None needs to be freed before its engine is closed.
type value = lib.TJSValue

var undefined = value{Ftag: lib.EJS_TAG_UNDEFINED}

const valueSize = int(unsafe.Sizeof(value{}))

func isException(v value) bool { return v.Ftag == lib.EJS_TAG_EXCEPTION }

func (e *engine) free(v value)      { lib.XFreeValue(e.tls, e.ctx, v) }
func (e *engine) dup(v value) value { return lib.XDupValue(e.tls, e.ctx, v) }

// exception takes the pending exception.
func (e *engine) exception() value { return lib.XJS_GetException(e.tls, e.ctx) }

// error takes the pending exception as a Go error.
func (e *engine) error() error {
	v := e.exception()
	defer e.free(v)
	text, err := e.text(v)
	if err != nil {
		return errors.New("exception without text")
	}
	return errors.New(text)
}

// text converts v to a string. A lone surrogate becomes U+FFFD. It fails when v's own conversion throws.
func (e *engine) text(v value) (string, error) {
	word := int(unsafe.Sizeof(lib.Tsize_t(0)))
	size := e.tls.Alloc(word)
	defer e.tls.Free(word)
	p := lib.XJS_ToCStringLen2(e.tls, e.ctx, size, v, 0)
	if p == 0 {
		e.free(e.exception())
		return "", errors.New("no text")
	}
	defer lib.XJS_FreeCString(e.tls, e.ctx, p)
	n := int(*(*lib.Tsize_t)(unsafe.Add(nil, size)))
	if err := e.charge(n); err != nil {
		return "", err
	}
	s := string(unsafe.Slice((*byte)(unsafe.Add(nil, p)), n))
	if !utf8.ValidString(s) {
		s = replaceSurrogates([]byte(s))
	}
	return s, nil
}

// replaceSurrogates replaces each lone surrogate, three bytes of otherwise valid UTF-8, by U+FFFD.
func replaceSurrogates(b []byte) string {
	for i := 0; i+2 < len(b); i++ {
		if b[i] == 0xed && b[i+1] >= 0xa0 {
			copy(b[i:], "\uFFFD")
		}
	}
	return string(b)
}

// charge takes n bytes of the budget for a copy between the engine and Go, or ends the run. The engine's memory alone
// would leave those out, which can be several times as much.
func (e *engine) charge(n int) error {
	if !e.memory.budget.reserve(uintptr(n)) {
		e.halt(haltMemory)
		return errors.New("no memory for a copy")
	}
	e.charged += int64(n)
	return nil
}

// discharge gives back what was charged since charged was that much.
func (e *engine) discharge(before int64) {
	e.memory.budget.release(e.charged - before)
	e.charged = before
}

// make converts what a host function returns: nil for undefined, bool, int, float64, string, []byte for an
// ArrayBuffer, or a value.
func (e *engine) make(v any) (value, error) {
	switch v := v.(type) {
	case nil:
		return undefined, nil
	case value:
		return v, nil
	case bool:
		if v {
			return boolean(1), nil
		}
		return boolean(0), nil
	case int:
		return numeric(float64(v)), nil
	case float64:
		return numeric(v), nil
	case string:
		return e.string(v)
	case []byte:
		return e.buffer(v)
	}
	return undefined, fmt.Errorf("internal error: no JavaScript value for %T", v)
}

func boolean(n uint64) (v value) {
	v.Fu.Fuint641 = n
	v.Ftag = lib.EJS_TAG_BOOL
	return v
}

func numeric(f float64) (v value) {
	if n := int32(f); float64(n) == f {
		v.Fu.Fuint641 = uint64(uint32(n))
		v.Ftag = lib.EJS_TAG_INT
		return v
	}
	*(*float64)(unsafe.Pointer(&v)) = f
	v.Ftag = lib.EJS_TAG_FLOAT64
	return v
}

func (e *engine) string(s string) (value, error) {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	p, err := e.lend(s)
	if err != nil {
		return undefined, err
	}
	defer libc.Xfree(e.tls, p)
	return e.checked(lib.XJS_NewStringLen(e.tls, e.ctx, p, lib.Tsize_t(len(s))))
}

func (e *engine) buffer(b []byte) (value, error) {
	p, err := e.lend(unsafe.String(unsafe.SliceData(b), len(b)))
	if err != nil {
		return undefined, err
	}
	defer libc.Xfree(e.tls, p)
	return e.checked(lib.XJS_NewArrayBufferCopy(e.tls, e.ctx, p, lib.Tsize_t(len(b))))
}

// lend copies s, with a NUL after it, to memory that the engine may read and the caller frees.
func (e *engine) lend(s string) (uintptr, error) {
	if err := e.charge(len(s)); err != nil {
		return 0, err
	}
	return libc.CString(s)
}

func (e *engine) checked(v value) (value, error) {
	if isException(v) {
		return undefined, e.error()
	}
	return v, nil
}

// take converts an argument of a host function: undefined and null become nil, numbers float64, an ArrayBuffer []byte.
// Other objects and symbols are refused, so that no conversion of the action's runs.
func (e *engine) take(v value) (any, error) {
	switch int32(v.Ftag) {
	case lib.EJS_TAG_UNDEFINED, lib.EJS_TAG_NULL:
		return nil, nil
	case lib.EJS_TAG_BOOL:
		return uint32(v.Fu.Fuint641) != 0, nil
	case lib.EJS_TAG_INT:
		return float64(int32(v.Fu.Fuint641)), nil
	case lib.EJS_TAG_FLOAT64:
		return *(*float64)(unsafe.Pointer(&v)), nil
	case lib.EJS_TAG_STRING, lib.EJS_TAG_STRING_ROPE:
		return e.text(v)
	case lib.EJS_TAG_OBJECT:
		return e.bytes(v)
	}
	return nil, errors.New("internal error: unexpected argument")
}

// bytes copies the content of an ArrayBuffer.
func (e *engine) bytes(v value) ([]byte, error) {
	word := int(unsafe.Sizeof(lib.Tsize_t(0)))
	size := e.tls.Alloc(word)
	defer e.tls.Free(word)
	p := lib.XJS_GetArrayBuffer(e.tls, e.ctx, size, v)
	if lib.XJS_HasException(e.tls, e.ctx) != 0 {
		return nil, e.error()
	}
	n := int(*(*lib.Tsize_t)(unsafe.Add(nil, size)))
	if p == 0 || n == 0 {
		return []byte{}, nil
	}
	if err := e.charge(n); err != nil {
		return nil, err
	}
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Add(nil, p)), n)), nil
}

// call calls a function and returns its result. An exception is returned as an error.
func (e *engine) call(f value, args ...any) (value, error) {
	defer e.discharge(e.charged)
	n := max(len(args), 1) * valueSize
	argv := e.tls.Alloc(n)
	defer e.tls.Free(n)
	vector := unsafe.Slice((*value)(unsafe.Add(nil, argv)), len(args))
	for i, arg := range args {
		v, err := e.make(arg)
		if err != nil {
			return undefined, err
		}
		vector[i] = v
	}
	result := lib.XJS_Call(e.tls, e.ctx, f, undefined, int32(len(args)), argv)
	for i, arg := range args {
		if _, callers := arg.(value); !callers {
			e.free(vector[i])
		}
	}
	return e.checked(result)
}

// hostFunc is a Go function for JavaScript to call. An error is thrown as its text, a primitive string.
type hostFunc func(args []any) (any, error)

// function returns a JavaScript function that calls f. A panic of f ends the run.
func (e *engine) function(f hostFunc) (value, error) {
	return e.checked(lib.XJS_NewCFunctionData(e.tls, e.ctx, hook(e, func(_ *libc.TLS, _ uintptr, _ value, argc int32, argv uintptr, _ int32, _ uintptr) (result value) {
		defer e.discharge(e.charged)
		defer func() {
			if p := recover(); p != nil {
				if e.memory.dead() {
					panic(p) // not f's: the memory was taken away
				}
				e.halt(haltFailed)
				result = undefined
			}
		}()
		result, err := e.answer(f, unsafe.Slice((*value)(unsafe.Add(nil, argv)), argc))
		if err == nil {
			return result
		}
		text, err := e.string(err.Error())
		if err != nil {
			return undefined
		}
		return lib.XJS_Throw(e.tls, e.ctx, text)
	}), 0, 0, 0, 0))
}

func (e *engine) answer(f hostFunc, argv []value) (value, error) {
	args := make([]any, len(argv))
	for i, v := range argv {
		arg, err := e.take(v)
		if err != nil {
			return undefined, err
		}
		args[i] = arg
	}
	result, err := f(args)
	if err != nil {
		return undefined, err
	}
	return e.make(result)
}
