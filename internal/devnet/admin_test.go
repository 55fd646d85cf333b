package devnet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/devnet/node"
	"litsession/internal/nodeapi"
)

func portOf(t testing.TB, address string) int {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

type status struct {
	Epoch       uint64
	BlockNumber uint64
	Nodes       []struct {
		URL       string
		Validator bool
		Fault     map[string]any
		Requests  map[string]int
	}
}

func readStatus(t testing.TB, d devnet.Descriptor) (s status) {
	t.Helper()
	code, body := call(t, "GET", d.AdminURL+"/status", "")
	if err := json.Unmarshal(body, &s); err != nil || code != http.StatusOK {
		t.Fatalf("status %d, %v: %s", code, err, body)
	}
	return s
}

func putFault(t testing.TB, d devnet.Descriptor, i int, fault string) {
	t.Helper()
	if code, body := call(t, "PUT", fmt.Sprintf("%s/nodes/%d/fault", d.AdminURL, i), fault); code != http.StatusOK {
		t.Fatalf("fault %s: %d %s", fault, code, body)
	}
}

func TestStatusCountsRequests(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	nonce := handshake(t, d.Nodes[1].URL).LatestBlockhash
	handshake(t, d.Nodes[1].URL)
	sign(t, d.Nodes[1].URL, request(t, d, nonce, `{"magicNumber":42}`))
	call(t, "POST", d.Nodes[1].URL+nodeapi.ExecutePath, `{}`)

	s := readStatus(t, d)
	want := map[string]int{"handshake": 2, "sign_session_key": 1, "execute": 1, "pkp_sign": 0}
	if got := s.Nodes[1].Requests; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("counted %v, want %v", got, want)
	}
	if s.Nodes[0].Requests["handshake"] != 0 || s.Nodes[0].URL != d.Nodes[0].URL || s.Epoch != 1 || s.BlockNumber == 0 {
		t.Errorf("%+v", s)
	}
}

func TestFaults(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 3, Threshold: 2})
	d := n.Descriptor()
	target := d.Nodes[0].URL
	nonce := handshake(t, target).LatestBlockhash
	r := request(t, d, nonce, `{"magicNumber":42}`)

	t.Run("down refuses connections until it is cleared", func(t *testing.T) {
		putFault(t, d, 0, `{"kind":"down"}`)
		if _, _, err := try(t.Context(), "POST", target+nodeapi.HandshakePath, `{}`); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("a node that is down: %v", err)
		}
		if s := readStatus(t, d); s.Nodes[0].Fault["kind"] != "down" {
			t.Errorf("status says %v", s.Nodes[0].Fault)
		}
		putFault(t, d, 0, `{"kind":"none"}`)
		handshake(t, target)
	})
	t.Run("down breaks so many connections", func(t *testing.T) {
		putFault(t, d, 0, `{"kind":"down","path":"handshake","times":1}`)
		sign(t, target, r) // another endpoint
		if _, _, err := try(t.Context(), "POST", target+nodeapi.HandshakePath, `{}`); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("a node that is down for one request: %v", err)
		}
		handshake(t, target)
	})
	t.Run("hang keeps a request for good", func(t *testing.T) {
		putFault(t, d, 0, `{"kind":"hang","path":"handshake"}`)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, _, err := try(ctx, "POST", target+nodeapi.HandshakePath, `{}`); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a node that hangs: %v", err)
		}
		sign(t, target, r) // another endpoint
	})
	t.Run("slow answers late", func(t *testing.T) {
		putFault(t, d, 0, `{"kind":"slow","delayMs":120,"jitterMs":10}`)
		begin := time.Now()
		handshake(t, target)
		if took := time.Since(begin); took < 120*time.Millisecond {
			t.Errorf("took %s", took)
		}
	})
	t.Run("http-error answers with its status and body so many times", func(t *testing.T) {
		putFault(t, d, 0, `{"kind":"http-error","status":503,"body":{"a":1},"path":"handshake","times":1}`)
		if code, body := call(t, "POST", target+nodeapi.HandshakePath, `{}`); code != 503 || string(body) != `{"a":1}` {
			t.Errorf("%d %s", code, body)
		}
		handshake(t, target)
	})
	t.Run("wrong-share is well-formed and combines to nothing", func(t *testing.T) {
		putFault(t, d, 0, `{"kind":"wrong-share"}`)
		bad, good, third := sign(t, target, r), sign(t, d.Nodes[1].URL, r), sign(t, d.Nodes[2].URL, r)
		if err := combine([]nodeapi.SignSessionKeyResponse{bad, good}, d.NetworkPublicKey); err == nil {
			t.Error("a wrong share verifies")
		}
		if err := combine([]nodeapi.SignSessionKeyResponse{good, third}, d.NetworkPublicKey); err != nil {
			t.Error(err)
		}
	})
}

