// Sessions that users' wallets sign, one user after the other and several at
// once, in a process without localStorage.
//
//	node --test users.test.mjs
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import lit from "@lit-protocol/lit-node-client";
import * as litsession from "../dist/index.js";
import { startNetwork } from "./network.mjs";
import { makeWallet } from "./wallet.mjs";

const { descriptor, stop } = await startNetwork(3);
after(stop);

const { rpcUrl, contractContext, accounts } = descriptor;
const chainId = Number(descriptor.chainId);
const chain = "ethereum";
const config = () => ({ litNetwork: "custom", rpcUrl, contractContext: structuredClone(contractContext), debug: false });
const memory = () => {
  const items = new Map();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value), removeItem: (key) => void items.delete(key) };
};
const requests = (what = "*") => new litsession.ResourceAbilityRequestBuilder().addLitActionExecutionRequest(what).build();

/** A user with a wallet: {address, prompts, callback}. */
function user(account) {
  const provider = makeWallet({ accounts: [account], rpcUrl, chainId });
  const mine = {
    address: account.address,
    prompts: 0,
    callback: (asked) => {
      mine.prompts++;
      return litsession.checkAndSignAuthMessage({ ...asked, provider, storage: memory() });
    },
  };
  return mine;
}

/** Whose AuthSig the session signatures carry. */
function signer(sessionSigs) {
  const [{ signedMessage }] = Object.values(sessionSigs);
  return JSON.parse(signedMessage).capabilities.at(-1).address.toLowerCase();
}

async function connected(t, make) {
  const client = make();
  t.after(() => client.disconnect());
  await client.connect();
  return client;
}
const ours = (t, more) => connected(t, () => new litsession.LitNodeClient({ ...config(), ...more }));
const official = (t) => connected(t, () => new lit.LitNodeClient(config()));

describe("two users of one client", () => {
  for (const [name, connect] of [["ours", ours], ["the official one", official]]) {
    test(`one after the other, ${name}`, async (t) => {
      const client = await connect(t);
      for (const one of [user(accounts[0]), user(accounts[1])]) {
        const sigs = await client.getSessionSigs({ chain, resourceAbilityRequests: requests(), authNeededCallback: one.callback });
        assert.equal(signer(sigs), one.address.toLowerCase());
      }
    });
    test(`both at once, ${name}`, async (t) => {
      const client = await connect(t);
      const both = [user(accounts[0]), user(accounts[1])];
      const got = await Promise.all(both.map(({ callback }) => client.getSessionSigs({ chain, resourceAbilityRequests: requests(), authNeededCallback: callback })));
      assert.deepEqual(got.map(signer), both.map(({ address }) => address.toLowerCase()));
    });
  }
  test("one after the other as defaultAuthCallback", async (t) => {
    const client = await ours(t);
    const both = [user(accounts[0]), user(accounts[1])];
    const got = both.map(({ callback }) => {
      client.defaultAuthCallback = callback;
      return client.getSessionSigs({ chain, resourceAbilityRequests: requests() });
    });
    assert.deepEqual((await Promise.all(got)).map(signer), both.map(({ address }) => address.toLowerCase()));
  });
});

describe("one user", () => {
  test("is asked once by equal calls at once", async (t) => {
    const client = await ours(t);
    const one = user(accounts[0]);
    const call = () => client.getSessionSigs({ chain, resourceAbilityRequests: requests(), authNeededCallback: one.callback });
    await Promise.all([call(), call(), call()]);
    assert.equal(one.prompts, 1);
  });
  test("is asked once while a storage that was chosen remembers", async (t) => {
    for (const storage of ["memory", memory()]) {
      const client = await ours(t, { storage });
      const one = user(accounts[0]);
      for (let i = 0; i < 2; i++) {
        const expiration = new Date(Date.now() + 86_400_000).toISOString();
        await client.getSessionSigs({ chain, expiration, resourceAbilityRequests: requests(), authNeededCallback: (asked) => one.callback(asked) });
      }
      assert.equal(one.prompts, 1);
    }
  });
});

test("getWalletSig tells how far it is", async (t) => {
  const client = await ours(t);
  const steps = [];
  const { callback } = user(accounts[0]);
  const resourceAbilityRequests = requests();
  await client.getWalletSig({ chain, sessionKey: client.getSessionKey(), resourceAbilityRequests, authNeededCallback: callback, onProgress: (step) => steps.push(step) });
  assert.deepEqual(steps, [0, 1].map((done) => ({ phase: "wallet", node: null, done, needed: 1 })));
});

test("a defaultAuthCallback can sign what nodes accept", async (t) => {
  const one = user(accounts[0]);
  const client = await ours(t, { defaultAuthCallback: one.callback });
  const sessionSigs = await client.getSessionSigs({ chain, resourceAbilityRequests: requests() });
  const code = '(async () => LitActions.setResponse({ response: "ran" }))()';
  const { response } = await (await official(t)).executeJs({ sessionSigs, code, jsParams: {} });
  assert.deepEqual([response, one.prompts], ["ran", 1]);
});
