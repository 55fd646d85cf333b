package devnet_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet"
	"litsession/internal/nodeapi"
)

// TestNodesOutliveHostileActions sends nodes what tries to keep or to kill them
// and asks the same nodes for everything else meanwhile.
func TestNodesOutliveHostileActions(t *testing.T) {
	// The honest actions have no more time than the hostile ones, which take all of the processor meanwhile.
	d := start(t, devnet.Config{Nodes: 3, ActionTime: 5 * time.Second}).Descriptor()
	_, sigs := newSession(t, d, everything)
	// A slow machine may run out of time before an action runs out of anything else.
	const timeout, memory, exception = "NodeJsTimeoutError", "NodeJsMemoryLimitError", ""
	var attacks sync.WaitGroup
	for i, attack := range []struct {
		name, code string
		want       string // errorCode
	}{
		{"a loop", `for (;;) {}`, timeout},
		{"a loop that catches", `for (;;) try { for (;;) {} } catch {} finally { continue; }`, timeout},
		{"promise jobs", `(async () => { for (;;) await 0; })()`, timeout},
		{"a regular expression", `/(a+)+b/.test("a".repeat(50))`, timeout},
		{"a timer without end", `setInterval(() => {}, 0)`, timeout},
		{"a far timer", `setTimeout(() => {}, 2 ** 31 - 1)`, timeout},
		{"a loop in a built-in", `new Array(2 ** 32 - 1).indexOf(1)`, timeout},
		{"arrays", `const a = []; for (;;) a.push(new Uint8Array(1 << 20))`, memory},
		{"a huge string", `"x".repeat(5e8)`, memory},
		{"deep recursion", `function f() { return f() + 1 } f()`, exception},
		{"many lines", `for (;;) console.log("x".repeat(1e5))`, exception},
		{"a long response", `Lit.Actions.setResponse({response: "x".repeat(102401)})`, exception},
		{"many requests", `(async () => { for (;;) try { await fetch("http://127.0.0.1:1") } catch (e) { if (e.message.startsWith("You may not")) throw e } })()`, exception},
		{"waiting for nobody", `Lit.Actions.broadcastAndCollect({name: "n", value: "v"})`, exception}, // or out of time: nodes wait for each other as long
	} {
		s := sigs[i%len(sigs)]
		request := body(t, executeBody(t, s, attack.code))
		attacks.Go(func() {
			status, answer, err := try(t.Context(), "POST", s.Node+nodeapi.ExecutePath, request, nodeapi.HeaderRequestID, "lit_"+attack.name)
			e := nodeapi.ParseError(status, answer)
			ended := e.Code == timeout || e.Code == attack.want && (e.Code != exception || strings.HasPrefix(e.Exception, "Uncaught "))
			if err != nil || status == http.StatusOK || !ended {
				t.Errorf("%s: %v, %d %.300s", attack.name, err, status, answer)
			}
		})
	}
	digest := crypto.Keccak256([]byte("message"))
	for round := range 3 {
		nonce := handshake(t, d.Nodes[round].URL).LatestBlockhash
		sign(t, d.Nodes[round].URL, request(t, d, nonce, `{"magicNumber":42}`))
		execute(t, sigs[round], executeBody(t, sigs[round], `Lit.Actions.setResponse({response: "ran"})`))
		if status, answer := call(t, "POST", sigs[round].Node+nodeapi.PKPSignPath, pkpSignBody(t, d, digest, authSig(sigs[round]))); status != http.StatusOK {
			t.Errorf("pkp/sign: %d %s", status, answer)
		}
	}
	attacks.Wait()
	newSession(t, d, everything)
}
