//go:build js

// Package jsglue crosses the border between Go and JavaScript, and knows
// nothing about Lit.
//
// Outwards, [Method] makes a JavaScript function that returns a promise at
// once and does its work in a goroutine; [Errors] turns what that work failed
// with into what JavaScript catches. Inwards, [Get], [Call] and [Invoke] touch
// values that JavaScript made, and [Await] waits for its promises.
//
// Two rules hold everywhere, because breaking either kills the whole module:
//
//   - No callback blocks or panics. [Method] and [Function] see to it.
//   - A value from outside is never touched with [js.Value.Get], Set, Index,
//     Length, InstanceOf or Call. When a getter or a proxy throws inside one
//     of them, the exception unwinds the Go stack without Go knowing, and
//     Call looks the method up again, uncaught, after a throw. The functions
//     here go through Reflect, which the runtime calls under a catch. Type,
//     String and Truthy panic on a bigint: see [TypeOf].
//
// Nothing here reads a global but these of the scope that the loader gives to
// the runtime: AbortController, ArrayBuffer, console, Error, JSON, Object,
// Promise, Reflect, Uint8Array. The runtime itself also wants Array and Date.
package jsglue