// TestFaultsThatAreSwitchedAtOnce leaves a node that says what it does.
func TestFaultsThatAreSwitchedAtOnce(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 3})
	d := n.Descriptor()
	for range 1000 {
		var switched sync.WaitGroup
		for i := range 20 {
			kind := []node.FaultKind{node.Down, node.None}[i%2]
			switched.Go(func() {
				if err := n.SetFault(0, devnet.Fault{Kind: kind}); err != nil {
					t.Error(err)
				}
			})
		}
		switched.Wait()
		_, _, err := try(t.Context(), "POST", d.Nodes[0].URL+nodeapi.HandshakePath, `{}`)
		if says := readStatus(t, d).Nodes[0].Fault["kind"]; (says == "down") != (err != nil) {
			t.Fatalf("the node says %v and answers with %v", says, err)
		}
	}
}

func TestFaultsThatAreRefused(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	for _, tt := range []struct {
		path, body string
		want       int
	}{
		{"/nodes/0/fault", `{"kind":"melt"}`, 400},
		{"/nodes/0/fault", `{"kind":"slow","path":"lunch"}`, 400},
		{"/nodes/0/fault", `{"kind":"slow","delay":3}`, 400},
		{"/nodes/0/fault", `{"kind":"slow","delayMs":-1}`, 400},
		{"/nodes/0/fault", `{"kind":"http-error","status":200}`, 400},
		{"/nodes/0/fault", `kind: slow`, 400},
		{"/nodes/0/fault", `{"kind":"none"} {}`, 400},
		{"/nodes/3/fault", `{"kind":"none"}`, 404},
		{"/nodes/first/fault", `{"kind":"none"}`, 404},
	} {
		if code, body := call(t, "PUT", d.AdminURL+tt.path, tt.body); code != tt.want || !bytes.Contains(body, []byte(`"error"`)) {
			t.Errorf("%s %s: %d %s, want %d", tt.path, tt.body, code, body, tt.want)
		}
	}
}

func TestForeignPagesAreRefused(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	port := strconv.Itoa(portOf(t, d.AdminURL))
	for _, tt := range []struct {
		name, header, value string
		want                int
	}{
		{"no Origin", "Accept", "*/*", 200},
		{"the port's own Origin", "Origin", d.AdminURL, 200},
		{"the same port as localhost", "Origin", "http://localhost:" + port, 200},
		{"localhost as Host", "Host", "localhost:" + port, 200},
		{"a foreign Origin", "Origin", "https://example.com", 403},
		{"an opaque Origin", "Origin", "null", 403},
		{"another port of this machine", "Origin", "http://127.0.0.1:1", 403},
		{"https on this port", "Origin", "https://127.0.0.1:" + port, 403},
		{"a foreign name that resolves to this machine", "Host", "example.com:" + port, 403},
	} {
		for method, path := range map[string]string{"GET": "/descriptor.json", "PUT": "/nodes/0/fault"} {
			if code, _ := call(t, method, d.AdminURL+path, `{"kind":"none"}`, tt.header, tt.value); code != tt.want {
				t.Errorf("%s: %s %s: %d, want %d", tt.name, method, path, code, tt.want)
			}
		}
	}
	// Code by its hash is not the network's secret.
	if code, _ := call(t, "GET", d.IPFSGateway+d.PKP.PermittedAction.CID, "", "Origin", "https://example.com"); code != 200 {
		t.Errorf("the gateway refuses a foreign page: %d", code)
	}
}

