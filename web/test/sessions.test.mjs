import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { checkAndSignAuthMessage, generateAuthSig, init, LitNodeClient, LitPKPResource, LIT_ABILITY } from "litsession";
import { freshCopy } from "./fresh.mjs";
import { buildStandin } from "./standin.mjs";

const config = { litNetwork: "custom", storage: "memory" };
const addressed = { ...config, contractContext: { Staking: { address: "0x5FbDB2315678afecb367f032d93F642f64180aa3" } } };
const resourceAbilityRequests = [{ resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning }];
const rejection = (promise) => promise.then(() => assert.fail("resolved"), (error) => error);

let standin;
before(() => (standin = buildStandin()));
before(() => init());

async function standinClient(t, extra = {}) {
  const copy = await freshCopy(t);
  await copy.init({ wasm: standin });
  return new copy.LitNodeClient({ ...config, ...extra });
}

/** Waits until it is so, or the test's time is over. */
async function until(condition) {
  while (!condition()) {
    await pause(5);
  }
}

describe("a callback", () => {
  const authSig = { sig: "0x", derivedVia: "d", signedMessage: "m", address: "a" };
  for (const name of ["getSessionSigs", "getWalletSig"]) {
    test(`of ${name} is told what the official one is, with the caller's own objects`, async (t) => {
      const client = await standinClient(t);
      const jsParams = { deep: {} };
      let told;
      const authNeededCallback = async (params) => ((told = params), authSig);
      assert.deepEqual(await client[name]({ authNeededCallback, resourceAbilityRequests, jsParams }), authSig);
      assert.deepEqual(Object.keys(told), ["chain", "statement", "resources", "switchChain", "expiration", "uri", "sessionKey", "nonce", "domain", "resourceAbilityRequests", "litActionCode", "jsParams"]);
      assert.equal(told.resourceAbilityRequests, resourceAbilityRequests);
      assert.equal(told.jsParams, jsParams);
    });
    test(`of the client is asked by ${name} where the call has none, and is told less`, async (t) => {
      const told = [];
      const client = await standinClient(t, { defaultAuthCallback: async (params) => (told.push(params), authSig) });
      await client[name]({ resourceAbilityRequests });
      assert.deepEqual(Object.keys(told[0]).sort(), ["chain", "expiration", "nonce", "resourceAbilityRequests", "resources", "statement", "switchChain", "uri"]);
      await client[name]({ resourceAbilityRequests, authNeededCallback: async () => authSig });
      assert.equal(told.length, 1);
    });
    test(`is not needed by ${name} before it is`, async (t) => {
      assert.equal(await (await standinClient(t)).getSessionSigs({ resourceAbilityRequests }), "nobody to ask");
    });
    test(`of ${name} that throws or rejects is the caller's own error`, async (t) => {
      const client = await standinClient(t);
      const own = { code: 4001 };
      for (const authNeededCallback of [() => { throw own; }, () => Promise.reject(own)]) {
        assert.equal(await rejection(client[name]({ authNeededCallback, resourceAbilityRequests })), own);
      }
    });
    test(`of ${name} may bring nothing, and it is the module that says so`, async (t) => {
      assert.equal(await (await standinClient(t))[name]({ authNeededCallback: async () => {}, resourceAbilityRequests }), null);
    });
    test(`of ${name} that brings what cannot be written has brought nothing`, async (t) => {
      const client = await standinClient(t);
      const cycle = {};
      cycle.sig = cycle;
      for (const brought of [cycle, { sig: 1n }, { toJSON() { throw new Error("mine"); } }, { get sig() { throw new Error("mine"); } }]) {
        assert.equal(await client[name]({ authNeededCallback: async () => brought, resourceAbilityRequests }), null);
      }
    });
    test(`of ${name} that is no function is invalid_param`, async (t) => {
      const error = await rejection((await standinClient(t))[name]({ authNeededCallback: 7, resourceAbilityRequests }));
      assert.deepEqual([error.reason, error.details.param], ["invalid_param", "authNeededCallback"]);
    });
  }
});

test("methods work without their client, as the official ones do", async (t) => {
  const { getSessionSigs, getExpiration, getSessionKeyUri, connect, disconnect } = await standinClient(t);
  const authSig = { sig: "0x", derivedVia: "d", signedMessage: "m", address: "a" };
  await connect();
  assert.deepEqual(await getSessionSigs({ authNeededCallback: async () => authSig, resourceAbilityRequests }), authSig);
  assert.ok(Date.parse(getExpiration()) > Date.now());
  assert.equal(getSessionKeyUri("00"), "lit:session:00");
  await disconnect();
});

