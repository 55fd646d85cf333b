package web_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/fetch"
	"litsession/internal/litclient"
	"litsession/internal/playground"
	"litsession/internal/session"
	"litsession/storage"
)

// recorder keeps what every URL answered last, on the chain's for each method.
type recorder struct {
	mutex   sync.Mutex
	answers map[string]string
}

func (r *recorder) Fetch(ctx context.Context, request fetch.Request) (*fetch.Response, error) {
	response, err := fetch.HTTP{}.Fetch(ctx, request)
	if err == nil {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		var call struct{ Method string }
		_ = json.Unmarshal(request.Body, &call) // of a chain or not
		r.answers[request.URL+call.Method] = string(response.Body)
	}
	return response, err
}

// replay is what the page needs to make the recorded call again.
type replay struct {
	Answers map[string]string `json:"answers"`
	Config  json.RawMessage   `json:"config"`
	Params  json.RawMessage   `json:"params"`
	Now     int64             `json:"now"`
}

// record makes one call natively, with a fixed key and clock. Nodes whose
// answers were not needed may be missing: the client cancels their requests.
func record(b *testing.B, d devnet.Descriptor) replay {
	now := time.Now().Truncate(time.Millisecond)
	key, err := session.GenerateKeyPair(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	config := encode(b, map[string]any{"litNetwork": "custom", "rpcUrl": d.RPCURL, "contractContext": d.ContractContext, "domain": "example.com"})
	params := encode(b, map[string]any{
		"pkpPublicKey":            d.PKP.PublicKey,
		"litActionSource":         d.PKP.PermittedAction.Code,
		"jsParams":                map[string]int{"magicNumber": 42},
		"resourceAbilityRequests": json.RawMessage(`[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"},{"resource":{"resource":"*","resourcePrefix":"lit-litaction"},"ability":"lit-action-execution"}]`),
		"sessionKey":              json.RawMessage(key.JSON()),
		"expiration":              now.Add(time.Hour).UTC().Format("2006-01-02T15:04:05.000Z"),
	})
	recorded := &recorder{answers: map[string]string{}}
	call(b, config, params, now, recorded)
	return replay{Answers: recorded.answers, Config: config, Params: params, Now: now.UnixMilli()}
}

func encode(b *testing.B, v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	return text
}

func call(b *testing.B, config, params []byte, now time.Time, f fetch.Fetcher) {
	c, err := litclient.DecodeConfig(config)
	if err != nil {
		b.Fatal(err)
	}
	c.Fetch, c.Store, c.Random, c.Now = f, new(storage.Memory), rand.Reader, func() time.Time { return now }
	client, err := litclient.New(c)
	if err != nil {
		b.Fatal(err)
	}
	if err := client.Connect(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	p, err := litclient.DecodeSessionSigsParams(params, now)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := client.GetLitActionSessionSigs(b.Context(), p); err != nil {
		b.Fatal(err)
	}
}

// script makes the call as often as asked, each time by a client without a
// cached AuthSig. A node whose answer was not recorded, because it was not
// needed, does not answer here either.
const script = `async (replay, rounds) => {
	const { LitNodeClient, parseLitResource } = await import("./litsession/index.js");
	for (const request of replay.params.resourceAbilityRequests) {
		const { resource, resourcePrefix } = request.resource;
		request.resource = parseLitResource(resourcePrefix + "://" + resource);
	}
	window.fetch = async (url, { body, signal }) => {
		const { method = "" } = body ? JSON.parse(new TextDecoder().decode(body)) : {};
		const answer = replay.answers[url + method];
		return answer !== undefined
			? new Response(answer, { headers: { "content-type": "application/json" } })
			: new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
	};
	const times = [];
	for (let i = 0; i < rounds; i++) {
		const client = new LitNodeClient({ ...replay.config, storage: "memory", now: () => replay.now });
		await client.connect();
		const start = performance.now();
		await client.getLitActionSessionSigs(replay.params);
		times.push(performance.now() - start);
		await client.disconnect();
	}
	return times;
}`

// BenchmarkWarmCall is the client's own share of getLitActionSessionSigs in
// the page, from the call to the result: a loaded module, a connected client
// of ten nodes, the nodes' recorded answers replayed through the page's fetch,
// with fixed session key, clock and nonce.
//
//	go test -run '^$' -bench WarmCall -benchtime 60x ./web
func BenchmarkWarmCall(b *testing.B) {
	network, page := open(b)
	recorded := encode(b, record(b, network.Descriptor()))
	var times []float64
	const warmUp = 5
	rounds, _ := json.Marshal(b.N + warmUp)
	if err := page.Evaluate("("+script+")("+string(recorded)+","+string(rounds)+")", &times); err != nil {
		b.Fatal(err)
	}
	times = times[warmUp:]
	slices.Sort(times)
	b.ReportMetric(times[len(times)/2], "median-ms")
	b.ReportMetric(times[0], "min-ms")
	b.ReportMetric(times[len(times)-1], "max-ms")
	b.ReportMetric(0, "ns/op")
}

// manyValues is a body with as many values as an answer may have bytes for.
func manyValues() json.RawMessage {
	return json.RawMessage("[" + strings.Repeat("0,", fetch.DefaultMaxBytes/2-2) + "0]")
}

// BenchmarkHostileNodes is how long the page stands still at most, and what memory
// the module has afterwards, while nodes do what costs the client most: as many as
// may sign falsely in a network of 30 whose threshold is 21, and ten of ten that
// answer with as many values as fit. The first row is for comparison.
//
//	go test -run '^$' -bench HostileNodes -benchtime 5x ./web
func BenchmarkHostileNodes(b *testing.B) {
	for _, row := range []struct {
		name                    string
		nodes, threshold, lying int
		fault                   devnet.Fault
	}{
		{"honest/30", 30, 21, 0, devnet.Fault{}},
		{"wrong-share/4of30", 30, 21, 4, devnet.Fault{Kind: "wrong-share"}},
		{"4MiB/10of10", 10, 6, 10, devnet.Fault{Kind: "oversized", Shape: "values", Path: "sign_session_key"}},
		{"512KiB/10of10", 10, 6, 10, devnet.Fault{Kind: "http-error", Path: "sign_session_key", Body: manyValues()}},
	} {
		b.Run(row.name, func(b *testing.B) {
			network, err := devnet.Start(b.Context(), devnet.Config{Page: pageDir, Nodes: row.nodes, Threshold: row.threshold})
			if err != nil {
				b.Fatal(err)
			}
			defer network.Close()
			page, err := playground.Open(b.Context(), serve(b, network, new(wallet)).URL)
			if err != nil {
				b.Fatal(err)
			}
			defer page.Close()
			for i := range row.lying {
				if err := network.SetFault(i, row.fault); err != nil {
					b.Fatal(err)
				}
			}
			var got struct{ First, Longest, Took, Memory float64 }
			first, longest := 0.0, 0.0
			for b.Loop() {
				if err := page.Evaluate(`(async () => {`+sessionHelpers+hostileScript+`})()`, &got); err != nil {
					b.Fatal(err)
				}
				first, longest = max(first, got.First), max(longest, got.Longest)
			}
			b.ReportMetric(first, "first-task-ms") // 0 for none above 50, as the next
			b.ReportMetric(longest, "longest-task-ms")
			b.ReportMetric(got.Took, "call-ms")
			b.ReportMetric(got.Memory/(1<<20), "module-MiB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// hostileScript makes one call, by a module of its own whose memory it can see, and
// says how long the first task was, in which all nodes are asked, and the longest
// that came after it.
const hostileScript = `
	const own = document.body.appendChild(document.createElement("iframe")).contentWindow;
	const { instantiateStreaming } = own.WebAssembly;
	let instance;
	own.WebAssembly.instantiateStreaming = async (...args) => {
		const made = await instantiateStreaming(...args);
		({ instance } = made);
		return made;
	};
	const script = Object.assign(own.document.createElement("script"), { type: "module", src: new URL("expose.js", location.href) });
	await new Promise((loaded) => { script.onload = loaded; own.document.head.append(script); });
	const { LitNodeClient, LitPKPResource } = own.exposed;
	const client = new LitNodeClient({ ...config, storage: "memory" });
	await client.connect().catch((e) => e);
	let first = 0, longest = 0, start = Infinity;
	const observer = new PerformanceObserver((list) => {
		for (const { startTime, duration } of list.getEntries()) {
			if (startTime <= start) first = Math.max(first, duration);
			else longest = Math.max(longest, duration);
		}
	});
	await new Promise((turn) => setTimeout(turn, 200)); // what connect has left to do
	observer.observe({ entryTypes: ["longtask"] }); // tells of those above 50 ms
	start = performance.now();
	const resource = new LitPKPResource("*");
	await client.getLitActionSessionSigs({ ...guide, resourceAbilityRequests: [{ resource, ability: "pkp-signing" }] }).catch((e) => e);
	const took = performance.now() - start;
	await new Promise((turn) => setTimeout(turn, 200));
	observer.disconnect();
	return { first, longest, took, memory: instance.exports.mem.buffer.byteLength };
`
