//go:build js

package jsglue_test

import (
	"errors"
	"fmt"
	"syscall/js"
	"testing"

	"litsession/internal/literr"
	"litsession/jsglue"
)

func toJSON(v js.Value) string { return js.Global().Get("JSON").Call("stringify", v).String() }

func TestErrorFields(t *testing.T) {
	fields := jsglue.Errors{Make: eval(`(fields) => fields`)} // shows what makeError gets
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"without a code", errors.New("what"), `{"reason":"internal","message":"what","retryable":false}`},
		{"a bare code", literr.NotReady, `{"reason":"not_ready","message":"not_ready","retryable":false}`},
		{"with details in their order",
			literr.Errorf(literr.Timeout, "slow").With("url", "http://a").With("status", 0).With("again", true).With("among", []string{"a", "b"}),
			`{"reason":"timeout","message":"slow","retryable":true,"shortMessage":"slow","details":{"url":"http://a","status":0,"again":true,"among":["a","b"]}}`},
		{"wrapped, with a hint",
			fmt.Errorf("connect: %w", literr.Errorf(literr.ChainUnreachable, "no answer").WithHint("Check rpcUrl.")),
			`{"reason":"chain_unreachable","message":"connect: no answer. Check rpcUrl.","retryable":true,"shortMessage":"no answer"}`},
		{"every node's failure",
			literr.Errorf(literr.NotAuthorized, "no").With("failures", []literr.Failure{{URL: "http://a", Status: 401, NodeCode: "NodeNotAuthorized", Message: "denied"}}),
			`{"reason":"not_authorized","message":"no","retryable":false,"shortMessage":"no","details":{"failures":[{"url":"http://a","status":401,"nodeCode":"NodeNotAuthorized","message":"denied"}]}}`},
		{"no failures", literr.Errorf(literr.NodeFault, "no").With("failures", []literr.Failure(nil)),
			`{"reason":"node_fault","message":"no","retryable":true,"shortMessage":"no","details":{"failures":[]}}`},
		{"a coded cause",
			literr.Errorf(literr.NotEnoughNodes, "connect: %w", fmt.Errorf("node: %w", literr.Errorf(literr.Timeout, "slow"))),
			`{"reason":"not_enough_nodes","message":"connect: node: slow","retryable":true,"shortMessage":"connect: node: slow",` +
				`"cause":{"reason":"timeout","message":"node: slow","retryable":true,"shortMessage":"slow"}}`},
		{"a JavaScript cause",
			literr.Errorf(literr.StorageFull, "write: %w", &jsglue.Exception{Value: eval(`({name: "QuotaExceededError"})`)}),
			`{"reason":"storage_full","message":"write: QuotaExceededError","retryable":false,"shortMessage":"write: QuotaExceededError","cause":{"name":"QuotaExceededError"}}`},
		{"a JavaScript cause under no code", fmt.Errorf("x: %w", &jsglue.Exception{Value: js.ValueOf("bare")}),
			`{"reason":"internal","message":"x: JavaScript threw: bare","retryable":false,"cause":"bare"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := toJSON(fields.Value(test.err)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestErrorJSON(t *testing.T) {
	failure := literr.Errorf(literr.StorageFull, "full").With("key", "k")
	failure.Cause = &jsglue.Exception{Value: eval(`({toJSON() { throw 1 }})`)}
	const want = `{"reason":"storage_full","message":"full","retryable":false,"shortMessage":"full","details":{"key":"k"}}`
	if got := string(jsglue.ErrorJSON(failure)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestExceptionPassesThrough(t *testing.T) {
	for _, source := range []string{`new TypeError("x")`, `"text"`, `undefined`, `null`, `7n`, `({code: 7})`} {
		thrown := eval(source)
		if got := errs().Value(&jsglue.Exception{Value: thrown}); !got.Equal(thrown) {
			t.Errorf("%s became %v", source, got)
		}
	}
}

func TestAbortPassesThroughAnyWrapping(t *testing.T) {
	reason := eval(`({why: 1})`)
	err := literr.Errorf(literr.NotEnoughNodes, "connect: %w", fmt.Errorf("fetch: %w", &jsglue.Aborted{Reason: reason}))
	if got := errs().Value(err); !got.Equal(reason) {
		t.Errorf("became %v", got)
	}
}

func TestMakeErrorThatFails(t *testing.T) {
	for _, source := range []string{`() => { throw 1 }`, `() => undefined`, `() => 7n`, `() => "text"`, `undefined`, `({})`} {
		t.Run(source, func(t *testing.T) {
			got := jsglue.Errors{Make: eval(source)}.Value(literr.Errorf(literr.Timeout, "slow"))
			wantText(t, got, "message", "slow")
			if !got.InstanceOf(js.Global().Get("Error")) {
				t.Error("not an Error")
			}
		})
	}
}
