package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"litsession/internal/require"
)

// dist makes a folder whose module compresses to almost nothing.
func dist(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"lit.wasm":   strings.Repeat("wasm", 10_000),
		"index.js":   "export {};\n",
		"index.d.ts": "export {};\n", // no page loads it
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSizes(t *testing.T) {
	require.Program(t, "node")
	var report strings.Builder
	if err := run(dist(t), 1000, &report); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(report.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("report:\n%s", report.String())
	}
	for i, want := range [][]string{{"40000", "lit.wasm"}, {"11", "index.js"}, {"40011", "together"}} {
		fields := strings.Fields(lines[i+1])
		if len(fields) != 4 || fields[0] != want[0] || fields[3] != want[1] {
			t.Errorf("line %q, want %v", lines[i+1], want)
		}
	}
	if b := strings.Fields(lines[1])[2]; len(b) > 2 {
		t.Errorf("40,000 repetitive bytes are %s in brotli", b)
	}
}

func TestAboveTheBudget(t *testing.T) {
	require.Program(t, "node")
	var report strings.Builder
	err := run(dist(t), 5, &report)
	if err == nil || !strings.Contains(err.Error(), "above the budget of 5") {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(report.String(), "lit.wasm") {
		t.Error("the sizes are not printed when they are needed most")
	}
}

func TestNothingBuilt(t *testing.T) {
	err := run(t.TempDir(), 0, t.Output())
	if err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("got %v", err)
	}
}

func TestWithoutNode(t *testing.T) {
	dir := dist(t)
	t.Setenv("PATH", t.TempDir())
	err := run(dir, 0, t.Output())
	if err == nil || !strings.Contains(err.Error(), "needs node") {
		t.Errorf("got %v", err)
	}
}