func TestDescriptorIsServed(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	_, served := call(t, "GET", d.AdminURL+"/descriptor.json", "")
	want, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(served)); got != indent(t, want) {
		t.Errorf("got %s", got)
	}
}

func TestGatewayKeepsCode(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	_, body := call(t, "POST", d.IPFSGateway, "hello world\n")
	var answer struct{ CID string }
	if err := json.Unmarshal(body, &answer); err != nil || answer.CID != "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o" {
		t.Fatalf("%v: %s", err, body)
	}
	if code, body := call(t, "GET", d.IPFSGateway+answer.CID, ""); code != 200 || string(body) != "hello world\n" {
		t.Errorf("%d %s", code, body)
	}
	if code, _ := call(t, "GET", d.IPFSGateway+"QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH", ""); code != 404 {
		t.Errorf("unknown code: %d", code)
	}
}

func TestPage(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"index.html": "<!doctype html>", "lit.wasm": "\x00asm", "a.js": "1", "b.mjs": "1", "sub/x.txt": "x",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d := start(t, devnet.Config{Nodes: 3, Page: dir}).Descriptor()
	for path, want := range map[string]string{
		"/": "text/html; charset=utf-8", "/lit.wasm": "application/wasm",
		"/a.js": "text/javascript; charset=utf-8", "/b.mjs": "text/javascript; charset=utf-8",
	} {
		w, err := http.Get(d.PageURL + path)
		if err != nil {
			t.Fatal(err)
		}
		w.Body.Close()
		const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self' http://127.0.0.1:*; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
		if w.StatusCode != 200 || w.Header.Get("X-Frame-Options") != "DENY" || w.Header.Get("Content-Type") != want || w.Header.Get("Content-Security-Policy") != policy {
			t.Errorf("%s: %d %v", path, w.StatusCode, w.Header)
		}
	}
	for _, path := range []string{"/sub/", "/nothing", "/../devnet.go"} {
		if code, _ := call(t, "GET", d.PageURL+path, ""); code != 404 {
			t.Errorf("%s: %d", path, code)
		}
	}
}

// TestCloseLeavesNothing starts a network once for what go-ethereum starts once
// per process, and again to count.
func TestCloseLeavesNothing(t *testing.T) {
	once := func() devnet.Descriptor {
		n, err := devnet.Start(t.Context(), devnet.Config{Nodes: 3})
		if err != nil {
			t.Fatal(err)
		}
		d := n.Descriptor()
		if err := n.SetFault(0, devnet.Fault{Kind: "hang"}); err != nil {
			t.Fatal(err)
		}
		hung := make(chan error)
		go func() {
			_, _, err := try(t.Context(), "POST", d.Nodes[0].URL+nodeapi.HandshakePath, `{}`)
			hung <- err
		}()
		for readStatus(t, d).Nodes[0].Requests["handshake"] == 0 {
			runtime.Gosched()
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
		if err := <-hung; err == nil {
			t.Error("a hanging request was answered")
		}
		return d
	}
	once()
	before := runtime.NumGoroutine()
	d := once()
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
		runtime.Gosched()
	}
	for _, address := range []string{d.RPCURL, d.AdminURL, d.Nodes[0].URL, d.Nodes[2].URL} {
		if _, _, err := try(t.Context(), "GET", address, ""); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s after Close: %v", address, err)
		}
	}
}
