package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"litsession/internal/devnet"
	"litsession/internal/playground"
)

func TestThePagesGlobalsAreLeftAlone(t *testing.T) {
	_, page := open(t)
	const added = `(() => {
		const fresh = document.body.appendChild(document.createElement("iframe")).contentWindow;
		return Object.getOwnPropertyNames(window).filter((name) => !(name in fresh) && !/^\d+$/.test(name));
	})()`
	var names []string
	if err := page.Evaluate(added, &names); err != nil {
		t.Fatal(err)
	}
	if len(names) > 0 {
		t.Errorf("the page's window has %v beside what every window has", names)
	}
}

func TestAbortRejectsWithTheReason(t *testing.T) {
	network, page := open(t)
	for i := range network.Descriptor().Nodes {
		if err := network.SetFault(i, devnet.Fault{Kind: "hang", Path: "sign_session_key"}); err != nil {
			t.Fatal(err)
		}
	}
	const script = `(async () => {
		const { LitNodeClient, LitPKPResource } = await import("./litsession/index.js");
		const { rpcUrl, contractContext, pkp } = await (await fetch("descriptor.json")).json();
		const client = new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext, storage: "memory" });
		await client.connect();
		const controller = new AbortController();
		const reason = new Error("the user left");
		setTimeout(() => controller.abort(reason), 50);
		try {
			await client.getLitActionSessionSigs({
				pkpPublicKey: pkp.publicKey, litActionIpfsId: pkp.permittedAction.cid, jsParams: { magicNumber: 42 },
				resourceAbilityRequests: [{ resource: new LitPKPResource("*"), ability: "pkp-signing" }],
			}, { signal: controller.signal });
			return "it did not reject";
		} catch (error) {
			return error === reason ? "the reason" : String(error);
		}
	})()`
	var got string
	if err := page.Evaluate(script, &got); err != nil {
		t.Fatal(err)
	}
	if got != "the reason" {
		t.Errorf("got %s", got)
	}
}

// TestStorageThatIsDeniedFailsNoCall: every access to the page's localStorage
// throws, as in a browser that forbids it.
func TestStorageThatIsDeniedFailsNoCall(t *testing.T) {
	_, page := open(t)
	const script = `(async () => {
		const { LitNodeClient, LitPKPResource } = await import("./litsession/index.js");
		const { rpcUrl, contractContext, pkp } = await (await fetch("descriptor.json")).json();
		const denied = () => { throw new DOMException("no", "SecurityError"); };
		const client = new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext, storage: { getItem: denied, setItem: denied, removeItem: denied } });
		const reasons = new Set();
		client.on("error", (error) => reasons.add(error.reason));
		await client.connect();
		const sigs = await client.getLitActionSessionSigs({
			pkpPublicKey: pkp.publicKey, litActionIpfsId: pkp.permittedAction.cid, jsParams: { magicNumber: 42 },
			resourceAbilityRequests: [{ resource: new LitPKPResource("*"), ability: "pkp-signing" }],
		});
		return { count: Object.keys(sigs).length, reasons: [...reasons] };
	})()`
	var got struct {
		Count   int
		Reasons []string
	}
	if err := page.Evaluate(script, &got); err != nil {
		t.Fatal(err)
	}
	if got.Count != devnet.DefaultNodes || len(got.Reasons) != 1 || got.Reasons[0] != "storage_denied" {
		t.Errorf("got %+v", got)
	}
}

func TestAWorkerGetsSessionSignatures(t *testing.T) {
	network, _ := open(t)
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(pageDir)))
	mux.HandleFunc("/worker.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join("testdata", "worker.js"))
	})
	mux.HandleFunc("/descriptor.json", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(network.Descriptor())
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	page, err := playground.Open(t.Context(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	const script = `(async () => {
		const descriptor = await (await fetch("descriptor.json")).json();
		const worker = new Worker("worker.js", { type: "module" });
		const answer = new Promise((resolve, reject) => {
			worker.onmessage = ({ data }) => resolve(data);
			worker.onerror = (event) => reject(new Error(event.message));
		});
		worker.postMessage(descriptor);
		return answer;
	})()`
	var got struct {
		Count   int
		Storage string
	}
	if err := page.Evaluate(script, &got); err != nil {
		t.Fatal(err)
	}
	if got.Count != devnet.DefaultNodes || got.Storage != "memory" {
		t.Errorf("got %+v", got)
	}
}
