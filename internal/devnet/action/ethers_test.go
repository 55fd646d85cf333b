package action_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"litsession/internal/devnet/action"
)

func TestEthersForms(t *testing.T) {
	for _, tt := range []struct{ name, source, code, want string }{
		{"a UMD bundle exports", `(function (g, f) { typeof exports === 'object' && typeof module !== 'undefined' ? f(exports) : f((g = g || self).ethers = {}) })(this, function (e) { e.ethers = { version: 'umd' } })`, `ethers.version`, "umd"},
		{"a script sets a variable", `var ethers = { version: 'variable' };`, `ethers.version`, "variable"},
		{"a script sets a global", `globalThis.ethers = { version: 'global' };`, `ethers.version`, "global"},
		{"it is made when it is touched", `globalThis.made = true; var ethers = {};`, `[globalThis.made, typeof ethers, globalThis.made].join()`, ",object,true"},
		{"it is made once", `var ethers = { n: 0 };`, `(ethers.n++, ethers.n++, ethers.n)`, "2"},
		{"an action may replace it before", `throw new Error('never run');`, `(ethers = 'mine', ethers)`, "mine"},
		{"params may replace it", `throw new Error('never run');`, `ethers`, "param"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := action.New(action.Options{Ethers: []byte(tt.source)})
			if err != nil {
				t.Fatal(err)
			}
			req := action.Request{Code: `LitActions.setResponse({ response: String(` + tt.code + `) })`}
			if tt.want == "param" {
				req.Params = []byte(`{"ethers":"param"}`)
			}
			got, err := r.Run(t.Context(), req)
			if err != nil || got.Response != tt.want {
				t.Errorf("got %q and %v, want %q", got.Response, err, tt.want)
			}
		})
	}
}

func TestEthersAbsent(t *testing.T) {
	r, err := action.New(action.Options{BuildHint: "Do this."})
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Run(t.Context(), action.Request{Code: `try { ethers.utils } catch (e) { LitActions.setResponse({ response: e.message }) }`})
	const want = "ethers is not available: this program was built without it. Do this."
	if err != nil || got.Response != want {
		t.Errorf("got %q and %v, want %q", got.Response, err, want)
	}
}

func TestEthersThatIsNoScript(t *testing.T) {
	r, err := action.New(action.Options{Ethers: []byte(`import x from 'y'`)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := r.Run(t.Context(), action.Request{Code: `ethers`})
		if err == nil || !strings.Contains(err.Error(), "Uncaught Error: compile ethers: <ethers>: SyntaxError") {
			t.Errorf("got %v", err)
		}
	}
	if _, err := r.Run(t.Context(), action.Request{Code: `1`}); err != nil {
		t.Errorf("without ethers: %v", err)
	}
}

func TestEthersThatThrows(t *testing.T) {
	r, err := action.New(action.Options{Ethers: []byte(`throw new TypeError('inside')`)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Run(t.Context(), action.Request{Code: `ethers`})
	var failed *action.Error
	if !errors.As(err, &failed) || failed.Message != "Uncaught Error: load ethers: TypeError: inside\n    at <user_provided_script>:1:1" {
		t.Errorf("got %v", err)
	}
}

// TestEthers runs what actions do with ethers. Values: the accounts of the Hardhat and Foundry test mnemonic.
func TestEthers(t *testing.T) {
	r := withEthers(t)
	chain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var call struct{ ID, Method any }
		_ = json.NewDecoder(req.Body).Decode(&call)
		result := map[any]string{"eth_chainId": "0x7a69", "net_version": "31337", "eth_blockNumber": "0x10"}[call.Method]
		_ = json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": call.ID, "result": result})
	}))
	defer chain.Close()
	got, err := r.Run(t.Context(), action.Request{
		Code: read(t, "testdata/check.js") + read(t, "testdata/ethers.js"), Params: []byte(`{"rpcUrl":"` + chain.URL + `"}`), Fetch: allowed(t, "127.0.0.1"),
		Limits: action.Limits{Time: 5 * time.Minute}, // the race detector makes the engine twenty times as slow
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, got.Logs)
	}
	if got.Response != "12 checks" {
		t.Errorf("got %q", got.Response)
	}
}
