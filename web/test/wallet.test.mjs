import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkAndSignAuthMessage, generateAuthSig, init, isLitError, LitNodeClient, LitRLIResource, toSigner } from "litsession";
import { rejection, thrownBy } from "./vectors.mjs";

const account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const nonce = "0x1f623ab8dfe6bbd3b3dc22c7a041deb697c14817bce471b1bd1d86a25d5a319c";
const signIn = { chain: "ethereum", nonce, storage: "memory" };

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Values that a sloppy or hostile caller, wallet or signer gives. */
const hostile = {
  null: null,
  "a number": 5,
  NaN,
  "a bigint": 1n,
  "a symbol": Symbol("s"),
  "an empty text": "",
  "a text": "0x",
  "a lone surrogate": "\ud800",
  true: true,
  "a list": [1, null],
  "an object": {},
  "an object without a prototype": Object.create(null),
  "an object that throws": new Proxy({}, { get: () => { throw new Error("mine"); }, has: () => { throw new Error("mine"); } }),
  "a list that throws": new Proxy([], { get: () => { throw new Error("mine"); } }),
  "a revoked Proxy": revoked(),
  "a cycle": (() => { const cycle = [{}]; cycle[0].cycle = cycle; return cycle; })(),
  "a function": () => {},
  "a function that throws": () => { throw new Error("mine"); },
  "a Date": new Date(),
  bytes: new Uint8Array(3),
};

/** A wallet whose answer to one method is given. */
const answering = (method, answer) => ({
  async request(call) {
    const answers = { eth_requestAccounts: [account], eth_chainId: "0x2", wallet_switchEthereumChain: null, [method]: answer };
    if (!(call.method in answers)) {
      throw Object.assign(new Error("no"), { code: 4001 });
    }
    return answers[call.method];
  },
});

const typed = (error) => assert.ok(isLitError(error) && error.message && error.reason !== "internal", error?.stack ?? String(error));

/** Errors of parameters name them. */
function named(error) {
  typed(error);
  if (["invalid_param", "missing_param"].includes(error.reason) && !/^Invalid nota-bene/.test(error.message)) {
    assert.equal(typeof error.details.param, "string", error.message);
    assert.ok(error.reason === "missing_param" || typeof error.details.want === "string", error.message);
  }
}

describe("whatever is given, the error is typed and names the parameter:", () => {
  const provider = answering();
  const refusing = { getAddress: async () => account, signMessage: async () => undefined };
  const calls = {
    checkAndSignAuthMessage: [checkAndSignAuthMessage, { ...signIn, provider }, ["chain", "nonce", "resources", "switchChain", "expiration", "uri", "domain", "statement", "resourceAbilityRequests", "provider", "storage"]],
    generateAuthSig: [generateAuthSig, { signer: refusing, toSign: "a" }, ["signer", "toSign", "address"]],
  };
  for (const [name, [call, good, params]] of Object.entries(calls)) {
    test(`${name} of nothing, and of what is no object`, async () => {
      named(await rejection(call()));
      for (const value of Object.values(hostile)) {
        named(await rejection(call(value)));
      }
    });
    for (const param of params) {
      test(`${name}, ${param}`, async () => {
        for (const value of Object.values(hostile)) {
          named(await rejection(call({ ...good, [param]: value })));
          named(await rejection(call({ ...good, get [param]() { throw new Error("mine"); } })));
        }
      });
    }
  }
  test("checkAndSignAuthMessage, resourceAbilityRequests of odd requests", async () => {
    for (const value of Object.values(hostile)) {
      for (const request of [value, { resource: value, ability: "pkp-signing" }, { resource: new LitRLIResource("*"), ability: value }]) {
        named(await rejection(checkAndSignAuthMessage({ ...signIn, provider, resourceAbilityRequests: [request] })));
      }
    }
  });
  test("createCapacityDelegationAuthSig", async () => {
    const client = new LitNodeClient({ litNetwork: "custom", contractContext: { Staking: { address: account } }, storage: "memory" });
    Object.assign(client, { ready: true, getLatestBlockhash: async () => nonce });
    const good = { dAppOwnerWallet: refusing };
    named(await rejection(client.createCapacityDelegationAuthSig()));
    for (const value of Object.values(hostile)) {
      named(await rejection(client.createCapacityDelegationAuthSig(value)));
      for (const param of ["dAppOwnerWallet", "capacityTokenId", "delegateeAddresses", "uses", "domain", "expiration", "statement"]) {
        named(await rejection(client.createCapacityDelegationAuthSig({ ...good, [param]: value })));
      }
    }
    const { reason, details } = await rejection(client.createCapacityDelegationAuthSig({ ...good, delegateeAddresses: "0x" }));
    assert.deepEqual([reason, details], ["invalid_param", { param: "delegateeAddresses", want: "a list" }]);
  });
  test("toSigner", () => {
    for (const value of Object.values(hostile)) {
      for (const signer of [value, { signMessage: value }, { request: value }]) {
        if (!["request", "signMessage"].some((name) => typeof member(signer, name) === "function")) {
          named(thrownBy(() => toSigner(signer)));
        }
      }
    }
  });
});

