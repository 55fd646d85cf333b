package main

import (
	"bytes"
	"errors"
)

// before and after turn wasm_exec.js into an ES module. The script puts its
// class and stand-ins for fs, process and path on globalThis, where pages take
// them for signs of Node. Inside the function that name is the parameter, so
// all of it lands on the caller's object. The script also names fs without
// globalThis, and means the stand-in.
const (
	before = `// The Go toolchain's wasm_exec.js as an ES module. Made by internal/buildmodule; do not edit.

/** Defines the runtime on scope, which becomes the program's global object. */
export function defineGo(scope) {
	const fs = { writeSync: (fd, bytes) => scope.fs.writeSync(fd, bytes) };
	(function (globalThis) {
`
	after = `
	})(scope);
	return scope.Go;
}
`
)

// wrap makes an ES module of a toolchain's wasm_exec.js.
func wrap(script []byte) ([]byte, error) {
	if !bytes.Contains(script, []byte("globalThis.Go = class")) {
		return nil, errors.New("this toolchain's wasm_exec.js does not define globalThis.Go: wrap it anew")
	}
	return append(append([]byte(before), script...), after...), nil
}