describe("a signal ends the wait of", () => {
  const never = () => new Promise(() => {});
  const signer = { getAddress: never, signMessage: never };
  const rows = {
    getIpfsId: (client, signal) => client.getIpfsId({ str: "" }, { signal }),
    generateAuthSig: (_, signal) => generateAuthSig({ signer, toSign: "x", signal }),
    checkAndSignAuthMessage: (_, signal) => checkAndSignAuthMessage({ chain: "ethereum", nonce: "n", provider: { request: never }, signal }),
    createCapacityDelegationAuthSig: (client, signal) => client.createCapacityDelegationAuthSig({ dAppOwnerWallet: signer }, { signal }),
  };
  for (const [name, call] of Object.entries(rows)) {
    test(name, { timeout: 60_000 }, async (t) => {
      const client = await standinClient(t);
      await client.connect();
      const controller = new AbortController();
      const waiting = rejection(call(client, controller.signal));
      controller.abort("mine");
      assert.equal(await waiting, "mine");
      assert.equal(await rejection(call(client, AbortSignal.abort("before"))), "before");
    });
  }
});

test("listeners go by every name that the official client has", async (t) => {
  const client = await standinClient(t);
  const heard = [];
  const first = () => heard.push("first");
  const second = () => heard.push("second");
  client.addListener("connected", first).on("connected", first).once("connected", second);
  assert.deepEqual([client.listenerCount("connected"), client.eventNames(), client.listeners("connected")], [3, ["connected"], [first, first, second]]);
  assert.equal(client.emit("connected", true), true);
  assert.equal(client.emit("error", new Error()), false);
  assert.deepEqual(heard, ["first", "first", "second"]);
  assert.equal(client.removeListener("connected", first).listenerCount("connected"), 0);
  assert.equal(client.on("error", first).on("connected", first).removeAllListeners("error").listenerCount("error"), 0);
  assert.deepEqual(client.removeAllListeners().eventNames(), []);
});

describe("the real module", () => {
  const calls = {
    getPkpSessionSigs: [{ pkpPublicKey: "04" }, "invalid_param", "InvalidParamType"],
    signSessionKey: [{ authMethods: [], resourceAbilityRequests }, "missing_param", "ParamsMissingError"],
    getSessionSigs: [{ resourceAbilityRequests }, "not_ready", "LitNodeClientNotReadyError"],
    getWalletSig: [{ sessionKeyUri: "lit:session:00" }, "missing_param", "ParamsMissingError"],
    checkNeedToResignSessionKey: [{ authSig: {}, sessionKeyUri: "x", resourceAbilityRequests }, "invalid_param", "InvalidParamType"],
  };
  for (const [name, [params, reason, className]] of Object.entries(calls)) {
    test(`refuses what is wrong with ${name}`, async () => {
      const error = await rejection(new LitNodeClient(addressed)[name](params));
      assert.deepEqual([error.reason, error.name], [reason, className], error.message);
    });
  }
  test("says what a name is called that is none", async () => {
    const pkpPublicKey = `04${"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"}${"483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"}`;
    const named = { code: "litActionCode", ipfsId: "litActionIpfsId", authMethod: "authMethods", other: "authMethods" };
    for (const [wrong, right] of Object.entries(named)) {
      const params = { pkpPublicKey, resourceAbilityRequests, [wrong]: { secret: "kept here" } };
      for (const call of ["getPkpSessionSigs", "signSessionKey"]) {
        const error = await rejection(new LitNodeClient(addressed)[call](params));
        assert.deepEqual([error.reason, error.details.param], ["missing_param", right], `${call} ${wrong}: ${error.message}`);
      }
    }
  });
  test("says who must bring an AuthSig", async () => {
    const error = await rejection(new LitNodeClient(addressed).getWalletSig({ sessionKeyUri: "lit:session:00" }));
    assert.equal(error.shortMessage, "No authNeededCallback nor default auth callback provided");
  });
  test("refuses an AuthSig with nothing in it", async () => {
    const authNeededCallback = async () => ({ sig: "", derivedVia: "", signedMessage: "", address: "" });
    const error = await rejection(new LitNodeClient(addressed).getWalletSig({ sessionKeyUri: "lit:session:00", nonce: "00000000", authNeededCallback }));
    assert.deepEqual([error.name, error.code, error.kind, error.shortMessage], ["WalletSignatureNotFoundError", "wallet_signature_not_found_error", "Validation", "No wallet signature found"]);
  });
});

