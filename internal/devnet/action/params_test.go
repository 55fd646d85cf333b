package action_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"litsession/internal/devnet/action"
)

func TestParams(t *testing.T) {
	for _, tt := range []struct{ name, params, code, want string }{
		{"members become globals", `{"a":1,"b":{"c":[null,"é\u2028"]}}`, `JSON.stringify([a, b, globalThis.a])`, "[1,{\"c\":[null,\"é\u2028\"]},1]"},
		{"none is fine", ``, `typeof a`, "undefined"},
		{"an empty object is fine", `{}`, `typeof a`, "undefined"},
		{"names need not be identifiers", `{"a-b":1,"":2}`, `globalThis['a-b'] + globalThis['']`, "3"},
		{"they shadow what may be shadowed", `{"fetch":1,"ethers":2,"console":3,"URL":4}`, `[fetch, ethers, console, URL].join()`, "1,2,3,4"},
		{"lone surrogates stay", `{"s":"\ud800"}`, `s.charCodeAt(0).toString(16)`, "d800"},
		{"they can be changed", `{"a":1}`, `(a = 2, a)`, "2"},
		{"a declaration of the same name wins", `{"a":1}`, `(function () { var a = 5; return a; })()`, "5"},
		{"they do not touch the runtime", `{"JSON":1,"Promise":2,"Reflect":3,"Error":4,"Uint8Array":5}`, `typeof structuredClone([1])`, "object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code := `LitActions.setResponse({ response: String(` + tt.code + `) })`
			got, err := newRuntime(t).Run(t.Context(), action.Request{Code: code, Params: []byte(tt.params)})
			if err != nil || got.Response != tt.want {
				t.Errorf("got %q and %v, want %q", got.Response, err, tt.want)
			}
		})
	}
}

func TestParamsRefused(t *testing.T) {
	for _, tt := range []struct{ params, want string }{
		{`null`, "jsParams must be an object"},
		{`[]`, "jsParams must be an object"},
		{`"a"`, "jsParams must be an object"},
		{`{`, "jsParams is not valid JSON"},
		{` `, "jsParams is not valid JSON"},
		{`{"Lit":1}`, `jsParams cannot set "Lit", which is read-only`},
		{`{"LitActions":1}`, `jsParams cannot set "LitActions", which is read-only`},
		{`{"LitAuth":1}`, `jsParams cannot set "LitAuth", which is read-only`},
		{`{"a":1,"LitHeaders":1}`, `jsParams cannot set "LitHeaders", which is read-only`},
		{`{"undefined":1}`, `jsParams cannot set "undefined", which is read-only`},
	} {
		got, err := newRuntime(t).Run(t.Context(), action.Request{Code: guide, Params: []byte(tt.params)})
		var failed *action.Error
		if !errors.As(err, &failed) || failed.Kind != action.Invalid || failed.Message != tt.want || got.Response != "" {
			t.Errorf("%s: got %+v and %v, want %q", tt.params, got, err, tt.want)
		}
	}
}

// FuzzParams checks that params arrive as they were sent, or fail the run, and do nothing else.
func FuzzParams(f *testing.F) {
	for _, seed := range []string{`{"magicNumber":42}`, `{"a":"\ud800é"}`, `{"__proto__":{"x":1}}`, `[1]`, `{"a":1e400}`, `{"a":{}}`, `{"Lit":1}`, "{\"a\":\"\x00\xff\"}"} {
		f.Add([]byte(seed))
	}
	r := newRuntime(f)
	f.Fuzz(func(t *testing.T, params []byte) {
		got, err := r.Run(t.Context(), action.Request{Code: `Lit.Actions.setResponse({ response: 'done' })`, Params: params, Limits: small()})
		var failed *action.Error
		if err != nil && (!errors.As(err, &failed) || failed.Kind == action.Internal) {
			t.Fatal(err)
		}
		object := json.Valid(params) && bytes.HasPrefix(bytes.TrimLeft(params, " \t\r\n"), []byte("{"))
		if err == nil && (got.Response != "done" || !object && len(params) > 0) {
			t.Errorf("accepted %q: %q", params, got.Response)
		}
	})
}

// FuzzCode checks that no source takes the process with it.
func FuzzCode(f *testing.F) {
	f.Add(guide)
	for _, tt := range hostileScripts(f) {
		f.Add(tt.code)
	}
	r := newRuntime(f)
	f.Fuzz(func(t *testing.T, code string) {
		start := time.Now()
		got, err := r.Run(t.Context(), action.Request{Code: code, Limits: action.Limits{Time: 50 * time.Millisecond, Memory: 16 << 20}})
		var failed *action.Error
		switch {
		case err != nil && (!errors.As(err, &failed) || failed.Kind == action.Internal):
			t.Fatal(err)
		case err != nil && got.Response != "":
			t.Errorf("failed and answered %q", got.Response)
		case time.Since(start) > 30*time.Second:
			t.Errorf("ran for %v", time.Since(start))
		}
		if strings.TrimSpace(code) == "" && (err != nil || got.Response != "") {
			t.Errorf("got %+v and %v for nothing", got, err)
		}
	})
}
