import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { init, LitNodeClient, LitNodeClientNodeJs, LitPKPResource, LIT_ABILITY } from "litsession";
import { freshCopy } from "./fresh.mjs";
import { buildStandin } from "./standin.mjs";

const { errors } = JSON.parse(readFileSync(new URL("testdata/vectors.json", import.meta.url), "utf8"));
const config = { litNetwork: "custom", storage: "memory" };
const addressed = { ...config, contractContext: { Staking: { address: "0x5FbDB2315678afecb367f032d93F642f64180aa3" } } };
const pkpPublicKey =
  "0x04ba5734d8f7091719471e7f7ed6b9df170dc70cc661ca05e688601ad984f068b0d67351e5f06073092499336ab0839ef8a521afd334e53807205fa2f08eec74f4";

let standin;
before(() => (standin = buildStandin()));
before(() => init());

async function standinClient(t, extra = {}) {
  const copy = await freshCopy(t);
  await copy.init({ wasm: standin });
  const client = new copy.LitNodeClient({ ...config, ...extra });
  const act = (name, key, options) => client.getLitActionSessionSigs({ jsParams: { Act: name, Key: key } }, options);
  return { copy, client, act };
}

function thrownBy(make) {
  try {
    make();
  } catch (error) {
    return error;
  }
  assert.fail("nothing was thrown");
}
const rejection = (promise) => promise.then(() => assert.fail("resolved"), (error) => error);

describe("the constructor throws at once what the official one does", () => {
  const unsupported =
    'Unsupported network has been provided please use a "litNetwork" option which is supported (datil-dev, datil-test, datil, custom)';
  const rows = [
    ["no argument", undefined, "ParamsMissingError", "missing_param", "must provide LitNodeClient parameters"],
    ["an unknown network", { litNetwork: "cayenne" }, "InvalidParamType", "unknown_network", unsupported],
    ["no network", {}, "InvalidParamType", "unknown_network", unsupported],
    ["a name of every object", { litNetwork: "constructor" }, "InvalidParamType", "unknown_network", unsupported],
  ];
  for (const [name, argument, className, reason, message] of rows) {
    test(name, () => {
      const error = thrownBy(() => new LitNodeClient(argument));
      const { code, kind } = errors.find((known) => known.name === className);
      assert.deepEqual(
        { name: error.name, code: error.code, kind: error.kind, reason: error.reason, message: error.message },
        { name: className, code, kind, reason, message },
      );
    });
  }
  for (const storage of ["disk", 7, {}, { getItem() {}, setItem() {} }, "constructor"]) {
    test(`storage ${JSON.stringify(storage)}`, () => {
      const error = thrownBy(() => new LitNodeClient({ ...config, storage }));
      assert.deepEqual([error.reason, error.details.param], ["invalid_param", "storage"]);
    });
  }
});

test("a new client has the official fields, unconnected", () => {
  const client = new LitNodeClientNodeJs(config);
  const { ready, connectedNodes, networkPubKey, latestBlockhash, currentEpochNumber } = client;
  assert.deepEqual({ ready, networkPubKey, latestBlockhash, currentEpochNumber }, { ready: false, networkPubKey: null, latestBlockhash: null, currentEpochNumber: null });
  assert.deepEqual(connectedNodes, new Set());
  assert.equal(client.config.connectTimeout, 20_000);
  assert.equal(client.config.debug, false);
  assert.ok(client instanceof LitNodeClient);
});

test("an option that is undefined has its default", () => {
  const { connectTimeout, epochInterval, debug } = new LitNodeClient({ ...config, connectTimeout: undefined, epochInterval: undefined, debug: undefined }).config;
  assert.deepEqual({ connectTimeout, epochInterval, debug }, { connectTimeout: 20_000, epochInterval: 10_000, debug: false });
});

test("connect fills them in, and tells", async (t) => {
  const { client } = await standinClient(t);
  const events = [];
  client.on("connected", (payload) => events.push(["connected", payload]));
  client.on("disconnected", (payload) => events.push(["disconnected", payload]));
  await Promise.all([client.connect(), client.connect()]);
  assert.equal(client.ready, true);
  assert.equal(client.config.minNodeCount, 7);
  assert.equal(client.currentEpochNumber, 3);
  assert.deepEqual([...client.connectedNodes], ["http://127.0.0.1:1"]);
  await client.disconnect();
  assert.equal(client.ready, false);
  assert.deepEqual(events, [["connected", true], ["disconnected", { reason: "disconnect" }]]);
  await client.connect();
  assert.equal(client.ready, true);
});