describe("progress", () => {
  const act = (client, options, more = {}) => client.getLitActionSessionSigs({ jsParams: { Act: "progress" }, ...more }, options);
  test("comes to a listener in the options or the parameters", async (t) => {
    const client = await standinClient(t);
    for (const inParams of [true, false]) {
      const steps = [];
      const listener = { onProgress: (step) => steps.push(step) };
      await (inParams ? act(client, undefined, listener) : act(client, listener));
      assert.deepEqual(steps, [0, 1, 2].map((done) => ({ phase: "sign", node: null, done, needed: 2 })));
    }
  });
  test("a listener that throws disturbs nobody", async (t) => {
    const client = await standinClient(t);
    const thrown = [];
    t.mock.method(globalThis, "queueMicrotask", (report) => thrown.push(report));
    await act(client, { onProgress() { throw new Error("a listener's own"); } });
    assert.equal(thrown.length, 3);
    assert.throws(thrown[0], /a listener's own/);
  });
  test("a listener that is none is invalid_param", async (t) => {
    const client = await standinClient(t);
    assert.equal((await rejection(act(client, { onProgress: 7 }))).details.param, "onProgress");
    assert.equal((await rejection(client.connect({ onProgress: 7 }))).details.param, "onProgress");
  });
  test("of the real connect names the phases", async () => {
    const client = new LitNodeClient({ ...addressed, rpcUrl: "http://127.0.0.1:1" });
    const heard = [[], []];
    await Promise.all(heard.map((steps) => rejection(client.connect({ onProgress: (step) => steps.push(step) }))));
    assert.deepEqual(heard, [0, 1].map(() => [{ phase: "chain", node: null, done: 0, needed: 1 }]));
  });
});

describe("the epoch", () => {
  test("is followed while connected", async (t) => {
    const client = await standinClient(t, { epochInterval: 5 });
    await client.connect();
    assert.equal(client.currentEpochNumber, 3);
    await until(() => client.currentEpochNumber > 5);
    assert.deepEqual([...client.connectedNodes], ["http://127.0.0.1:2"]);
    assert.deepEqual([client.config.minNodeCount, client.clockSkew], [8, 1500]);
    await client.disconnect();
    const last = client.currentEpochNumber;
    await pause(40);
    assert.equal(client.currentEpochNumber, last);
  });
  test("is not followed with an interval of 0", async (t) => {
    const client = await standinClient(t, { epochInterval: 0 });
    await client.connect();
    await pause(40);
    assert.equal(client.currentEpochNumber, 3);
  });
  test("a chain that does not answer is told once, and the connection stays", async (t) => {
    const client = await standinClient(t, { epochInterval: 5, rpcUrl: "no-chain" });
    const errors = [];
    client.on("error", (error) => errors.push(error.reason));
    client.on("disconnected", () => errors.push("disconnected"));
    await client.connect();
    await pause(60);
    assert.deepEqual(errors, ["chain_unreachable"]);
    assert.equal(client.ready, true);
    await client.disconnect();
  });
  test("another network in its place ends the connection, and says so", async (t) => {
    const client = await standinClient(t, { epochInterval: 5, rpcUrl: "other-network" });
    const events = [];
    client.on("error", (error) => events.push(error.reason));
    client.on("disconnected", ({ reason, error }) => events.push([reason, error?.reason, error?.name, error?.retryable]));
    await client.connect();
    await until(() => events.length === 2);
    await pause(40);
    assert.deepEqual(events, ["network_changed", ["error", "network_changed", "InitError", false]]);
    assert.equal(client.ready, false);
    await client.connect();
    assert.equal(client.ready, true);
    await client.disconnect();
  });
  test("a call that finds another network in its place says so too", async (t) => {
    const client = await standinClient(t, { epochInterval: 0 });
    const events = [];
    client.on("error", (error) => events.push(error.reason));
    client.on("disconnected", ({ reason, error }) => events.push([reason, error?.reason]));
    await client.connect();
    for (const _ of [1, 2]) {
      await assert.rejects(client.getLitActionSessionSigs({ jsParams: { Act: "moved" } }), { reason: "network_changed" });
      assert.deepEqual([client.ready, ...events], [false, "network_changed", ["error", "network_changed"]]);
    }
    await client.connect();
    assert.equal(client.ready, true);
    await client.disconnect();
  });
  test("validators that cannot be reached end the connection until they are found", async (t) => {
    const client = await standinClient(t, { epochInterval: 5, rpcUrl: "no-nodes" });
    const events = [];
    client.on("error", (error) => {
      assert.match(error.message, /^Error while attempting to reconnect to nodes after epoch transition:refused/);
      events.push(error.reason);
    });
    client.on("disconnected", (why) => events.push(why.reason));
    client.on("connected", () => events.push("connected"));
    await client.connect();
    await until(() => events.length === 4);
    assert.deepEqual(events, ["connected", "not_enough_nodes", "error", "connected"]);
    assert.equal(client.ready, true);
    await client.disconnect();
  });
  test("does not keep a process alive", () => {
    const dist = pathToFileURL(join(import.meta.dirname, "..", "dist", "follow.js"));
    const script = `import { follow } from ${JSON.stringify(dist)}; follow({}, 1000, async () => {});`;
    const { status } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { timeout: 60_000 });
    assert.equal(status, 0);
  });
});

