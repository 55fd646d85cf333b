package action_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"litsession/internal/devnet/action"
)

// guide is the action of the guide: it answers "true" when its magicNumber is at least 42.
const guide = `(async () => {
  LitActions.setResponse({ response: magicNumber >= 42 ? "true" : "false" });
})();`

func newRuntime(t testing.TB) *action.Runtime {
	t.Helper()
	r, err := action.New(action.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// small is a memory that a test can afford to use up, and more time than any run needs: a busy machine must not turn
// the outcome that is asked for into a timeout.
func small() action.Limits {
	return action.Limits{Time: time.Minute, Memory: 32 << 20}
}

// short are limits for runs that never end by themselves.
func short() action.Limits {
	return action.Limits{Time: 300 * time.Millisecond, Memory: 32 << 20}
}

func TestResponse(t *testing.T) {
	for _, tt := range []struct{ name, code, params, want string }{
		{"the guide's action accepts 42", guide, `{"magicNumber":42}`, "true"},
		{"the guide's action refuses 41", guide, `{"magicNumber":41}`, "false"},
		{"no setResponse is an empty response", `1`, ``, ""},
		{"empty source ends at once", " \n\t", `null`, ""},
		{"the last setResponse wins", `LitActions.setResponse({response: "a"}); Lit.Actions.setResponse({response: "b"})`, ``, "b"},
		{"the run ends when the event loop is empty", `setTimeout(() => LitActions.setResponse({response: "late"}), 5)`, ``, "late"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newRuntime(t).Run(t.Context(), action.Request{Code: tt.code, Params: []byte(tt.params), Limits: small()})
			if err != nil || got.Response != tt.want {
				t.Errorf("got %q and %v, want %q", got.Response, err, tt.want)
			}
		})
	}
}

func TestFailure(t *testing.T) {
	const (
		slow   = "Your function exceeded the maximum runtime of %dms and was terminated."
		greedy = "Your function exceeded the maximum memory of 32 MB and was terminated."
	)
	for _, tt := range []struct {
		name, code string
		kind       action.Kind
		want       string
	}{
		{"a thrown error", `throw new Error("boom")`, action.Exception,
			"Uncaught Error: boom\n    at <user_provided_script>:1:7"},
		{"a rejected promise", `(async () => { throw new Error("boom") })()`, action.Exception,
			"Uncaught (in promise) Error: boom\n    at <user_provided_script>:1:22\n    at <user_provided_script>:1:42"},
		{"a throwing timer", `setTimeout(() => { throw new TypeError("late") }, 1)`, action.Exception,
			"Uncaught TypeError: late\n    at <user_provided_script>:1:26"},
		{"a response over the limit", `LitActions.setResponse({response: "a".repeat(102401)})`, action.Exception,
			"Uncaught Error: Response is too long. Max length is 102400 bytes\n    at <user_provided_script>:1:12"},
		{"a loop", `for (;;) {}`, action.Timeout, slow},
		{"a loop of promises", `(async () => { for (;;) await 0 })()`, action.Timeout, slow},
		{"an interval", `setInterval(() => {}, 1)`, action.Timeout, slow},
		{"a backtracking regular expression", `/(a+)+b/.test("a".repeat(40))`, action.Timeout, slow},
		{"a growing array", `const a = []; for (;;) a.push(new Array(1000).fill(1))`, action.Memory, greedy},
		{"a swallowed out of memory", `try { "a".repeat(5e7) } catch {} LitActions.setResponse({response: "true"})`, action.Memory, greedy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			limits, want := small(), strings.ReplaceAll(tt.want, "script>:1:", "script>:2:")
			if tt.kind == action.Timeout {
				limits = short()
			}
			got, failed := fail(t, tt.code, limits)
			for tt.kind == action.Timeout && failed.Logs == "" && limits.Time < time.Minute {
				limits.Time *= 2 // a busy machine has not come to the first line
				got, failed = fail(t, tt.code, limits)
			}
			if tt.kind == action.Timeout {
				want = fmt.Sprintf(want, limits.Time.Milliseconds())
			}
			if failed.Kind != tt.kind || failed.Message != want || failed.Logs != "here\n" {
				t.Errorf("got %v %q, logs %q; want %v %q", failed.Kind, failed.Message, failed.Logs, tt.kind, want)
			}
			if got.Response != "" {
				t.Errorf("a failed run answered %q", got.Response)
			}
		})
	}
}

// fail runs code that prints "here" first and returns what it failed with.
func fail(t *testing.T, code string, limits action.Limits) (action.Result, *action.Error) {
	t.Helper()
	got, err := newRuntime(t).Run(t.Context(), action.Request{Code: "console.log('here');" + "\n" + code, Limits: limits})
	var failed *action.Error
	if !errors.As(err, &failed) {
		t.Fatalf("got %+v and %v, want an *action.Error", got, err)
	}
	return got, failed
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err := newRuntime(t).Run(ctx, action.Request{Code: `for (;;) {}`})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func BenchmarkRun(b *testing.B) {
	r := newRuntime(b)
	for b.Loop() {
		if _, err := r.Run(b.Context(), action.Request{Code: guide, Params: []byte(`{"magicNumber":42}`)}); err != nil {
			b.Fatal(err)
		}
	}
}
