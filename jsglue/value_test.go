//go:build js

package jsglue_test

import (
	"bytes"
	"strings"
	"syscall/js"
	"testing"

	"litsession/jsglue"
)

// hostile values, each of which throws where an ordinary one would not.
var hostile = map[string]string{
	"a getter that throws":             `({get thing() { throw new Error("no") }})`,
	"a proxy that throws":              `new Proxy({}, {get() { throw new Error("no") }})`,
	"a revoked proxy":                  `(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy })()`,
	"a proxy of a function":            `new Proxy(function () {}, {get() { throw new Error("no") }, apply() { throw new Error("no") }})`,
	"null":                             `null`,
	"undefined":                        `undefined`,
	"a number":                         `7`,
	"a bigint":                         `7n`,
	"a getter that throws a bigint":    `({get thing() { throw 7n }})`,
	"a getter that throws a string":    `({get thing() { throw "no" }})`,
	"a getter that throws undefined":   `({get thing() { throw undefined }})`,
	"a getter that throws a symbol":    `({get thing() { throw Symbol("no") }})`,
	"an error with a throwing message": `({get thing() { throw {get name() { throw 1 }, get message() { throw 2 }} }})`,
	"a getter that throws a proxy":     `({get thing() { throw new Proxy({}, {get() { throw 3 }, getPrototypeOf() { throw 4 }}) }})`,
}

func TestAThrowIsAnError(t *testing.T) {
	for name, source := range hostile {
		t.Run(name, func(t *testing.T) {
			object := eval(source)
			if v, err := jsglue.Get(object, "thing"); err == nil {
				t.Errorf("Get = %v", v)
			} else if err.Error() == "" {
				t.Error("Get's error says nothing")
			}
			if v, err := jsglue.Call(object, "thing"); err == nil {
				t.Errorf("Call = %v", v)
			}
			if v, err := jsglue.Invoke(object); err == nil {
				t.Errorf("Invoke = %v", v)
			}
		})
	}
}

