package action_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"litsession/internal/devnet/action"
)

// TestHostile runs the scripts of testdata/hostile.txt, each of which tries to outlive, outgrow or crash its run. None
// may take much longer than its time, take the process with it, or succeed in having said "true".
func TestHostile(t *testing.T) {
	r := newRuntime(t)
	for name, tt := range hostileScripts(t) {
		t.Run(name, func(t *testing.T) {
			limits := action.Limits{Time: 60 * time.Millisecond, Memory: 32 << 20}
			if !strings.Contains(tt.want, "timeout") {
				limits.Time = time.Minute
			}
			got, err := r.Run(t.Context(), action.Request{Code: "LitActions.setResponse({response: 'true'});\n" + tt.code, Limits: limits})
			var failed *action.Error
			if !errors.As(err, &failed) {
				t.Fatalf("got %q and %v", got.Response, err)
			}
			if kind := failed.Kind.String(); !strings.Contains(tt.want, kind) || got.Response != "" {
				t.Errorf("got %s %.200q and response %q, want %s", kind, failed.Message, got.Response, tt.want)
			}
		})
	}
}

type hostile struct{ want, code string }

// hostileScripts reads "## name: kind or kind" headings with a script each.
func hostileScripts(t testing.TB) map[string]hostile {
	scripts := map[string]hostile{}
	for part := range strings.SplitSeq(read(t, "testdata/hostile.txt"), "\n## ") {
		head, code, ok := strings.Cut(part, "\n")
		name, want, both := strings.Cut(head, ": ")
		if ok && both {
			scripts[name] = hostile{want: want, code: code}
		}
	}
	if len(scripts) < 40 {
		t.Fatalf("read %d scripts", len(scripts))
	}
	return scripts
}

// TestLeftOvers looks for what hundreds of runs, failed ones among them, leave behind.
func TestLeftOvers(t *testing.T) {
	r := newRuntime(t)
	codes := []string{
		guide, `throw 1`, `for (;;) {}`, `new Array(4e9).indexOf(1)`, `setTimeout(() => {}, 1e6)`,
		`fetch('http://127.0.0.1:1/')`, `const a = []; for (;;) a.push(a.slice())`,
	}
	policy := allowed(t, "127.0.0.1")
	run := func(rounds int) {
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				for range rounds {
					for _, code := range codes {
						_, _ = r.Run(t.Context(), action.Request{Code: code, Params: []byte(`{"magicNumber":42}`), Fetch: policy, Limits: action.Limits{Time: 5 * time.Millisecond, Memory: 8 << 20}})
					}
				}
			})
		}
		wait.Wait()
	}
	run(2)
	goroutines, memory := runtime.NumGoroutine(), resident(t)
	run(8)
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > goroutines; time.Sleep(time.Millisecond) { // the last may still be returning
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, then %d", goroutines, runtime.NumGoroutine())
		}
	}
	if now := resident(t); now > memory+24<<20 {
		t.Errorf("%d MiB resident, then %d", memory>>20, now>>20)
	}
}

// resident returns the process's resident memory in bytes, 0 where the system does not say.
func resident(t testing.TB) int {
	debug.FreeOSMemory() // which otherwise happens in the background, sooner or later
	statm, err := os.ReadFile(filepath.FromSlash("/proc/self/statm"))
	if err != nil {
		return 0
	}
	var size, pages int
	if _, err := fmt.Sscan(string(statm), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

func TestManyAtOnce(t *testing.T) {
	r, err := action.New(action.Options{Parallel: 3})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for i := range 64 {
		wait.Go(func() {
			code := fmt.Sprintf(`(async () => { for (let i = 0; i < 20; i++) await new Promise((r) => setTimeout(r, 0)); LitActions.setResponse({ response: typeof seen + %d }); globalThis.seen = 1; })()`, i)
			got, err := r.Run(t.Context(), action.Request{Code: code})
			if want := fmt.Sprint("undefined", i); err != nil || got.Response != want {
				t.Errorf("run %d: got %q and %v", i, got.Response, err)
			}
		})
	}
	wait.Wait()
}