test("in a page, connect dispatches lit-ready on the document", async (t) => {
  const { client } = await standinClient(t);
  globalThis.document = new EventTarget();
  t.after(() => delete globalThis.document);
  let heard = 0;
  document.addEventListener("lit-ready", () => heard++);
  await client.connect();
  assert.equal(heard, 1);
});

test("disconnect ends an attempt to connect", async () => {
  const client = new LitNodeClient({ ...addressed, rpcUrl: "http://127.0.0.1:1" });
  const connecting = rejection(client.connect());
  await client.disconnect();
  assert.equal((await connecting).name, "AbortError");
  assert.equal(client.ready, false);
});

test("disconnecting a client that never connected loads nothing and does no harm", async (t) => {
  const { LitNodeClient } = await freshCopy(t, { without: ["lit.wasm"] });
  await new LitNodeClient(config).disconnect();
});

test("a listener that is none is refused when it is given", () => {
  const client = new LitNodeClient(config);
  for (const method of ["on", "once", "addListener"]) {
    const { reason, details } = thrownBy(() => client[method]("connected", 5));
    assert.deepEqual([reason, details], ["invalid_param", { param: "listener", want: "a function" }]);
  }
  assert.deepEqual(client.eventNames(), []);
});

test("what is no text has no CID", async () => {
  const client = new LitNodeClient(config);
  for (const [params, param] of [[undefined, "params"], [{}, "str"], [{ str: new Uint8Array(1e7) }, "str"]]) {
    assert.equal((await rejection(client.getIpfsId(params))).details.param, param);
  }
});

