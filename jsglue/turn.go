//go:build js

package jsglue

import (
	"context"
	"syscall/js"
)

// NextTurn returns when the event loop has turned: the page has had the chance to
// paint, to answer the user and to abort. Go has one thread, the page's, and keeps it
// as long as any goroutine can run. It does not wait beyond the end of ctx.
//
// It sends a message through a channel, which unlike setTimeout takes no 4 ms when
// it is called often, nor a second or more in a page that nobody sees. Scopes that
// have no channels get by with setTimeout. A timer of Go's would not do: one that is
// due already fires without the event loop.
func NextTurn(ctx context.Context) {
	turned := make(chan struct{})
	var near js.Value
	var arrived js.Func
	arrived = js.FuncOf(func(js.Value, []js.Value) any {
		arrived.Release()
		if !near.IsUndefined() {
			near.Call("close") // or Node would wait for more
		}
		close(turned)
		return nil
	})
	if constructor := js.Global().Get("MessageChannel"); !constructor.IsUndefined() {
		channel := constructor.New()
		near = channel.Get("port1")
		near.Set("onmessage", arrived)
		channel.Get("port2").Call("postMessage", js.Null())
	} else {
		js.Global().Get("setTimeout").Invoke(arrived, 0)
	}
	select {
	case <-turned:
	case <-ctx.Done():
	}
}
