package web_test

import (
	"testing"

	"litsession/internal/devnet"
	"litsession/internal/playground"
)

// TestAPageGoesOnWhileSharesAreSorted: with five nodes of ten that sign falsely
// every choice of six shares is tried, which takes seconds and finds nothing.
func TestAPageGoesOnWhileSharesAreSorted(t *testing.T) {
	network, page := open(t)
	for i := range 5 {
		if err := network.SetFault(i, devnet.Fault{Kind: "wrong-share"}); err != nil {
			t.Fatal(err)
		}
	}
	got := evaluate[struct {
		Reason        string
		Longest, Took float64 // ms
		Aborted       bool
	}](t, page, `
		const client = new lit.LitNodeClient({ ...config, storage: "memory" });
		await client.connect();
		const start = performance.now();
		let longest = 0, last = start, over = false;
		const beat = () => {
			longest = Math.max(longest, performance.now() - last);
			last = performance.now();
			if (!over) setTimeout(beat);
		};
		beat();
		const { reason } = await client.getLitActionSessionSigs(guide).catch((e) => e);
		const took = performance.now() - start;
		beat();
		over = true;
		const controller = new AbortController();
		const onProgress = ({ phase, done }) => { if (phase === "sign" && done === 10) setTimeout(() => controller.abort(), 0); };
		const begun = performance.now();
		const error = await client.getLitActionSessionSigs({ ...guide, onProgress }, { signal: controller.signal }).catch((e) => e);
		return { reason, longest, took, aborted: error === controller.signal.reason && performance.now() - begun < took / 2 };
	`)
	if got.Reason != "bad_share" || !got.Aborted || got.Longest > got.Took/2 {
		t.Errorf("got %+v", got)
	}
}

// TestAPageWorksWhileNodesAreAsked: the requests of a call are not sent in one task,
// of which each takes milliseconds.
func TestAPageWorksWhileNodesAreAsked(t *testing.T) {
	_, page := open(t)
	got := evaluate[struct{ Sent, Most int }](t, page, `
		const client = new lit.LitNodeClient({ ...config, storage: "memory" });
		await client.connect();
		let sent = 0, inTask = 0, most = 0;
		const real = window.fetch;
		window.fetch = (...args) => {
			sent++;
			most = Math.max(most, ++inTask);
			return real(...args);
		};
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => { inTask = 0; port2.postMessage(null); };
		port2.postMessage(null);
		await client.getLitActionSessionSigs(guide);
		port1.close();
		window.fetch = real;
		return { sent, most };
	`)
	if got.Sent != 10 || got.Most == got.Sent {
		t.Errorf("%d requests of %d in one task", got.Most, got.Sent)
	}
}

// TestHostileAnswersTakeNoMemory: all ten nodes answer with more values than anybody
// should build, some in a body that is short enough to be read. Memory that the
// module once had never comes back to the page.
func TestHostileAnswersTakeNoMemory(t *testing.T) {
	network, _ := open(t)
	page, err := playground.Open(t.Context(), serve(t, network, new(wallet)).URL)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	const most = 40 << 20 // bytes; a call without liars needs 8 MiB, and a tree of these values hundreds
	for _, fault := range []devnet.Fault{
		{Kind: "oversized", Shape: "values"},
		{Kind: "oversized", Shape: "values", Path: "sign_session_key"},
		{Kind: "http-error", Path: "sign_session_key", Body: manyValues()},
		{Kind: "http-error", Body: manyValues()},
	} {
		for i := range network.Descriptor().Nodes {
			if err := network.SetFault(i, fault); err != nil {
				t.Fatal(err)
			}
		}
		got := evaluate[struct{ Memory float64 }](t, page, hostileScript)
		if got.Memory == 0 || got.Memory > most {
			t.Errorf("%s of %d bytes at %q: %.0f bytes of memory", fault.Kind, len(fault.Body), fault.Path, got.Memory)
		}
	}
}
