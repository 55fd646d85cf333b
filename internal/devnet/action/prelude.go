package action

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

//go:embed js
var preludeFiles embed.FS

// A prelude is the JavaScript part of the runtime, as bytecode. The core runs at the start of every run. A unit is
// loaded when a run first needs it and gets what the core shares.
type prelude struct {
	core  []byte
	units map[string][]byte
}

func compilePrelude() (p prelude, err error) {
	core, err := coreSource()
	if err != nil {
		return p, err
	}
	if p.core, err = compile(core, "<lit>"); err != nil {
		return p, err
	}
	p.units = map[string][]byte{}
	files, err := fs.Glob(preludeFiles, "js/lazy/*.js")
	if err != nil {
		return p, err
	}
	for _, file := range files {
		text, err := preludeFiles.ReadFile(file)
		if err != nil {
			return p, err
		}
		source := "(function (shared) {\n'use strict';\nconst { " + sharedWith(string(text)) + " } = shared;\n" + string(text) + "})"
		if p.units[strings.TrimSuffix(path.Base(file), ".js")], err = compile(source, "<lit>"); err != nil {
			return p, fmt.Errorf("%s: %w", file, err)
		}
	}
	return p, nil
}

// coreSource is a script whose value is a function: it takes the host function and the config as JSON, sets up the
// globals and returns the function through which Go enters from then on. The files of js/core share its scope, in the
// order of their names.
func coreSource() (string, error) {
	files, err := fs.Glob(preludeFiles, "js/core/*.js")
	if err != nil {
		return "", err
	}
	var s strings.Builder
	s.WriteString("(function (host, configText) {\n'use strict';\nconst { " + builtIns + " } = globalThis;\n")
	for _, file := range files {
		text, err := preludeFiles.ReadFile(file)
		if err != nil {
			return "", err
		}
		s.Write(text)
		if strings.HasSuffix(file, "20-timers.js") { // the last file whose names are shared
			s.WriteString("const shared = { __proto__: null, " + sharedNames + ", " + builtIns + " };\n")
		}
	}
	s.WriteString("})")
	return s.String(), nil
}

// sharedNames are the names of the core that units may use.
const sharedNames = "use, fetchLog, maxDescription, sys, nextId, laterAs, take, guarded, tag, method, className, bytesOf, bufferOf, utf8, " +
	"addTimer, clock, wallClock, floor, queueMicrotask, uncurry, apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, freeze, assign, " +
	"isArray, isView, hasOwn, isError, JSONParse, JSONStringify, fromBase64, toBase64, typedArrayName, typedArrayBuffer, " +
	"typedArraySet, typedArraySlice, push, join, slice, splice, sort, includes, positionOf, concat, charCodeAt, codePointAt, " +
	"toLowerCase, toUpperCase, replaceAll, substring, indexOf, startsWith, repeat, trim, regExpTest, errorToString, promiseThen"

// builtIns are the globals that the prelude uses, taken before the action or its params can replace them.
const builtIns = "Array, ArrayBuffer, BigInt, Boolean, DataView, Date, Error, EvalError, Function, JSON, Map, Math, Number, Object, " +
	"Promise, RangeError, ReferenceError, Reflect, RegExp, Set, String, Symbol, SyntaxError, TypeError, URIError, WeakMap, WeakRef, " +
	"WeakSet, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array, " +
	"Float16Array, Float32Array, Float64Array, parseInt, parseFloat"

var word = regexp.MustCompile(`\w+`)

// sharedWith returns those of sharedNames that occur in a unit's source.
func sharedWith(source string) string {
	used := map[string]bool{}
	for _, w := range word.FindAllString(source, -1) {
		used[w] = true
	}
	var names []string
	for name := range strings.SplitSeq(sharedNames+", "+builtIns, ", ") {
		if used[name] {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// opUnit returns a unit, which is a function that takes what the core shares.
func (x *run) opUnit(args arguments) (any, error) {
	code, ok := x.runtime.prelude.units[args.text(0)]
	if !ok {
		return nil, fmt.Errorf("internal error: no unit %q", args.text(0))
	}
	v, err := x.engine.bytecode(code)
	if err != nil {
		return nil, err
	}
	return v, nil
}
