package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"litsession/internal/chromium"
	"litsession/internal/devnet"
	"litsession/internal/playground"
)

// sessionHelpers are what the scripts below share. accepted has every node sign
// with the PKP for the session signatures and returns what went wrong.
const sessionHelpers = `
	const lit = await import("./litsession/index.js");
	const { rpcUrl, contractContext, pkp, nodes, ipfsGateway } = await (await fetch("descriptor.json")).json();
	const config = { litNetwork: "custom", rpcUrl, contractContext };
	const resourceAbilityRequests = [
		{ resource: new lit.LitPKPResource("*"), ability: lit.LIT_ABILITY.PKPSigning },
		{ resource: new lit.LitActionResource("*"), ability: lit.LIT_ABILITY.LitActionExecution },
	];
	const guide = { pkpPublicKey: pkp.publicKey, litActionSource: pkp.permittedAction.code, jsParams: { magicNumber: 42 }, resourceAbilityRequests };
	const accepted = async (sessionSigs) => {
		const wrong = Object.keys(sessionSigs).length === 0 ? ["no session signatures"] : [];
		for (const [url, authSig] of Object.entries(sessionSigs)) {
			const response = await fetch(url + "/web/pkp/sign/v1", {
				method: "POST", headers: { "Content-Type": "application/json", "X-Request-Id": "lit_test" },
				body: JSON.stringify({ toSign: Array(32).fill(0), pubkey: pkp.publicKey, authSig }),
			});
			if (!response.ok) wrong.push(url + ": " + await response.text());
		}
		return wrong.join("; ");
	};
	const until = async (condition) => { while (!condition()) await new Promise((turn) => setTimeout(turn, 20)); };
`

func evaluate[T any](t *testing.T, page *playground.Page, script string) (result T) {
	t.Helper()
	if err := page.Evaluate(`(async () => {`+sessionHelpers+script+`})()`, &result); err != nil {
		t.Fatal(err)
	}
	return result
}

