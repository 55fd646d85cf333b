import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { disconnectWeb3, init, LitNodeClient } from "litsession";

const OFFICIAL = ["lit-auth-signature", "lit-auth-sol-signature", "lit-auth-cosmos-signature", "lit-web3-provider", "lit-wallet-sig"];
const OURS = ["lit-session-key", `litsession-auth-sig-${"0".repeat(64)}`];

/** Web Storage over a Map. */
function webStorage(keys) {
  const entries = new Map(keys.map((key) => [key, "x"]));
  return {
    entries,
    get length() {
      return entries.size;
    },
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => entries.set(key, value),
    removeItem: (key) => entries.delete(key),
  };
}

/** Makes a storage that of the page for one test. */
function asPage(t, name, storage) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { ...storage, configurable: true });
  t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
}

describe("disconnectWeb3 removes session key and AuthSigs, and nothing else,", () => {
  for (const name of ["localStorage", "sessionStorage"]) {
    test(`from ${name}`, (t) => {
      const storage = webStorage(["mine", ...OFFICIAL, ...OURS, "lit-cached-pkps"]);
      asPage(t, name, { value: storage });
      assert.equal(disconnectWeb3(), undefined);
      assert.deepEqual([...storage.entries.keys()], ["mine", "lit-cached-pkps"]);
    });
  }
  test("from a storage that is passed", () => {
    const storage = webStorage(["mine", ...OFFICIAL, ...OURS]);
    disconnectWeb3({ storage });
    assert.deepEqual([...storage.entries.keys()], ["mine"]);
  });
  test("from the memory of clients", async () => {
    const client = () => new LitNodeClient({ litNetwork: "datil-dev", storage: "memory" });
    const [first, second] = [client(), client()];
    await init();
    const before = [first.getSessionKey(), second.getSessionKey()];
    assert.equal(first.getSessionKey().publicKey, before[0].publicKey);
    disconnectWeb3();
    const after = [first.getSessionKey(), second.getSessionKey()];
    assert.equal(new Set([...before, ...after].map(({ publicKey }) => publicKey)).size, 4);
  });
});

describe("disconnectWeb3 ends the session of a client", () => {
  const open = (storage) => new LitNodeClient({ litNetwork: "custom", rpcUrl: "http://127.0.0.1:1", contractContext: { Staking: { address: `0x${"1".repeat(40)}` } }, storage });
  const secret = ({ secretKey }) => secretKey;

  test("whose storage is full", async () => {
    await init();
    const setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    const client = open({ getItem: () => null, setItem, removeItem() {} });
    const before = secret(client.getSessionKey());
    assert.equal(secret(client.getSessionKey()), before);
    disconnectWeb3();
    assert.notEqual(secret(client.getSessionKey()), before);
  });

  test("whose storage answers later", async () => {
    const { entries } = webStorage([]);
    const storage = {
      getItem: async (key) => entries.get(key) ?? null,
      setItem: async (key, value) => void entries.set(key, value),
      removeItem: async (key) => void entries.delete(key),
    };
    const client = open(storage);
    const connecting = () => client.connect().then(() => assert.fail("connected"), () => {});
    await connecting();
    const before = secret(client.getSessionKey());
    disconnectWeb3({ storage });
    assert.throws(() => client.getSessionKey(), { reason: "not_ready" });
    await connecting();
    assert.notEqual(secret(client.getSessionKey()), before);
  });

  test("whose storage was not passed, in a page", async (t) => {
    await init();
    const storage = webStorage(["mine"]);
    const client = open(storage);
    const before = secret(client.getSessionKey());
    disconnectWeb3();
    assert.equal(secret(client.getSessionKey()), before, "on a server it may be another user's");
    Object.defineProperty(globalThis, "document", { value: {}, configurable: true });
    t.after(() => delete globalThis.document);
    disconnectWeb3();
    assert.deepEqual([...storage.entries.keys()], ["mine"]);
    assert.notEqual(secret(client.getSessionKey()), before);
  });
});

describe("disconnectWeb3 does not throw when storage", () => {
  const refusing = () => {
    throw new DOMException("no", "SecurityError");
  };
  test("is forbidden", (t) => {
    asPage(t, "localStorage", { get: refusing });
    disconnectWeb3();
  });
  test("refuses each key", (t) => {
    asPage(t, "localStorage", { value: { ...webStorage([]), removeItem: refusing } });
    disconnectWeb3();
  });
  test("refuses later, and lists nothing", async () => {
    const asked = [];
    const removeItem = (key) => Promise.reject(asked.push(key));
    disconnectWeb3({ storage: { getItem: () => null, setItem() {}, removeItem } });
    await new Promise((turned) => setTimeout(turned));
    assert.deepEqual(asked.length, OFFICIAL.length + 1);
  });
  test("is an event, as where it is a click's listener", () => {
    disconnectWeb3(new Event("click"));
  });
});
