package web_test

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"litsession/internal/chromium"
	"litsession/internal/devnet"
	"litsession/internal/require"
)

// The examples run as their READMEs say, each on a fresh network.

// runExample runs the main.mjs of an example in Node, beside the package as npm
// would install it, and returns what it prints.
func runExample(t *testing.T, name string, d devnet.Descriptor, environment ...string) string {
	t.Helper()
	require.Program(t, "node")
	program, err := os.ReadFile(filepath.Join("..", "examples", name, "main.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	descriptor, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	web, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := errors.Join(
		os.WriteFile(filepath.Join(dir, "main.mjs"), program, 0o600),
		os.WriteFile(filepath.Join(dir, "network.json"), descriptor, 0o600),
		os.Mkdir(filepath.Join(dir, "node_modules"), 0o700),
		os.Symlink(web, filepath.Join(dir, "node_modules", "litsession")),
	); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "node", "main.mjs", "network.json")
	command.Dir = dir
	command.Env = append(os.Environ(), environment...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func TestExampleNode(t *testing.T) {
	d := startNetwork(t).Descriptor()
	check(t, d, runExample(t, "node", d))
}

// freePort returns a port that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestExampleCustomAuth(t *testing.T) {
	const want = "token-of-alice: 10 session signatures\nguessed: not_authorized\n"
	port := freePort(t)
	d := startNetwork(t, "localhost:"+port).Descriptor()
	if got := runExample(t, "custom-auth", d, "PORT="+port); got != want {
		t.Errorf("got %q", got)
	}
}

func TestExampleBrowser(t *testing.T) {
	d := startNetwork(t).Descriptor()
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(filepath.Join("..", "examples", "browser"))))
	mux.Handle("/litsession/", http.FileServer(http.Dir(pageDir)))
	mux.HandleFunc("/descriptor.json", func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(d) })
	server := httptest.NewServer(mux)
	defer server.Close()
	tab, closeBrowser, err := chromium.Open(t.Context())
	require.That(t, !errors.Is(err, chromium.ErrMissing), "no Chromium: install Debian's package chromium")
	if err != nil {
		t.Fatal(err)
	}
	defer closeBrowser()
	var sigs string
	shown := chromedp.Poll(`document.getElementById("out").textContent`, &sigs, chromedp.WithPollingTimeout(time.Minute))
	if err := chromedp.Run(tab, chromedp.Navigate(server.URL), chromedp.Click("#sign", chromedp.ByID), shown); err != nil {
		t.Fatal(err)
	}
	check(t, d, sigs)
}