test("a clock that turns out to be wrong is told", async (t) => {
  const client = await standinClient(t, { now: () => Date.UTC(2026, 0, 15, 13) });
  assert.equal(client.clockSkew, 0);
  await client.getLitActionSessionSigs({ jsParams: { Act: "skew" } });
  assert.equal(client.clockSkew, -3_600_000);
  assert.deepEqual(client.getJWTParams(), { iat: Date.UTC(2026, 0, 15, 12) / 1000, exp: Date.UTC(2026, 0, 16) / 1000 });
  assert.equal(client.getExpiration(), "2026-01-16T13:00:00.000Z");
});

describe("what needs no network", () => {
  const client = new LitNodeClient(addressed);
  test("getExpiration is a day from now", (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2026, 0, 15) });
    assert.equal(LitNodeClient.getExpiration(), "2026-01-16T00:00:00.000Z");
    assert.equal(client.getExpiration(), "2026-01-16T00:00:00.000Z");
  });
  test("getIpfsId names a text in UTF-8", async () => {
    assert.equal(await client.getIpfsId({ str: "" }), "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH");
    assert.equal((await rejection(client.getIpfsId({ str: 7 }))).reason, "invalid_param");
  });
  test("a session key and its URI", () => {
    const key = client.getSessionKey();
    assert.equal(client.getSessionKeyUri(key.publicKey), `lit:session:${key.publicKey}`);
    assert.equal(client.isSessionKeyPair(key), true);
    for (const other of [undefined, null, 7, {}, { publicKey: "x" }, { publicKey: 1, secretKey: "x" }]) {
      assert.equal(client.isSessionKeyPair(other), false);
    }
  });
  test("getSessionKey before lit.wasm is loaded says what to do", async (t) => {
    const copy = await freshCopy(t);
    const early = new copy.LitNodeClient(addressed);
    assert.throws(() => early.getSessionKey(), { name: "LitNodeClientNotReadyError", reason: "not_ready", message: /init\(\)/ });
    await copy.init();
    assert.match(early.getSessionKey().publicKey, /^[0-9a-f]{64}$/);
  });
});

describe("two tabs", () => {
  /** Storage of one origin, which each tab reaches at a speed of its own, and locks as browsers have them. */
  function origin() {
    const entries = new Map();
    const slowly = async (milliseconds, work) => {
      await pause(milliseconds);
      return work();
    };
    const storage = (reading, writing) => ({
      getItem: (key) => slowly(reading, () => entries.get(key) ?? null),
      setItem: (key, value) => slowly(writing, () => void entries.set(key, value)),
      removeItem: (key) => slowly(writing, () => void entries.delete(key)),
    });
    const queues = new Map();
    const request = (name, work) => {
      const result = (queues.get(name) ?? Promise.resolve()).then(work);
      queues.set(name, result.catch(() => {}));
      return result;
    };
    return { entries, storage, locks: { request } };
  }
  test("that start at once have one session key, and neither loses it", async (t) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
    t.after(() => (before ? Object.defineProperty(globalThis, "navigator", before) : delete globalThis.navigator));
    const tabs = [await freshCopy(t), await freshCopy(t)];
    await Promise.all(tabs.map((copy) => copy.init()));
    // The second tab looks before the first has written, and writes when that one has looked again.
    for (const [reading, writing] of [[1, 20], [0, 0], [5, 5], [20, 1]]) {
      const { entries, storage, locks } = origin();
      Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
      const clients = tabs.map((copy, i) => {
        const speed = i === 0 ? [1, 1] : [reading, writing];
        return new copy.LitNodeClient({ ...addressed, rpcUrl: "http://127.0.0.1:1", storage: storage(...speed) });
      });
      await Promise.all(clients.map((client) => rejection(client.connect())));
      const [one, other] = clients.map((client) => client.getSessionKey());
      assert.deepEqual(one, other);
      assert.equal(entries.get("lit-session-key"), JSON.stringify(one));
    }
  });
});