// serve serves the page, the wallet of an account, tab.html, a page with nothing
// in it, and expose.js, which loads the package for a script that cannot import.
func serve(t testing.TB, network *devnet.Network, user *wallet) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(pageDir)))
	mux.Handle("/wallet", user)
	mux.HandleFunc("/tab.html", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html>"))
	})
	mux.HandleFunc("/expose.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte(`import * as exposed from "./litsession/index.js"; window.exposed = exposed;`))
	})
	mux.HandleFunc("/descriptor.json", func(w http.ResponseWriter, _ *http.Request) {
		if err := json.NewEncoder(w).Encode(network.Descriptor()); err != nil {
			t.Error(err)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func withWallet(t *testing.T, network *devnet.Network, user *wallet) *playground.Page {
	t.Helper()
	page, err := playground.Open(t.Context(), serve(t, network, user).URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(page.Close)
	return page
}

// askWallet is the callback that the guide writes, over the wallet of the test.
const askWallet = `
	const signMessage = async (text) => {
		const hex = "0x" + [...new TextEncoder().encode(text)].map((b) => b.toString(16).padStart(2, "0")).join("");
		return (await fetch("/wallet", { method: "POST", body: JSON.stringify({ method: "personal_sign", params: [hex] }) })).json();
	};
	const signer = { signMessage, getAddress: async () => walletAddress };
	const authNeededCallback = async ({ uri, expiration, resourceAbilityRequests, nonce }) => lit.generateAuthSig({ signer, toSign: await lit.createSiweMessage({
		uri, expiration, resources: resourceAbilityRequests, walletAddress, nonce, litNodeClient: client }) });
`

// TestAWalletsSessionInAPage is the guide's getSessionSigs: one prompt for calls
// at the same time and afterwards, and nodes that sign.
func TestAWalletsSessionInAPage(t *testing.T) {
	network, _ := open(t)
	user := &wallet{account: network.Descriptor().Accounts[0]}
	page := withWallet(t, network, user)
	got := evaluate[[]string](t, page, `
		const walletAddress = "`+user.account.Address+`";
		const client = new lit.LitNodeClient({ ...config, storage: "local" });
		await client.connect();
	`+askWallet+`
		const call = () => client.getSessionSigs({ chain: "ethereum", resourceAbilityRequests, authNeededCallback });
		const [first] = await Promise.all([call(), call(), call()]);
		const again = await call();
		return [await accepted(first), await accepted(again)];
	`)
	if !slices.Equal(got, []string{"", ""}) {
		t.Errorf("nodes refused: %v", got)
	}
	if user.signed != 1 {
		t.Errorf("the wallet was asked %d times", user.signed)
	}
}

// TestAuthMethodsInAPage: the owner's wallet is proof enough, without an action.
func TestAuthMethodsInAPage(t *testing.T) {
	network, _ := open(t)
	user := &wallet{account: network.Descriptor().Accounts[0]}
	page := withWallet(t, network, user)
	got := evaluate[string](t, page, `
		const walletAddress = "`+user.account.Address+`";
		const client = new lit.LitNodeClient({ ...config, storage: "memory" });
		await client.connect();
	`+askWallet+`
		const toSign = await lit.createSiweMessage({ walletAddress, nonce: await client.getLatestBlockhash(), litNodeClient: client });
		const accessToken = JSON.stringify(await lit.generateAuthSig({ signer, toSign }));
		const authMethods = [{ authMethodType: lit.AUTH_METHOD_TYPE.EthWallet, accessToken }];
		return accepted(await client.getPkpSessionSigs({ pkpPublicKey: pkp.publicKey, authMethods, resourceAbilityRequests }));
	`)
	if got != "" {
		t.Errorf("nodes refused: %s", got)
	}
}

// TestAPageWhoseClockIsWrong: pages cannot read the nodes' Date headers.
func TestAPageWhoseClockIsWrong(t *testing.T) {
	_, page := open(t)
	for _, hours := range []string{"-1", "1", "-30", "30"} {
		got := evaluate[struct {
			Refused string
			Skew    float64
		}](t, page, `
			const off = `+hours+` * 3_600_000;
			const client = new lit.LitNodeClient({ ...config, storage: "memory", now: () => Date.now() + off });
			await client.connect();
			const sigs = await client.getLitActionSessionSigs(guide);
			return { refused: await accepted(sigs), skew: client.clockSkew + off };
		`)
		if got.Refused != "" || got.Skew < -600_000 || got.Skew > 60_000 {
			t.Errorf("off by %s hours: %+v", hours, got)
		}
	}
}

// TestAPageFollowsTheEpoch: fields and session signatures, without a new call of connect.
func TestAPageFollowsTheEpoch(t *testing.T) {
	network, page := open(t)
	before := evaluate[float64](t, page, `
		const client = globalThis.client = new lit.LitNodeClient({ ...config, storage: "memory", epochInterval: 50 });
		await client.connect();
		await client.getLitActionSessionSigs(guide);
		return client.currentEpochNumber;
	`)
	if err := network.AdvanceEpoch(t.Context(), []int{1, 2, 3, 5, 7, 9}); err != nil {
		t.Fatal(err)
	}
	got := evaluate[struct {
		Epoch     float64
		Connected []string
		Signed    []string
		Refused   string
	}](t, page, `
		const { client } = globalThis;
		await until(() => client.connectedNodes.size === 6);
		const sigs = await client.getLitActionSessionSigs(guide);
		await client.disconnect();
		return { epoch: client.currentEpochNumber, connected: [...client.connectedNodes].sort(), signed: Object.keys(sigs).sort(), refused: await accepted(sigs) };
	`)
	var want []string
	for _, i := range []int{1, 2, 3, 5, 7, 9} {
		want = append(want, network.Descriptor().Nodes[i].URL)
	}
	slices.Sort(want)
	if got.Epoch != before+1 || got.Refused != "" || !slices.Equal(got.Connected, want) || !slices.Equal(got.Signed, want) {
		t.Errorf("from epoch %v: %+v", before, got)
	}
}

// TestAbortedCallsStayBounded: calls are aborted about when their AuthSigs are stored,
// each another one. What they leave in localStorage stays within the bound.
func TestAbortedCallsStayBounded(t *testing.T) {
	_, page := open(t)
	got := evaluate[struct{ Stored, Done, Aborted int }](t, page, `
		localStorage.clear();
		const client = new lit.LitNodeClient({ ...config, storage: "local" });
		await client.connect();
		let done = 0, aborted = 0;
		const call = async (round, i) => {
			const controller = new AbortController();
			const onProgress = ({ phase, done, needed }) => {
				if (phase === "sign" && done === needed) setTimeout(() => controller.abort(), 4 * i);
			};
			const params = { ...guide, jsParams: { magicNumber: 42, round, i }, onProgress };
			await client.getLitActionSessionSigs(params, { signal: controller.signal }).then(() => done++, () => aborted++);
		};
		for (let round = 0; round < 12; round++) {
			await Promise.all(Array.from({ length: 8 }, (_, i) => call(round, i)));
		}
		const stored = Object.keys(localStorage).filter((name) => /auth-?sig/i.test(name)).length;
		return { stored, done, aborted };
	`)
	if got.Done+got.Aborted != 96 || got.Aborted == 0 || got.Stored > 51 { // AuthSigs and their index
		t.Errorf("got %+v", got)
	}
}

// TestTabsOfOneOrigin: tabs start at once on an empty localStorage, and each goes on
// with the same session. When all that is stored has expired, each goes on with the
// same new key.
func TestTabsOfOneOrigin(t *testing.T) {
	network, _ := open(t)
	server := serve(t, network, new(wallet))
	first, closeBrowser, err := chromium.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer closeBrowser()
	second, closeTab := chromedp.NewContext(first)
	defer closeTab()
	tabs := []context.Context{first, second}
	for _, tab := range tabs {
		if err := chromedp.Run(tab, chromedp.Navigate(server.URL+"/tab.html")); err != nil {
			t.Fatal(err)
		}
	}
	for round := range 3 {
		var none any
		if err := inTab(first, fmt.Sprintf(`localStorage.clear(); localStorage.setItem("round %d", "x");`, round), &none); err != nil {
			t.Fatal(err)
		}
		var results [2]struct{ Key, Again, Stored, Refused, Renewed string }
		var both sync.WaitGroup
		for i, tab := range tabs {
			both.Go(func() {
				err := inTab(tab, fmt.Sprintf(`const [round, me] = [%d, %d];`, round, i)+`
					// What tabs store arrives at the others in its order.
					const arrived = (key) => new Promise((done) => {
						const look = () => localStorage.getItem(key) !== null && done();
						addEventListener("storage", look);
						look();
					});
					await arrived("round " + round);
					const client = new lit.LitNodeClient({ ...config, storage: "local" });
					await client.connect();
					const key = client.getSessionKey().publicKey;
					const sigs = await client.getLitActionSessionSigs(guide);
					const refused = await accepted(sigs);
					const again = client.getSessionKey().publicKey;
					const stored = JSON.parse(localStorage.getItem("lit-session-key")).publicKey;
					localStorage.setItem("done " + me, "x");
					await arrived("done " + (1 - me));
					if (me === 0) {
						for (const [name, text] of Object.entries(localStorage)) {
							localStorage.setItem(name, text.replace(/(Expiration Time: )\d{4}/, "$12020"));
						}
						localStorage.setItem("all has expired", "x");
					}
					await arrived("all has expired");
					const renewed = await client.getLitActionSessionSigs(guide);
					return { key, again, stored, refused: refused + await accepted(renewed), renewed: Object.values(renewed)[0].address };
				`, &results[i])
				if err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		for _, r := range results {
			if r.Key == "" || r.Key != results[0].Key || r.Again != r.Key || r.Stored != r.Key || r.Refused != "" ||
				r.Renewed == "" || r.Renewed == r.Key || r.Renewed != results[0].Renewed {
				t.Errorf("%+v beside %+v", r, results[0])
			}
		}
	}
}

// inTab runs a script with the helpers in a tab, and takes its result as JSON.
func inTab(tab context.Context, script string, result any) error {
	tab, stop := context.WithTimeout(tab, time.Minute)
	defer stop()
	var text string
	wait := func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
	script = `(async () => {` + sessionHelpers + script + `})().then((result) => JSON.stringify(result ?? null))`
	if err := chromedp.Run(tab, chromedp.Evaluate(script, &text, wait)); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), result)
}

// TestCodeFromTheGatewayInAPage: another origin's content, checked here.
func TestCodeFromTheGatewayInAPage(t *testing.T) {
	network, page := open(t)
	got := evaluate[[]string](t, page, `
		const client = new lit.LitNodeClient({ ...config, storage: "memory" });
		await client.connect();
		const { litActionSource, ...params } = guide;
		const phases = new Set();
		const sigs = await client.getLitActionSessionSigs({ ...params, litActionIpfsId: pkp.permittedAction.cid,
			ipfsOptions: { overwriteCode: true, gatewayUrl: ipfsGateway }, onProgress: ({ phase }) => phases.add(phase) });
		return [await client.getIpfsId({ str: pkp.permittedAction.code }), await accepted(sigs), [...phases].join()];
	`)
	if want := []string{network.Descriptor().PKP.PermittedAction.CID, "", "gateway,sign"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
