package action_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"litsession/internal/devnet/action"
)

// TestRuntime runs the scripts of testdata/runtime, each of which checks one part of what an action finds around it.
func TestRuntime(t *testing.T) {
	r := newRuntime(t)
	check := read(t, "testdata/check.js")
	files, err := filepath.Glob("testdata/runtime/*.js")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d scripts, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			script := strings.TrimSuffix(check, "\n") + read(t, file)
			got, err := r.Run(t.Context(), action.Request{Code: script})
			if err != nil {
				t.Fatalf("%v\n%s", err, got.Logs)
			}
			if golden := strings.TrimSuffix(filepath.Base(file), ".js") + ".golden"; exists(golden) {
				if want := read(t, "testdata/"+golden); got.Logs != want {
					t.Errorf("printed\n%s\nwant\n%s", got.Logs, want)
				}
			} else if !strings.HasSuffix(got.Response, " checks") {
				t.Errorf("made no check: %q", got.Response)
			}
		})
	}
}

func exists(golden string) bool {
	_, err := os.Stat("testdata/" + golden)
	return err == nil
}

func read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