test("a listener that throws disturbs neither the others nor the call", async (t) => {
  const { client } = await standinClient(t);
  const heard = [];
  const uncaught = new Promise((resolve) => t.mock.method(globalThis, "queueMicrotask", resolve));
  client.on("connected", () => { throw new Error("a listener's own"); });
  const removed = () => heard.push("removed");
  client.on("connected", removed).off("connected", removed);
  client.once("connected", removed).off("connected", removed);
  client.once("connected", () => heard.push("once")).on("connected", () => heard.push("always"));
  await client.connect();
  assert.throws(await uncaught, /a listener's own/);
  await client.connect();
  assert.deepEqual(heard, ["once", "always", "always"]);
});

test("what the module reports arrives as an error event", async (t) => {
  const { client, act } = await standinClient(t);
  const seen = [];
  client.on("error", (error) => seen.push(error));
  await act("event");
  assert.deepEqual([seen[0].reason, seen[0].name, seen.length], ["storage_full", "LocalStorageItemNotSetException", 1]);
});

describe("the parameters", () => {
  test("cross by their official names, as JSON.stringify writes them, and nothing else does", async (t) => {
    const { client } = await standinClient(t);
    const crossed = await client.getLitActionSessionSigs({
      signal: new AbortController().signal,
      authNeededCallback() {},
      misspelt: true,
      sessionCapabilityObject: { encodeAsSiweResource: () => "urn:recap:e30" },
      expiration: "1970-01-01T00:00:00.000Z",
      resourceAbilityRequests: [{ resource: new LitPKPResource("0xA"), ability: LIT_ABILITY.PKPSigning }],
      jsParams: { b: 1, a: "</script>\u2028", date: new Date(0) },
    });
    assert.deepEqual(Object.keys(crossed), ["jsParams", "resourceAbilityRequests", "expiration", "sessionCapabilityObject"]);
    const id = "000000000000000000000000000000000000000000000000000000000000000a";
    assert.equal(
      JSON.stringify(crossed.resourceAbilityRequests),
      `[{"resource":{"resource":"${id}","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"}]`,
    );
    assert.equal(JSON.stringify(crossed.jsParams), '{"b":1,"a":"</script>\u2028","date":"1970-01-01T00:00:00.000Z"}');
    assert.deepEqual(crossed.sessionCapabilityObject, { urn: "urn:recap:e30" });
    assert.equal(crossed.expiration, "1970-01-01T00:00:00.000Z");
  });

  const wrong = {
    "a function as litActionSource": { litActionSource: () => {} },
    "bytes as litActionCode": { litActionCode: new Uint8Array(1e7) },
    "bytes as resourceAbilityRequests": { resourceAbilityRequests: new Uint8Array(1e7) },
    "a function as jsParams": { jsParams: () => {} },
    "a symbol as chainId": { chainId: Symbol("x") },
    "a text as authNeededCallback": { authNeededCallback: "f" },
  };
  for (const [name, params] of Object.entries(wrong)) {
    test(`${name} is refused at once`, async (t) => {
      const { client } = await standinClient(t);
      const { reason, details } = await rejection(client.getLitActionSessionSigs(params));
      assert.deepEqual([reason, details.param], ["invalid_param", Object.keys(params)[0]]);
      assert.ok(details.want);
    });
  }

  test("are not changed, not even frozen ones refused", async (t) => {
    const { client } = await standinClient(t);
    const params = Object.freeze({ pkpPublicKey: "04ab", jsParams: Object.freeze({}) });
    const seen = JSON.stringify(params);
    await client.getLitActionSessionSigs(params);
    assert.equal(JSON.stringify(params), seen);
  });

  const cycle = {};
  cycle.itself = cycle;
  const rows = [
    ["nothing", undefined, "params"],
    ["a string", "params", "params"],
    ["a cycle", { jsParams: cycle }, "jsParams"],
    ["a bigint", { jsParams: { n: 1n } }, "jsParams"],
    ["a getter that throws", { get pkpPublicKey() { throw new Error("mine"); } }, "pkpPublicKey"],
    ["a toJSON that throws", { resourceAbilityRequests: [{ toJSON() { throw new Error("mine"); } }] }, "resourceAbilityRequests"],
    ["a capability object that throws", { sessionCapabilityObject: { encodeAsSiweResource() { throw 1; } } }, "sessionCapabilityObject"],
    ["a proxy that throws", new Proxy({}, { get(_, name) { if (name !== "signal") throw new Error("mine"); } }), "pkpPublicKey"],
    ["a Date for a text", { expiration: new Date(0) }, "expiration"],
    ["a resource of no class", { resourceAbilityRequests: [{ resource: { resource: "*", resourcePrefix: "lit-pkp" }, ability: "pkp-signing" }] }, "resourceAbilityRequests"],
    ["a signal that is none", { signal: {}, jsParams: {} }, "signal"],
  ];
  for (const [name, params, param] of rows) {
    test(`${name} is invalid_param`, async () => {
      const error = await rejection(new LitNodeClient(addressed).getLitActionSessionSigs(params));
      assert.deepEqual([error.reason, error.details.param, error.name], ["invalid_param", param, "InvalidParamType"]);
    });
  }
});

describe("the real module checks them before anything is sent", () => {
  const source = { litActionSource: "Lit.Actions.setResponse({response: 'true'})" };
  const good = {
    pkpPublicKey,
    jsParams: {},
    resourceAbilityRequests: [{ resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning }],
    ...source,
  };
  const rows = [
    ["both action parameters", { litActionSource: undefined, litActionCode: "AA==", litActionIpfsId: "Qm" }, "UnsupportedMethodError", "conflicting_params"],
    ["neither", { litActionSource: undefined }, "InvalidParamType", "invalid_param"],
    ["no jsParams", { jsParams: undefined }, "ParamsMissingError", "missing_param"],
    ["code that is not base64", { litActionSource: undefined, litActionCode: "const a = 1;" }, "InvalidParamType", "invalid_param"],
    ["a malformed public key", { pkpPublicKey: "0x04ab" }, "InvalidParamType", "invalid_param"],
    ["no resources", { resourceAbilityRequests: [] }, "*", "*"],
    ["an ability that does not fit", { resourceAbilityRequests: [{ resource: new LitPKPResource("*"), ability: "lit-action-execution" }] }, "InvalidArgumentException", "invalid_param"],
    ["an expiration in the past", { expiration: "2020-01-01T00:00:00.000Z" }, "InvalidParamType", "invalid_param"],
    ["nothing wrong but no connection", {}, "LitNodeClientNotReadyError", "not_ready"],
  ];
  for (const [name, change, className, reason] of rows) {
    test(name, async () => {
      const error = await rejection(new LitNodeClient(addressed).getLitActionSessionSigs({ ...good, ...change }));
      if (className !== "*") assert.equal(error.name, className, error.message);
      if (reason !== "*") assert.equal(error.reason, reason, error.message);
      assert.equal(error.retryable, false);
    });
  }
});

test("ABIs and providers of a context stay outside", async (t) => {
  const provider = { self: null };
  provider.self = provider;
  const contractContext = { resolverAddress: "0x01", environment: 2, abi: [{ type: "function" }], provider };
  const alone = await standinClient(t, { contractContext });
  const error = thrownBy(() => alone.client.getSessionKey());
  assert.deepEqual([error.reason, error.details.param], ["invalid_param", "rpcUrl"]);
  const { client } = await standinClient(t, { contractContext, rpcUrl: "http://127.0.0.1:1", domain: "dapp.example" });
  const crossed = client.getSessionKey();
  assert.deepEqual(crossed.contractContext, { resolverAddress: "0x01", environment: 2 });
  assert.equal(crossed.domain, "dapp.example");
});

describe("what a client pins", () => {
  const pins = { networkPublicKey: "0x00", nodes: ["https://192.0.2.1:443"] };
  test("crosses", async (t) => {
    const { client } = await standinClient(t, pins);
    const { networkPublicKey, nodes } = client.getSessionKey();
    assert.deepEqual({ networkPublicKey, nodes }, pins);
  });
  for (const [param, value] of [["networkPublicKey", ""], ["networkPublicKey", null], ["nodes", []], ["nodes", new Set(pins.nodes)], ["nodes", ["node.example"]]]) {
    test(`is refused rather than left out: ${param} ${JSON.stringify(value)}`, async () => {
      const error = await rejection(new LitNodeClient({ ...addressed, [param]: value }).connect());
      assert.deepEqual([error.reason, error.details.param], ["invalid_param", param]);
      assert.ok(error.details.want);
    });
  }
});

test("what the module refuses in newClient rejects the call", async (t) => {
  const { client } = await standinClient(t, { rpcUrl: "refuse" });
  assert.equal((await rejection(client.connect())).reason, "invalid_param");
});

test("an error of the module arrives with its class and facts", async (t) => {
  const { act } = await standinClient(t);
  const error = await rejection(act("refuse"));
  assert.deepEqual(
    [error.name, error.code, error.kind, error.reason, error.message, error.details.have],
    ["NodeError", "node_error", "Unknown", "not_authorized", "refused", 2],
  );
});

describe("abort", () => {
  test("before the call rejects with the reason and loads nothing", async (t) => {
    const { LitNodeClient } = await freshCopy(t, { without: ["lit.wasm"] });
    const reason = { any: "value" };
    const error = await rejection(new LitNodeClient(config).getLatestBlockhash({ signal: AbortSignal.abort(reason) }));
    assert.equal(error, reason);
  });
  for (const [name, call] of [
    ["in the options", (client, signal) => client.getLitActionSessionSigs({ jsParams: { Act: "wait" } }, { signal })],
    ["in the parameters", (client, signal) => client.getLitActionSessionSigs({ jsParams: { Act: "wait" }, signal })],
  ]) {
    test(`during the call, the signal ${name}`, async (t) => {
      const { client } = await standinClient(t);
      const controller = new AbortController();
      const waiting = rejection(call(client, controller.signal));
      const reason = new Error("user left");
      controller.abort(reason);
      assert.equal(await waiting, reason);
    });
  }
  test("a signal's listeners are gone when the call is over", async (t) => {
    const { act } = await standinClient(t);
    const { signal } = new AbortController();
    let listeners = 0;
    t.mock.method(signal, "addEventListener", () => listeners++);
    t.mock.method(signal, "removeEventListener", () => listeners--);
    await act("echo", "", { signal });
    await rejection(act("refuse", "", { signal }));
    assert.equal(listeners, 0);
  });
  test("the last waiter's abort ends the attempt, and the next one begins another", async () => {
    const storage = { getItem: () => new Promise(() => {}), setItem() {}, removeItem() {} };
    const client = new LitNodeClient({ ...addressed, rpcUrl: "http://127.0.0.1:1", storage });
    const controllers = [new AbortController(), new AbortController()];
    const steps = [];
    const waiting = controllers.map(({ signal }) => rejection(client.connect({ signal, onProgress: (step) => steps.push(step) })));
    while (steps.length < 2) await new Promise((turn) => setTimeout(turn, 1));
    controllers.forEach((controller, i) => controller.abort(i));
    assert.deepEqual(await Promise.all(waiting), [0, 1]);
    const next = new AbortController();
    const again = rejection(client.connect({ signal: next.signal, onProgress: (step) => steps.push(step) }));
    while (steps.length < 3) await new Promise((turn) => setTimeout(turn, 1));
    next.abort(2);
    assert.equal(await again, 2);
  });
  test("one waiter's abort leaves the others connecting", async (t) => {
    const { client } = await standinClient(t);
    const controller = new AbortController();
    const [left, stays] = [rejection(client.connect({ signal: controller.signal })), client.connect()];
    controller.abort();
    assert.equal((await left).name, "AbortError");
    await stays;
    assert.equal(client.ready, true);
  });
});

describe("storage", () => {
  const map = () => {
    const kept = new Map();
    return { kept, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) };
  };
  const withGlobal = (t, name, descriptor) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { configurable: true, ...descriptor });
    t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
  };

  for (const [name, choose] of [["storage", (store) => ({ storage: store })], ["storageProvider", (store) => ({ storage: undefined, storageProvider: { provider: store } })], ["a bare storageProvider", (store) => ({ storage: undefined, storageProvider: store })]]) {
    test(`${name} takes an object and calls it with itself as this`, async (t) => {
      class Store {
        kept = {};
        getItem(key) { return this.kept[key] ?? null; }
        setItem(key, value) { this.kept[key] = value; }
        removeItem(key) { delete this.kept[key]; }
      }
      const store = new Store();
      const client = new LitNodeClient({ ...addressed, ...choose(store) });
      assert.equal(client.storageKind, "custom");
      const key = client.getSessionKey();
      assert.equal(store.kept["lit-session-key"], JSON.stringify(key));
      assert.deepEqual(new LitNodeClient({ ...addressed, ...choose(store) }).getSessionKey(), key);
    });
  }
  for (const storageProvider of [{}, { storage: map() }, 7, "local"]) {
    test(`storageProvider ${JSON.stringify(storageProvider)} is refused`, () => {
      const error = thrownBy(() => new LitNodeClient({ ...addressed, storage: undefined, storageProvider }));
      assert.deepEqual([error.reason, error.details.param], ["invalid_param", "storageProvider"]);
    });
  }
  test("an asynchronous one", async () => {
    const inner = map();
    const storage = { getItem: async (key) => inner.getItem(key), setItem: async (...pair) => inner.setItem(...pair), removeItem: async (key) => inner.removeItem(key) };
    const client = new LitNodeClient({ ...addressed, rpcUrl: "http://127.0.0.1:1", storage });
    assert.throws(() => client.getSessionKey(), { reason: "not_ready", name: "LitNodeClientNotReadyError" });
    await rejection(client.connect()); // reads the key all the same
    const key = client.getSessionKey();
    assert.equal(inner.kept.get("lit-session-key"), JSON.stringify(key));
  });
  test("one that never answers holds nothing up and is told of once", async () => {
    const never = () => new Promise(() => {});
    const storage = { getItem: never, setItem: never, removeItem: never };
    const client = new LitNodeClient({ ...addressed, rpcUrl: "http://127.0.0.1:1", storage, storageTimeout: 50 });
    const errors = [];
    client.on("error", (error) => errors.push(error));
    for (let i = 0; i < 2; i++) {
      assert.equal((await rejection(client.connect())).reason, "chain_unreachable");
    }
    assert.ok(client.isSessionKeyPair(client.getSessionKey()));
    assert.deepEqual(errors.map(({ reason, name }) => [reason, name]), [["storage_denied", "LocalStorageItemNotSetException"]]);
    assert.match(errors[0].message, /no answer/);
  });
  test("localStorage is the default where it works", async (t) => {
    const store = map();
    withGlobal(t, "localStorage", { value: store });
    const client = new LitNodeClient({ ...addressed, storage: undefined });
    assert.equal(client.storageKind, "local");
    client.getSessionKey();
    assert.ok(store.kept.has("lit-session-key"));
  });
  test("sessionStorage on request", (t) => {
    withGlobal(t, "sessionStorage", { value: map() });
    assert.equal(new LitNodeClient({ ...addressed, storage: "session" }).storageKind, "session");
  });
  test("where localStorage is forbidden the client says memory", async (t) => {
    withGlobal(t, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } });
    const client = new LitNodeClient({ ...addressed, storage: undefined });
    assert.equal(client.storageKind, "memory");
    const errors = [];
    client.on("error", (error) => errors.push(error));
    assert.deepEqual(client.getSessionKey(), client.getSessionKey());
    assert.deepEqual(errors, [], "nobody asked for localStorage");
  });
  test("one that was asked for by name and refused is an error event", async (t) => {
    withGlobal(t, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } });
    const client = new LitNodeClient({ ...addressed, storage: "local" });
    const errors = [];
    client.on("error", (error) => errors.push(error));
    client.getSessionKey();
    client.getSessionKey();
    assert.equal(client.storageKind, "memory");
    assert.deepEqual(errors.map(({ reason, cause }) => [reason, cause.name]), [["storage_denied", "SecurityError"]]);
  });
});

test("debug logs names and durations, nothing of the parameters", async (t) => {
  const debug = t.mock.method(console, "debug", () => {});
  const { act } = await standinClient(t, { debug: true });
  await act("echo", "secret");
  const lines = debug.mock.calls.map(({ arguments: [line] }) => line);
  assert.match(lines.join("\n"), /^litsession getLitActionSessionSigs: [\d.]+ ms$/);
});
