package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"litsession/internal/require"
)

// inModuleRoot makes the rest of the test run where the program does.
func inModuleRoot(t *testing.T) { t.Chdir(filepath.Join("..", "..")) }

// runInNode runs an ES module in dir and returns what it prints. It has to end
// by itself.
func runInNode(t *testing.T, dir, script string) string {
	t.Helper()
	node := require.Program(t, "node")
	if err := os.WriteFile(filepath.Join(dir, "test.mjs"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, node, filepath.Join(dir, "test.mjs")).CombinedOutput()
	if err != nil {
		t.Fatalf("node: %v, %v\n%s", err, ctx.Err(), out)
	}
	return strings.TrimSpace(string(out))
}

func TestRuntimeStaysOnItsScope(t *testing.T) {
	dir := t.TempDir()
	if err := writeRuntime(filepath.Join(dir, "wasm_exec.mjs")); err != nil {
		t.Fatal(err)
	}
	const script = `
		import { defineGo } from "./wasm_exec.mjs";
		const names = () => Reflect.ownKeys(globalThis).map(String).sort().join();
		const before = names(), { process } = globalThis;
		const scope = { crypto, performance, TextEncoder, TextDecoder };
		const Go = defineGo(scope), other = defineGo({ ...scope, fs: undefined });
		const lines = [], { log } = console;
		console.log = (line) => lines.push(line);
		const go = new Go();
		const write = go.importObject.gojs["runtime.wasmWrite"];
		// One call of the runtime as the module makes it: print(2, address 64, 3 bytes).
		const memory = new WebAssembly.Memory({ initial: 1 });
		go._inst = { exports: { mem: memory } };
		go.mem = new DataView(memory.buffer);
		new Uint8Array(memory.buffer).set([104, 105, 10], 64);
		go.mem.setUint32(8, 2, true); go.mem.setUint32(16, 64, true); go.mem.setInt32(24, 3, true);
		write(0);
		console.log = log;
		console.log(JSON.stringify({
			unchanged: names() === before && globalThis.process === process && !("Go" in globalThis),
			scope: Object.keys(scope).sort(),
			separate: Go !== other,
			printed: lines,
		}));
	`
	const want = `{"unchanged":true,"scope":["Go","TextDecoder","TextEncoder","crypto","fs","path","performance","process"],"separate":true,"printed":["hi"]}`
	if got := runInNode(t, dir, script); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestModuleLetsNodeEnd starts the real module and makes a call that may take
// 20 seconds but fails at once: nothing of it may keep the process.
func TestModuleLetsNodeEnd(t *testing.T) {
	dir := t.TempDir()
	inModuleRoot(t)
	if err := run(dir, false, t.Output()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "wasm_exec.js"), filepath.Join(dir, "wasm_exec.mjs")); err != nil {
		t.Fatal(err)
	}
	const script = `
		import { defineGo } from "./wasm_exec.mjs";
		import { readFileSync } from "node:fs";
		const names = () => Reflect.ownKeys(globalThis).map(String).sort().join();
		const before = names();
		const scope = {};
		for (const name of ["AbortController", "Array", "ArrayBuffer", "Date", "Error", "JSON", "Object", "Promise", "Reflect",
			"TextDecoder", "TextEncoder", "Uint8Array", "console", "crypto", "performance"]) scope[name] = globalThis[name];
		const api = await new Promise(async (ready) => {
			scope.litsession = { ready, makeError: (fields) => fields, fetch: async () => { throw new TypeError("no network") } };
			const go = new (defineGo(scope))();
			const { instance } = await WebAssembly.instantiate(readFileSync(new URL("lit.wasm", import.meta.url)), go.importObject);
			go.run(instance);
		});
		const config = { litNetwork: "custom", contractContext: { Staking: { address: "0x5FbDB2315678afecb367f032d93F642f64180aa3" } } };
		const { value: client } = api.newClient(JSON.stringify(config), {});
		const { reason } = await client.connect().catch((error) => error);
		console.log(reason, Object.keys(JSON.parse(client.getSessionKey().value)).join(), names() === before);
	`
	const want = "chain_unreachable publicKey,secretKey true"
	if got := runInNode(t, dir, script); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWrapRefusesAnotherScript(t *testing.T) {
	if _, err := wrap([]byte("export class Go {}")); err == nil {
		t.Error("accepted")
	}
}

func TestPackageVersion(t *testing.T) {
	tests := []struct {
		name, text, want string
		wantErr          bool
	}{
		{name: "a version", text: `{"name": "x", "version": "1.2.3-beta.1"}`, want: "1.2.3-beta.1"},
		{name: "none", text: `{}`, wantErr: true},
		{name: "one that would add a linker flag", text: `{"version": "1 -X main.other=2"}`, wantErr: true},
		{name: "no JSON", text: `version: 1`, wantErr: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "package.json")
			if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := packageVersion(file)
			if got != test.want || (err != nil) != test.wantErr {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestBuildIsReproducible(t *testing.T) {
	require.That(t, !testing.Short(), "it compiles the module from an empty cache, which -short leaves out")
	inModuleRoot(t)
	if err := run(t.TempDir(), true, t.Output()); err != nil {
		t.Error(err)
	}
}