const member = (object, name) => {
  try {
    return object?.[name];
  } catch {
    return undefined;
  }
};

describe("whatever a wallet or signer answers, the error is typed", () => {
  for (const method of ["eth_requestAccounts", "eth_chainId", "wallet_switchEthereumChain", "personal_sign", "eth_accounts"]) {
    test(method, async () => {
      for (const value of Object.values(hostile)) {
        for (const answer of [value, [value], [account, value]]) {
          typed(await rejection(checkAndSignAuthMessage({ ...signIn, switchChain: method !== "personal_sign", provider: answering(method, answer) })));
        }
      }
    });
  }
  /** Those that a promise can be fulfilled with: reading the others' then throws, which is the signer's error. */
  const answers = async () => (await Promise.allSettled(Object.values(hostile))).flatMap(({ status, value }) => (status === "fulfilled" ? [value] : []));
  test("getAddress and signMessage of a signer", async () => {
    await init();
    for (const value of await answers()) {
      typed(await rejection(generateAuthSig({ signer: { getAddress: async () => value, signMessage: async () => "0x" }, toSign: "a" })));
      typed(await rejection(generateAuthSig({ signer: { getAddress: async () => account, signMessage: async () => value }, toSign: "a" })));
    }
  });
  test("the accounts of a client as viem's", async () => {
    const client = (account, addresses) => ({ account, getAddresses: async () => addresses, signMessage: async () => undefined });
    for (const value of await answers()) {
      typed(await rejection(generateAuthSig({ signer: client(value, []), toSign: "a" })));
      typed(await rejection(generateAuthSig({ signer: client(undefined, value), toSign: "a" })));
    }
  });
});

describe("what a page's library put on Object.prototype is not given:", () => {
  function pollute(t, members) {
    Object.assign(Object.prototype, members);
    t.after(() => Object.keys(members).forEach((name) => delete Object.prototype[name]));
  }
  const asked = () => assert.fail("asked");

  test("no parameter of checkAndSignAuthMessage", async (t) => {
    const storage = { getItem: asked, setItem: asked, removeItem: asked };
    const signal = { aborted: true, reason: "theirs", addEventListener() {} };
    pollute(t, { storage, signal, uri: "https://evil.example", domain: "evil.example", statement: "evil", resources: ["https://evil.example"], switchChain: true, expiration: "2000-01-01T00:00:00Z" });
    let text;
    const provider = {
      async request({ method, params }) {
        if (method === "eth_requestAccounts") {
          return [account];
        }
        assert.equal(method, "personal_sign");
        text = Buffer.from(params[0].slice(2), "hex").toString();
        return null;
      },
    };
    const error = await rejection(checkAndSignAuthMessage({ chain: "ethereum", nonce, provider }));
    assert.equal(error.reason, "bad_signature");
    assert.doesNotMatch(text, /evil/);
    assert.match(text, /^localhost wants/);
  });
  test("no provider", async (t) => {
    pollute(t, { provider: { request: asked }, ethereum: { request: asked }, request: asked });
    assert.equal((await rejection(checkAndSignAuthMessage({ chain: "ethereum", nonce }))).reason, "no_wallet");
  });
  test("no signer, method or address", async (t) => {
    pollute(t, { signer: { signMessage: asked }, signMessage: asked, getAddress: asked, request: asked, address: account, dAppOwnerWallet: { signMessage: asked } });
    assert.equal((await rejection(generateAuthSig({ toSign: "a" }))).reason, "invalid_param");
    assert.equal(thrownBy(() => toSigner({})).reason, "invalid_param");
    const client = new LitNodeClient({ litNetwork: "custom", contractContext: { Staking: { address: account } }, storage: "memory" });
    assert.equal((await rejection(client.createCapacityDelegationAuthSig({}))).reason, "missing_param");
  });
});
