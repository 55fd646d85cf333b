package action_test

import (
	"errors"
	"strings"
	"testing"

	"litsession/internal/devnet/action"
)

// TestUncaught compares the text of uncaught errors with V8's (Node 20.20, file names replaced). The engine's own
// messages differ, and it does not know the type before a method's name: V8 says Object.m and Array.map.
func TestUncaught(t *testing.T) {
	for _, tt := range []struct{ code, want string }{
		{`throw new Error("boom")`, "Uncaught Error: boom\n    at @:1:7"},
		{`throw Error("boom")`, "Uncaught Error: boom\n    at @:1:7"},
		{`  throw new  Error ("boom")`, "Uncaught Error: boom\n    at @:1:9"},
		{"function f() {\n  throw new TypeError('x');\n}\nf();", "Uncaught TypeError: x\n    at f (@:2:9)\n    at @:4:1"},
		{"const o = { m() { throw new Error('x') } };\no.m()", "Uncaught Error: x\n    at m (@:1:25)\n    at @:2:3"},
		{"class A extends Error {}\nthrow new A('x')", "Uncaught Error: x\n    at @:2:7"},
		{"class A extends Error { constructor(m) { super(m); this.name = 'Mine'; } }\nthrow new A('x')", "Uncaught Mine: x\n    at @:2:7"},
		{"[1].map(() => { throw new Error('x') })", "Uncaught Error: x\n    at @:1:23\n    at map (<anonymous>)\n    at @:1:5"},
		{"(async () => {\n  await null;\n  throw new Error('x');\n})()", "Uncaught (in promise) Error: x\n    at @:3:9"},
		{"Promise.reject(new Error('x'))", "Uncaught (in promise) Error: x\n    at @:1:16"},
		{"new Promise((_, reject) => setTimeout(() => reject(new Error('x')), 1))", "Uncaught (in promise) Error: x\n    at @:1:52"},
		{"setTimeout(function tick() { throw new Error('x') }, 1)", "Uncaught Error: x\n    at tick (@:1:36)"},
		{"queueMicrotask(() => { throw new Error('x') })", "Uncaught Error: x\n    at @:1:30"},
		{"throw new Error('a\\nb')", "Uncaught Error: a\nb\n    at @:1:7"},
		{"throw new Error()", "Uncaught Error\n    at @:1:7"},
		{"null.foo", "Uncaught TypeError: cannot read property 'foo' of null\n    at @:1:6"},
		{"const a = {}; a.b.c", "Uncaught TypeError: cannot read property 'c' of undefined\n    at @:1:19"},
		{"const a={}; a.b()", "Uncaught TypeError: not a function\n    at @:1:15"},
		{"a = 1; a()", "Uncaught TypeError: not a function\n    at @:1:8"},
		{"(function(){ throw new Error('iife') })()", "Uncaught Error: iife\n    at @:1:20\n    at @:1:40"},
		{"x => 1; (() => { (() => { throw new Error('n') })() })()", "Uncaught Error: n\n    at @:1:33\n    at @:1:50\n    at @:1:55"},
		{"throw 'text'", "Uncaught text"},
		{"throw 42", "Uncaught 42"},
		{"throw null", "Uncaught null"},
		{"throw undefined", "Uncaught undefined"},
		{"throw Symbol('s')", "Uncaught Symbol(s)"},
		{"throw { a: 1 }", "Uncaught #<Object>"},
		{"Promise.reject(new (class Point {})())", "Uncaught (in promise) #<Point>"},
		{"Promise.reject()", "Uncaught (in promise) undefined"},
		{"throw new DOMException('gone', 'NotFoundError')", "Uncaught NotFoundError: gone\n    at @:1:7"},
		{"LitActions.setResponse({ response: 1 })", "Uncaught TypeError: response must be a string\n    at @:1:12"},
		{"undefinedName", "Uncaught ReferenceError: 'undefinedName' is not defined\n    at @:1:1"},
		{"let é = 'ü'; throw new Error(é)", "Uncaught Error: ü\n    at @:1:20"},
		{"let x = ;", "Uncaught SyntaxError: unexpected token in expression: ';'\n    at @:1:9"},
		{"function f() { f() }\nf()", "Uncaught RangeError: stack overflow" + strings.Repeat("\n    at f (@:1:16)", 10)},
	} {
		_, err := newRuntime(t).Run(t.Context(), action.Request{Code: tt.code})
		want := strings.ReplaceAll(tt.want, "@", "<user_provided_script>")
		var failed *action.Error
		if !errors.As(err, &failed) || failed.Kind != action.Exception || failed.Message != want {
			t.Errorf("%s\n got %v\nwant %s", tt.code, err, want)
		}
	}
}

func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		code   string
		limits action.Limits
		kind   action.Kind
		want   string
	}{
		{"source", strings.Repeat("1;", 600), action.Limits{Code: 1000}, action.Invalid, "Code is too long. Max length is 1000 bytes"},
		{"response", `LitActions.setResponse({ response: 'xxxxx' })`, action.Limits{Response: 4}, action.Exception, "Uncaught Error: Response is too long. Max length is 4 bytes"},
		{"logs", `console.log('é'); console.log('é')`, action.Limits{Logs: 5}, action.Exception, "Uncaught Error: Console output is too long. Max length is 5 bytes"},
		{"memory smaller than the engine", `1`, action.Limits{Memory: 1 << 16}, action.Memory, "Your function exceeded the maximum memory of 0 MB and was terminated."},
		{"memory smaller than the prelude", `1`, action.Limits{Memory: 1 << 18}, action.Memory, "Your function exceeded the maximum memory of 0 MB and was terminated."},
		{"time", `for (;;) {}`, action.Limits{Time: 1e6}, action.Timeout, "Your function exceeded the maximum runtime of 1ms and was terminated."},
		{"contract calls", `(async () => { for (;;) await Lit.Actions.callContract({ chain: 'x', txn: '' }) })()`, action.Limits{}, action.Exception, "Uncaught (in promise) Error: You may not make more than 30 contract calls"},
		{"broadcasts", `(async () => { for (;;) await Lit.Actions.broadcastAndCollect({ name: 'x', value: '' }) })()`, action.Limits{}, action.Exception, "Uncaught (in promise) Error: You may not broadcast more than 30 times"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newRuntime(t).Run(t.Context(), action.Request{Code: tt.code, Limits: tt.limits, Host: (&network{}).host()})
			var failed *action.Error
			if !errors.As(err, &failed) || failed.Kind != tt.kind || !strings.HasPrefix(failed.Message, tt.want) {
				t.Errorf("got %v, want %v %s", err, tt.kind, tt.want)
			}
		})
	}
}

func TestDefaultLimits(t *testing.T) {
	want := action.Limits{
		Time: 30e9, Memory: 256 << 20, Code: 16 << 20, Response: 102400, Logs: 102400, Fetches: 50, ContractCalls: 30, Signatures: 10,
		Broadcasts: 30, Depth: 5, FetchBody: 8 << 20,
	}
	if got := action.DefaultLimits(); got != want {
		t.Errorf("got %+v", got)
	}
}
