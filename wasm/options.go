//go:build js

package main

import (
	"context"
	"crypto/rand"
	"math"
	"syscall/js"
	"time"

	"litsession/internal/jsjson"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/session"
	"litsession/jsglue"
	"litsession/storage"
)

// maxTextLength bounds a text that crosses, in UTF-16 units. Code and
// jsParams have to fit into requests that nodes accept, which is far less.
const maxTextLength = 16 << 20

// config decodes a client's configuration, JSON text, and joins it to what the
// ports object brings: storage?, lock?, now?, onEvent?.
func (e exports) config(text, ports js.Value) (litclient.Config, error) {
	decoded, err := jsonText("config", text)
	if err != nil {
		return litclient.Config{}, err
	}
	config, err := litclient.DecodeConfig(decoded)
	if err != nil {
		return litclient.Config{}, err
	}
	config.Fetch = e.fetch
	config.Store = store(ports)
	config.Now = clock(ports)
	config.Random = rand.Reader
	config.Lock = lock(ports)
	config.OnEvent = listener(ports)
	config.NextTurn = jsglue.NextTurn
	return config, nil
}

// jsonText takes the text of a parameter that the loader has encoded.
func jsonText(param string, v js.Value) ([]byte, error) {
	text, err := jsglue.String(v, maxTextLength)
	if err != nil {
		return nil, literr.Invalid(param, "JSON text", "%s must be JSON text: %w", param, err)
	}
	return []byte(text), nil
}

// port returns a member of ports, undefined when there is none.
func port(ports js.Value, name string) js.Value {
	if !jsglue.IsObject(ports) {
		return js.Undefined()
	}
	v, err := jsglue.Get(ports, name)
	if err != nil {
		return js.Undefined()
	}
	return v
}

// store is the caller's storage, or memory of this client's own.
func store(ports js.Value) storage.Store {
	if object := port(ports, "storage"); jsglue.IsObject(object) {
		return storage.NewWeb(object)
	}
	return new(storage.Memory)
}

// lockPatience is how long to wait for a lock that somebody else holds: a tab
// that was frozen while it had it must not hinder the others for ever.
const lockPatience = 5 * time.Second

// lock waits for a lock of the page's, ports.lock(name), whose promise gives
// the function that releases it; nil where there is none.
func lock(ports js.Value) session.Lock {
	request := port(ports, "lock")
	if request.IsUndefined() {
		return nil
	}
	return func(ctx context.Context, name string) (func(), error) {
		granted, err := jsglue.Invoke(request, name)
		if err != nil {
			return nil, err
		}
		waiting, stop := context.WithTimeout(ctx, lockPatience)
		defer stop()
		release, err := jsglue.Await(waiting, granted)
		if err != nil {
			go releaseLate(granted)
			return nil, err
		}
		return func() { _, _ = jsglue.Invoke(release) }, nil
	}
}

// releaseLate gives back a lock that comes when nobody waits for it any more.
func releaseLate(granted js.Value) {
	var err error
	defer literr.Recover(&err)
	if release, err := jsglue.Await(context.Background(), granted); err == nil {
		_, _ = jsglue.Invoke(release)
	}
}

// clock is the caller's now, in milliseconds since 1970, or the machine's
// where there is none or it gives no usable time.
func clock(ports js.Value) func() time.Time {
	now := port(ports, "now")
	if now.IsUndefined() {
		return time.Now
	}
	return func() time.Time {
		v, err := jsglue.Invoke(now)
		if err != nil || jsglue.TypeOf(v) != "number" || !(math.Abs(v.Float()) <= maxTime) {
			return time.Now()
		}
		return time.UnixMilli(int64(v.Float()))
	}
}

// maxTime is the last millisecond that a Date of JavaScript can hold.
const maxTime = 8.64e15

// listener passes events on as JSON: {type: "error", error: fields}, with the
// fields of makeError, or {type: "clockSkew", ms}. What the listener throws is
// the loader's affair.
func listener(ports js.Value) func(litclient.Event) {
	onEvent := port(ports, "onEvent")
	if onEvent.IsUndefined() {
		return nil
	}
	return func(event litclient.Event) {
		var o jsjson.Object
		if event.Err != nil {
			o.String("type", "error").Raw("error", jsglue.ErrorJSON(event.Err))
		} else {
			o.String("type", "clockSkew").Int("ms", event.ClockSkew.Milliseconds())
		}
		_, _ = jsglue.Invoke(onEvent, string(o.Bytes()))
	}
}
