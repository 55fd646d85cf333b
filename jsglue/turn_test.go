//go:build js

package jsglue_test

import (
	"context"
	"syscall/js"
	"testing"

	"litsession/jsglue"
)

// TestThePageWorksBetweenTurns: what the page does meanwhile is done one for one.
func TestThePageWorksBetweenTurns(t *testing.T) {
	page := eval(`(() => {
		const page = { turns: 0, over: false };
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => { page.turns++; if (page.over) port1.close(); else port2.postMessage(null); };
		port2.postMessage(null);
		return page;
	})()`)
	const count = 50
	for range count {
		jsglue.NextTurn(t.Context())
	}
	page.Set("over", true)
	if turns := page.Get("turns").Int(); turns < count/2 {
		t.Errorf("the page had %d turns in %d", turns, count)
	}
}

func TestNoTurnAfterTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	jsglue.NextTurn(ctx)
	nextTask() // the message arrives when nobody waits
	channel := js.Global().Get("MessageChannel")
	js.Global().Set("MessageChannel", js.Undefined())
	defer js.Global().Set("MessageChannel", channel)
	jsglue.NextTurn(t.Context())
}
