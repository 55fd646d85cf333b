//go:build js

// Program wasm is lit.wasm: the client of package litclient as functions that
// JavaScript calls. It has no logic of its own; each function decodes, calls
// and encodes.
//
// The loader (web/src/load.ts) gives the runtime a scope object of its own and
// puts its hooks there under the name litsession: {fetch, makeError, ready}.
// main calls ready once, with {version, call, newClient}, and never returns. What
// cannot be recovered from (no memory, a stack overflow) ends the program, and
// the loader sees that go.run() has ended.
package main

import "syscall/js"

// version is that of the npm package. The linker sets it (internal/buildmodule).
var version = "devel"

func main() {
	hooks := js.Global().Get("litsession")
	hooks.Call("ready", newExports(hooks).api())
	select {}
}
