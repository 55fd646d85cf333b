package web_test

import (
	"testing"

	"litsession/internal/devnet"
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
