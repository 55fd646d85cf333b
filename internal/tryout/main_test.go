package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"litsession/internal/require"
)

// program and page are what make builds before the tests.
var (
	program = filepath.Join("..", "..", "bin", "litdevnet")
	page    = filepath.Join("..", "..", "web", "dist", "page")
)

// transcript collects what run and its network print, and calls reached when
// mark is.
type transcript struct {
	mutex   sync.Mutex
	text    strings.Builder
	mark    string
	reached func()
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	n, err := t.text.Write(b)
	if strings.Contains(t.text.String(), t.mark) {
		t.reached()
	}
	return n, err
}

func (t *transcript) String() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.text.String()
}

func TestRun(t *testing.T) {
	for _, file := range []string{program, filepath.Join(page, "index.html")} {
		_, err := os.Stat(file)
		require.That(t, err == nil, file+" is not built: run make build")
	}
	require.Program(t, "chromium")
	tests := []struct {
		name  string
		until string // where it is interrupted
		want  []string
	}{
		{"signatures are shown and judged, until it is interrupted", "Ctrl-C stops the network", []string{
			"The PKP signed", `{"ProofOfPossession":"`, "http://127.0.0.1:", "All 10 are good", "Now open http://127.0.0.1:"}},
		{"an interruption at the start says no more", "A local Lit network is up", []string{"A local Lit network is up"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			out := &transcript{mark: tt.until, reached: stop}
			if err := run(ctx, program, page, out); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in\n%s", want, out)
				}
			}
			if strings.Contains(out.String(), "Now open  ") {
				t.Errorf("names no page:\n%s", out)
			}
		})
	}
}

func TestANetworkThatDoesNotStart(t *testing.T) {
	var missing *os.PathError
	if err := run(t.Context(), filepath.Join(t.TempDir(), "none"), page, &transcript{mark: "\x00", reached: func() {}}); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
}