func TestCallKeepsTheReceiver(t *testing.T) {
	v, err := jsglue.Call(eval(`({n: 40, add(m) { return this.n + m }})`), "add", 2)
	if err != nil || v.Int() != 42 {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestCallReadsTheMethodOnce(t *testing.T) {
	// js.Value.Call reads the method again after a throw, without protection.
	object := eval(`(() => { let n = 0; return {get f() { if (n++) throw new Error("read twice"); return () => { throw new Error("first") } }} })()`)
	_, err := jsglue.Call(object, "f")
	wantErrorText(t, err, "first")
}

func TestCallOfNoFunction(t *testing.T) {
	for _, source := range []string{`({})`, `({f: 1})`, `({f: null})`, `({f: {}})`} {
		if v, err := jsglue.Call(eval(source), "f"); err == nil {
			t.Errorf("%s: got %v", source, v)
		}
	}
}

func TestTryLetsPanicsThrough(t *testing.T) {
	defer func() {
		if r := recover(); r != "ours" {
			t.Errorf("recovered %v", r)
		}
	}()
	_, _ = jsglue.Try(func() js.Value { panic("ours") })
}

func TestExceptionKeepsTheValue(t *testing.T) {
	thrown := eval(`Object.assign(new RangeError("too far"), {code: "E_FAR"})`)
	_, err := jsglue.Invoke(eval(`(e) => { throw e }`), thrown)
	exception, ok := err.(*jsglue.Exception)
	if !ok || !exception.Value.Equal(thrown) {
		t.Fatalf("got %v", err)
	}
	if exception.Name() != "RangeError" || err.Error() != "RangeError: too far" {
		t.Errorf("name %q, text %q", exception.Name(), err)
	}
}

func TestExceptionTextIsBounded(t *testing.T) {
	_, err := jsglue.Invoke(eval(`() => { throw new Error("x".repeat(1e7)) }`))
	if text := err.Error(); len(text) > 2000 {
		t.Errorf("%d bytes of message", len(text))
	}
}

func TestTypeOf(t *testing.T) {
	for want, sources := range map[string]string{
		"undefined": `[undefined]`, "null": `[null]`, "boolean": `[true, false]`, "number": `[0, 1, NaN, Infinity]`,
		"string": `["", "x"]`, "symbol": `[Symbol()]`, "bigint": `[0n, 7n]`,
		"object":   `[{}, [], new Proxy({}, {}), new String("x"), Object.create(null)]`,
		"function": `[() => 1, class {}, new Proxy(class {}, {})]`,
	} {
		list := eval(sources)
		for i := range list.Length() {
			if got := jsglue.TypeOf(list.Index(i)); got != want {
				t.Errorf("%s at %d: %s", sources, i, got)
			}
		}
	}
}

func TestString(t *testing.T) {
	tests := []struct {
		name, source, want string
		wantErr            string
	}{
		{name: "text", source: `"grüße"`, want: "grüße"},
		{name: "empty", source: `""`, want: ""},
		{name: "a lone surrogate", source: `"a\ud800b"`, want: "a\ufffdb"},
		{name: "exactly the limit", source: `"x".repeat(10)`, want: strings.Repeat("x", 10)},
		{name: "above the limit", source: `"x".repeat(11)`, wantErr: "at most 10"},
		{name: "a String object", source: `new String("x")`, wantErr: "got object"},
		{name: "an object with toString", source: `({toString() { throw 1 }})`, wantErr: "got object"},
		{name: "a symbol", source: `Symbol("x")`, wantErr: "got symbol"},
		{name: "a bigint", source: `7n`, wantErr: "got bigint"},
		{name: "null", source: `null`, wantErr: "got null"},
		{name: "undefined", source: `undefined`, wantErr: "got undefined"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := jsglue.String(eval(test.source), 10)
			if test.wantErr != "" {
				wantErrorText(t, err, test.wantErr)
				return
			}
			if err != nil || got != test.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestBytes(t *testing.T) {
	tests := []struct {
		name, source string
		want         []byte
		wantErr      string
	}{
		{name: "a Uint8Array", source: `new Uint8Array([1, 2, 255])`, want: []byte{1, 2, 255}},
		{name: "nothing", source: `new Uint8Array()`, want: []byte{}},
		{name: "a part of a buffer", source: `new Uint8Array([1, 2, 3, 4]).subarray(1, 3)`, want: []byte{2, 3}},
		{name: "a DataView", source: `new DataView(new Uint8Array([9, 8]).buffer)`, want: []byte{9, 8}},
		{name: "another realm's", source: `(() => {
			const frame = document.body.appendChild(document.createElement("iframe"));
			try { return new frame.contentWindow.Uint8Array([5, 6]) } finally { frame.remove() }
		})()`, want: []byte{5, 6}},
		{name: "tampered with", source: `Object.assign(new Uint8Array([3]), {subarray() { throw 1 }})`, want: []byte{3}},
		{name: "exactly the limit", source: `new Uint8Array(8)`, want: make([]byte, 8)},
		{name: "above the limit", source: `new Uint8Array(9)`, wantErr: "too long"},
		{name: "a detached buffer", source: `(() => { const a = new Uint8Array(2); structuredClone(a.buffer, {transfer: [a.buffer]}); return a })()`, wantErr: "detached"},
		{name: "a lying byteLength", source: `Object.defineProperty(new Uint8Array(2), "byteLength", {value: 1e6})`, wantErr: "RangeError"},
		{name: "a throwing byteLength", source: `Object.defineProperty(new Uint8Array(2), "byteLength", {get() { throw new Error("no") }})`, wantErr: "no"},
		{name: "an ArrayBuffer", source: `new ArrayBuffer(2)`, wantErr: "got object"},
		{name: "an array", source: `[1, 2]`, wantErr: "got object"},
		{name: "a number", source: `4096`, wantErr: "got number"},
		{name: "a bigint", source: `4096n`, wantErr: "got bigint"},
		{name: "a proxy", source: `new Proxy(new Uint8Array(2), {get() { throw 1 }, getPrototypeOf() { throw 2 }})`, wantErr: "got object"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := jsglue.Bytes(eval(test.source), 8)
			if test.wantErr != "" {
				wantErrorText(t, err, test.wantErr)
				return
			}
			if err != nil || !bytes.Equal(got, test.want) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestUint8ArrayIsACopy(t *testing.T) {
	source := []byte{0, 1, 254, 255}
	array := jsglue.Uint8Array(source)
	source[0] = 9
	if got := eval(`(a) => a.constructor === Uint8Array && a.join()`).Invoke(array).String(); got != "0,1,254,255" {
		t.Errorf("got %s", got)
	}
}
