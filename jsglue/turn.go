//go:build js

package jsglue

import (
	"context"
	"syscall/js"
	"time"
)

// NextTurn returns when the event loop has turned: the page has had the chance to
// paint, to answer the user and to abort. Go has one thread, the page's, and keeps it
// as long as any goroutine can run.
//
// It sends a message through a channel, which unlike setTimeout takes no 4 ms when
// it is called often, nor a second or more in a page that nobody sees. Scopes that
// have no channels do with a timer. It does not wait beyond the end of ctx.
func NextTurn(ctx context.Context) {
	constructor := js.Global().Get("MessageChannel")
	if constructor.IsUndefined() {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
		}
		return
	}
	channel := constructor.New()
	near, far := channel.Get("port1"), channel.Get("port2")
	turned := make(chan struct{})
	var arrived js.Func
	arrived = js.FuncOf(func(js.Value, []js.Value) any {
		arrived.Release()
		near.Call("close") // or Node would wait for more
		close(turned)
		return nil
	})
	near.Set("onmessage", arrived)
	far.Call("postMessage", js.Null())
	select {
	case <-turned:
	case <-ctx.Done():
	}
}
