import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { before, after, describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { freshCopy } from "./fresh.mjs";
import { buildStandin } from "./standin.mjs";

const litWasm = readFileSync(new URL("../dist/lit.wasm", import.meta.url));
const packageJSON = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const config = { litNetwork: "custom", storage: "memory" };
const addressed = { ...config, contractContext: { Staking: { address: "0x5FbDB2315678afecb367f032d93F642f64180aa3" } } };

let standin;
let origin;
const server = createServer((request, response) => {
  const answers = {
    "/lit.wasm": [200, "application/wasm", litWasm],
    "/octets": [200, "application/octet-stream", litWasm],
    "/parameters": [200, "application/wasm; charset=utf-8", litWasm],
    "/html": [200, "application/wasm", "<!doctype html>"],
    "/page": [200, "text/html", "\n<!doctype html>"],
    "/pointer": [200, "application/wasm", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4000000\n"],
    "/empty": [200, "application/wasm", ""],
    "/cut": [200, "application/wasm", litWasm.subarray(0, 100_000)],
  };
  const [status, type, body] = answers[request.url.split("?")[0]] ?? [404, "text/plain", "no such file"];
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) }).end(body);
});

before(async () => {
  standin = buildStandin();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

/** A client of the stand-in, in a copy of its own, and a way to make it act. */
async function standinClient(t, extra = {}) {
  const copy = await freshCopy(t);
  await copy.init({ wasm: standin });
  const client = new copy.LitNodeClient({ ...config, ...extra });
  const act = (name, key, options) => client.getLitActionSessionSigs({ jsParams: { Act: name, Key: key } }, options);
  return { copy, client, act };
}

const rejection = (promise) => promise.then(() => assert.fail("resolved"), (error) => error);

describe("init takes lit.wasm from", () => {
  const sources = {
    "beside the package": () => undefined,
    "a URL": () => new URL("/lit.wasm", origin),
    "an address": () => `${origin}/lit.wasm`,
    "a server with the wrong media type": () => `${origin}/octets`,
    "a server with media type parameters": () => `${origin}/parameters`,
    "a response": () => fetch(`${origin}/lit.wasm`),
    "bytes": () => litWasm,
    "an ArrayBuffer": () => new Uint8Array(litWasm).buffer,
    "a compiled module": () => WebAssembly.compile(litWasm),
  };
  for (const [name, source] of Object.entries(sources)) {
    test(name, async (t) => {
      const { init } = await freshCopy(t);
      assert.deepEqual(await init({ wasm: await source() }), { version: packageJSON.version });
    });
  }
  test("a browser without streaming", async (t) => {
    const { instantiateStreaming } = WebAssembly;
    t.after(() => (WebAssembly.instantiateStreaming = instantiateStreaming));
    delete WebAssembly.instantiateStreaming;
    const { init } = await freshCopy(t);
    await init({ wasm: `${origin}/lit.wasm` });
  });
});

describe("what cannot be loaded is module_unavailable, and can be tried again", () => {
  const sources = {
    "a missing file": [() => `${origin}/nowhere`, /HTTP 404/, true],
    "a page instead of the module": [() => `${origin}/html`, /\/html \(HTTP 200, application\/wasm\): there is a page/, false],
    "a page as what it is": [() => `${origin}/page?token=secret`, /\/page \(HTTP 200, text\/html\): there is a page.*init\(\{ wasm \}\)/, false],
    "a git-lfs pointer": [() => `${origin}/pointer`, /\/pointer \(HTTP 200.*git lfs pull/, false],
    "nothing": [() => `${origin}/empty`, /there is nothing/, false],
    "half a module": [() => `${origin}/cut`, /\/cut \(HTTP 200, application\/wasm\).*init\(\{ wasm \}\)/, false],
    "bytes that are no module": [() => new Uint8Array(8), /./, false],
    "nobody listening": [() => "http://127.0.0.1:1/lit.wasm", /./, true],
    "no address": [() => "http://", /./, true],
    "a missing local file": [() => new URL("nowhere.wasm", import.meta.url), /ENOENT/, true],
    "a number": [() => 7, /./, true],
    "another program": [() => emptyModule, /another program/, false],
  };
  for (const [name, [source, message, retryable]] of Object.entries(sources)) {
    test(name, async (t) => {
      const { init, WasmInitError, isLitError } = await freshCopy(t);
      const error = await rejection(init({ wasm: source() }));
      assert.equal(error.reason, "module_unavailable");
      assert.ok(error instanceof WasmInitError && isLitError(error));
      assert.match(error.message, message);
      assert.equal(error.retryable, retryable);
      if (String(source()).startsWith(`${origin}/`)) {
        const { url, status, contentType } = error.details;
        assert.ok(new URL(url).origin === origin && status && contentType);
        assert.ok(!JSON.stringify(error).includes("secret"));
      }
      await init();
    });
  }
  test("a package without lit.wasm", async (t) => {
    const { LitNodeClient } = await freshCopy(t, { without: ["lit.wasm"] });
    const error = await rejection(new LitNodeClient(addressed).connect());
    assert.equal(error.reason, "module_unavailable");
  });
  const emptyModule = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
});

/** Takes names from the global object for one test. */
function without(t, ...names) {
  for (const name of names) {
    const kept = Object.getOwnPropertyDescriptor(globalThis, name);
    delete globalThis[name];
    t.after(() => Object.defineProperty(globalThis, name, kept));
  }
}

describe("a place without what lit.wasm needs is told what that is:", () => {
  for (const name of ["WebAssembly", "crypto", "TextEncoder", "TextDecoder", "performance"]) {
    test(name, async (t) => {
      const { init, LitNodeClient } = await freshCopy(t);
      without(t, name);
      for (const error of [await rejection(init()), await rejection(new LitNodeClient(addressed).connect())]) {
        assert.deepEqual([error.reason, error.details, error.retryable], ["module_unavailable", { missing: [name] }, false]);
        assert.match(error.message, new RegExp(`no ${name}\\.`));
      }
    });
  }
});

describe("code without an address of its own, as bundlers make it,", () => {
  for (const [name, address] of [["of CommonJS", "undefined"], ["of an inlined worker", '"blob:http://127.0.0.1/0f3a"']]) {
    test(`${name}, is imported, and loads what it is given`, async (t) => {
      const { init, LitNodeClient } = await freshCopy(t, { replace: ["import.meta.url", address] });
      const error = await rejection(new LitNodeClient(addressed).connect());
      assert.equal(error.reason, "module_unavailable");
      assert.match(error.message, /init\(\{ wasm \}\)/);
      assert.deepEqual(await init({ wasm: await WebAssembly.compile(litWasm) }), { version: packageJSON.version });
    });
  }
});

describe("an engine without", () => {
  for (const missing of [["FinalizationRegistry"], ["WeakRef"], ["FinalizationRegistry", "WeakRef"]]) {
    test(`${missing.join(" and ")} has working clients`, async (t) => {
      without(t, ...missing);
      const { client } = await standinClient(t);
      await client.connect();
      assert.equal(client.ready, true);
      await client.disconnect();
      await client.connect();
      await client.disconnect();
    });
  }
});

test("init loads once, however often it is called", async (t) => {
  const { init } = await freshCopy(t);
  let fetched = 0;
  const { fetch } = globalThis;
  t.after(() => (globalThis.fetch = fetch));
  globalThis.fetch = (...args) => (fetched++, fetch(...args));
  const options = { wasm: `${origin}/lit.wasm` };
  await Promise.all([init(options), init(options), init()]);
  await init({ wasm: `${origin}/nowhere` });
  assert.equal(fetched, 1);
});

test("the global object keeps its names, before, between and after calls", async (t) => {
  const names = () => Reflect.ownKeys(globalThis).map(String).sort().join("\n");
  const { process } = globalThis;
  const untouched = names();
  const copy = await freshCopy(t);
  assert.equal(names(), untouched);
  await copy.init();
  assert.equal(names(), untouched);
  const client = new copy.LitNodeClient({ ...addressed, rpcUrl: "http://127.0.0.1:1" });
  client.getSessionKey();
  await rejection(client.connect());
  assert.equal(names(), untouched);
  assert.equal(globalThis.process, process);
});

test("the prototypes of the page keep their names as well", async (t) => {
  const of = (object) => Reflect.ownKeys(object).map(String).join();
  const seen = () => [Object, Array, Promise, Function, Error, Uint8Array].map((c) => of(c) + of(c.prototype)).join("\n");
  const untouched = seen();
  await (await freshCopy(t)).init();
  assert.equal(seen(), untouched);
});

describe("the program's death", () => {
  for (const [name, message] of [["exit", /status 3/], ["panic", /status 2/], ["trap", /crashed/]]) {
    test(`${name}: waiting and later calls reject with internal, connect starts it anew`, async (t) => {
      const hostile = { get trap() { throw new Error("thrown through the Go stack"); } };
      const { client, act } = await standinClient(t, { now: () => hostile });
      t.mock.method(console, "log", () => {}); // where the runtime prints a panic
      await client.connect();
      const events = [];
      client.on("disconnected", (why) => events.push(why.reason));
      const waiting = rejection(act("wait"));
      const killed = rejection(act(name));
      for (const error of [await waiting, await killed]) {
        assert.equal(error.reason, "internal");
        assert.match(error.message, message);
      }
      assert.equal(client.ready, false);
      assert.deepEqual(events, ["error"]);
      assert.equal((await rejection(client.getLatestBlockhash())).reason, "internal");
      assert.throws(() => client.getSessionKey(), { reason: "not_ready" });
      await client.connect();
      assert.equal(client.ready, true);
      assert.equal(client.getSessionKey().litNetwork, "custom");
    });
  }
});

test("a client that is told of the death stays usable after init", async (t) => {
  const { copy, client, act } = await standinClient(t);
  await rejection(act("exit"));
  await copy.init();
  const again = new copy.LitNodeClient(config);
  assert.equal(again.getSessionKey().litNetwork, "custom");
  await client.connect();
});

test("two copies on one page share nothing", async (t) => {
  const [one, other] = [await standinClient(t), await standinClient(t)];
  await one.client.connect();
  await rejection(one.act("exit"));
  await other.client.connect();
  assert.notEqual(one.copy.LitNodeClient, other.copy.LitNodeClient);
  assert.ok(other.copy.isLitError(await rejection(one.act("echo"))), "recognized by the other copy");
});

test("the page's fetch is looked up at each call", async (t) => {
  const { act } = await standinClient(t);
  const { fetch } = globalThis;
  t.after(() => (globalThis.fetch = fetch));
  globalThis.fetch = async (url, init) => JSON.stringify({ url, method: init.method });
  assert.deepEqual(await act("fetch", "http://node.test/"), { url: "http://node.test/", method: "GET" });
});

test("the real module runs in a worker", async () => {
  const index = new URL("../dist/index.js", import.meta.url);
  const source = `
    import { parentPort } from "node:worker_threads";
    const { init } = await import(${JSON.stringify(index)});
    parentPort.postMessage(await init());
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  const message = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  await worker.terminate();
  assert.deepEqual(message, { version: packageJSON.version });
});
