//go:build js

package jsglue_test

import (
	"context"
	"syscall/js"
	"testing"
	"time"

	"litsession/jsglue"
)

// TestThePageWorksBetweenTurns: what the page does meanwhile is done one for one,
// however long others keep the thread.
func TestThePageWorksBetweenTurns(t *testing.T) {
	for _, scope := range []struct {
		name string
		with js.Value
	}{{"channels", js.Global().Get("MessageChannel")}, {"timers", js.Undefined()}} {
		t.Run(scope.name, func(t *testing.T) {
			page := eval(`(() => {
				const page = { turns: 0, over: false };
				const { port1, port2 } = new MessageChannel();
				port1.onmessage = () => { page.turns++; if (page.over) port1.close(); else port2.postMessage(null); };
				port2.postMessage(null);
				return page;
			})()`)
			defer page.Set("over", true)
			replaceChannel(t, scope.with)
			const count = 50
			for range count {
				go busy(3 * time.Millisecond)
				jsglue.NextTurn(t.Context())
			}
			if turns := page.Get("turns").Int(); turns < count/2 {
				t.Errorf("the page had %d turns in %d", turns, count)
			}
		})
	}
}

func busy(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func replaceChannel(t *testing.T, with js.Value) {
	before := js.Global().Get("MessageChannel")
	js.Global().Set("MessageChannel", with)
	t.Cleanup(func() { js.Global().Set("MessageChannel", before) })
}

func TestNoTurnAfterTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	jsglue.NextTurn(ctx)
	nextTask() // the message arrives when nobody waits
	replaceChannel(t, js.Undefined())
	jsglue.NextTurn(ctx)
	jsglue.NextTurn(t.Context())
}
