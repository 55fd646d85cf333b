// Our functions with the signers that dapps have: ethers 5 and 6, viem, a
// wallet. The official SDK's results are what it says for ethers 5.
//
//	node --test signers.test.mjs
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import helpers from "@lit-protocol/auth-helpers";
import lit from "@lit-protocol/lit-node-client";
import { ethers } from "ethers";
import * as ethers6 from "ethers6";
import { LocalStorage } from "node-localstorage";
import * as siwe from "siwe";
import * as viem from "viem";
import { privateKeyToAccount } from "viem/accounts";
import * as litsession from "../dist/index.js";
import { BigNumber } from "../dist/contracts/index.js";
import { startNetwork } from "./network.mjs";
import { makeWallet } from "./wallet.mjs";

const { LitNodeClient } = lit;
const { descriptor, stop } = await startNetwork(3);
after(stop);

const { rpcUrl, contractContext, accounts } = descriptor;
const [account, other] = accounts;
const chainId = Number(descriptor.chainId);
const { address, privateKey } = account;
const wallet = (options) => makeWallet({ accounts: [account], rpcUrl, chainId, ...options });
const rejection = (promise) => promise.then(() => assert.fail("resolved"), (error) => error);

const chain = viem.defineChain({
  id: chainId,
  name: "local",
  nativeCurrency: { name: "local", symbol: "L", decimals: 18 },
  rpcUrls: { default: { http: [rpcUrl] } },
});

const signers = {
  "ethers 5 wallet": () => new ethers.Wallet(privateKey),
  "ethers 5 signer of a provider": () => new ethers.providers.Web3Provider(wallet(), chainId).getSigner(),
  "ethers 6 wallet": () => new ethers6.Wallet(privateKey),
  "ethers 6 signer of a provider": () => new ethers6.BrowserProvider(wallet(), chainId).getSigner(),
  "viem account": () => privateKeyToAccount(privateKey),
  "viem wallet client with a key": () =>
    viem.createWalletClient({ account: privateKeyToAccount(privateKey), chain, transport: viem.http(rpcUrl) }),
  "viem wallet client with an address": () =>
    viem.createWalletClient({ account: address, chain, transport: viem.custom(wallet()) }),
  "viem wallet client of a provider": () => viem.createWalletClient({ chain, transport: viem.custom(wallet()) }),
  "EIP-1193 provider": () => wallet(),
  "{getAddress, signMessage}": () => {
    const inner = new ethers.Wallet(privateKey);
    return { getAddress: async () => inner.address, signMessage: (message) => inner.signMessage(message) };
  },
};

describe("generateAuthSig gives the official AuthSig, whoever signs", async () => {
  const texts = ["Hello.", "0x1234", "é✅\nsecond line"];
  for (const [name, make] of Object.entries(signers)) {
    test(name, async () => {
      const signer = await make();
      for (const toSign of texts) {
        const official = await helpers.generateAuthSig({ signer: new ethers.Wallet(privateKey), toSign });
        assert.deepEqual(await litsession.generateAuthSig({ signer, toSign }), official);
      }
    });
  }
});

describe("createCapacityDelegationAuthSig delegates, whoever signs", async () => {
  const client = new litsession.LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext, storage: "memory" });
  after(() => client.disconnect());
  const delegation = { capacityTokenId: "7", delegateeAddresses: [other.address], uses: "3" };
  for (const [name, make] of Object.entries(signers)) {
    test(name, async () => {
      const dAppOwnerWallet = await make();
      const { capacityDelegationAuthSig: authSig } = await client.createCapacityDelegationAuthSig({ dAppOwnerWallet, ...delegation });
      const message = new siwe.SiweMessage(authSig.signedMessage);
      assert.equal((await message.verify({ signature: authSig.sig })).success, true);
      assert.equal(authSig.address, address);
      assert.equal(message.uri, "lit:capability:delegation");
      assert.deepEqual(helpers.extract(message).attenuations, {
        "lit-ratelimitincrease://7": {
          "Auth/Auth": [{ nft_id: ["7"], delegate_to: [other.address.slice(2)], uses: "3" }],
        },
      });
    });
  }
  test("for the client's domain, unless the caller names one", async (t) => {
    const client = new litsession.LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext, storage: "memory", domain: "my.app" });
    t.after(() => client.disconnect());
    const dAppOwnerWallet = new ethers.Wallet(privateKey);
    const domainOf = async (params) => {
      const { capacityDelegationAuthSig } = await client.createCapacityDelegationAuthSig({ dAppOwnerWallet, ...params });
      return new siwe.SiweMessage(capacityDelegationAuthSig.signedMessage).domain;
    };
    assert.deepEqual([await domainOf(), await domainOf({ domain: "their.app" })], ["my.app", "their.app"]);
  });
  for (const [name, hours] of [["ahead", 1], ["behind", -1]]) {
    test(`by the nodes' clocks where this one is ${name}, and never longer than a week`, async (t) => {
      const off = hours * 3_600_000;
      const wrong = { litNetwork: "custom", rpcUrl, contractContext, storage: "memory", now: () => Date.now() + off };
      const client = new litsession.LitNodeClient(wrong);
      t.after(() => client.disconnect());
      const dAppOwnerWallet = new ethers.Wallet(privateKey);
      const { capacityDelegationAuthSig } = await client.createCapacityDelegationAuthSig({ dAppOwnerWallet });
      const { issuedAt, expirationTime } = new siwe.SiweMessage(capacityDelegationAuthSig.signedMessage);
      assert.ok(Math.abs(Date.parse(issuedAt) - Date.now()) < 60_000, issuedAt);
      const end = Date.parse(expirationTime) - 7 * 24 * 3_600_000;
      assert.ok(Math.abs(end - Date.now() - Math.min(0, off)) < 60_000, expirationTime);
      assert.ok(end <= Date.parse(issuedAt), expirationTime);
    });
  }
  describe("of the credit that mintCapacityCreditsNFT returned", () => {
    const ids = { "to the official SDK": ethers.BigNumber.from(7), "to ours": BigNumber.from(7), "as ethers 6 does": 7n, "as a number": 7 };
    for (const [name, capacityTokenId] of Object.entries(ids)) {
      test(name, async () => {
        const dAppOwnerWallet = new ethers.Wallet(privateKey);
        const { capacityDelegationAuthSig } = await client.createCapacityDelegationAuthSig({ dAppOwnerWallet, capacityTokenId });
        const { attenuations } = helpers.extract(new siwe.SiweMessage(capacityDelegationAuthSig.signedMessage));
        assert.deepEqual(attenuations, { "lit-ratelimitincrease://7": { "Auth/Auth": [{ nft_id: ["7"] }] } });
      });
    }
  });
  describe("only with a signature of the owner's", () => {
    const rows = {
      "that there is": undefined,
      "that is a text": { sig: "0x" },
      "of an account with a key": `0x${"07".repeat(300)}`,
      "and of nobody else": () => new ethers.Wallet(other.privateKey).signMessage("x"),
    };
    for (const [name, sig] of Object.entries(rows)) {
      test(name, async () => {
        const signMessage = async () => (typeof sig === "function" ? sig() : sig);
        const error = await rejection(client.createCapacityDelegationAuthSig({ dAppOwnerWallet: { getAddress: () => address, signMessage } }));
        assert.deepEqual([error.name, error.reason], ["InvalidSignatureError", "bad_signature"]);
      });
    }
  });
  test("not in the past, and nobody is asked to", async () => {
    const dAppOwnerWallet = { getAddress: () => address, signMessage: () => assert.fail("asked") };
    const expiration = new Date(Date.now() - 1000).toISOString();
    const error = await rejection(client.createCapacityDelegationAuthSig({ dAppOwnerWallet, expiration }));
    assert.deepEqual([error.reason, error.details.param], ["invalid_param", "expiration"]);
  });
  test("no wallet", async () => {
    const error = await rejection(client.createCapacityDelegationAuthSig({}));
    assert.deepEqual([error.name, error.message, error.reason], ["InvalidParamType", "dAppOwnerWallet must exist", "missing_param"]);
  });
});

describe("checkAndSignAuthMessage", () => {
  const nonce = `0x${"1f".repeat(32)}`;
  const memory = () => {
    const items = new Map();
    return { items, getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value), removeItem: (key) => items.delete(key) };
  };
  const params = (provider, storage, more) => ({ chain: "ethereum", nonce, provider, storage, uri: "https://a.b/c", domain: "a.b", ...more });
  const signatures = ({ asked }) => asked.filter((method) => method === "personal_sign").length;

  test("signs what siwe reads and verifies, and stores it under the official key", async () => {
    const storage = memory();
    const resources = ["https://a.b/r"];
    const authSig = await litsession.checkAndSignAuthMessage(params(wallet(), storage, { resources, statement: "Hi." }));
    const message = new siwe.SiweMessage(authSig.signedMessage);
    assert.equal((await message.verify({ signature: authSig.sig })).success, true);
    const { domain, uri, statement, resources: signed, nonce: used } = message;
    assert.deepEqual([domain, uri, statement, signed, used, message.chainId], ["a.b", "https://a.b/c", "Hi.", resources, nonce, 1]);
    assert.equal(authSig.address, address.toLowerCase());
    assert.deepEqual(JSON.parse(storage.items.get("lit-auth-signature")), authSig);
  });

  test("does not ask again while the stored one fits, though the nonce be another", async () => {
    const [provider, storage] = [wallet(), memory()];
    const first = await litsession.checkAndSignAuthMessage(params(provider, storage));
    const second = await litsession.checkAndSignAuthMessage(params(provider, storage, { nonce: `0x${"2e".repeat(32)}` }));
    assert.deepEqual(second, first);
    assert.equal(signatures(provider), 1);
  });

  describe("asks again when the stored one", () => {
    const rows = {
      "is for another chain": { chain: "polygon" },
      "has no such resources": { resources: ["https://a.b/r"] },
      "is for another URI": { uri: "https://a.b/d" },
      "is for another domain": { domain: "a.c" },
      "says something else": { statement: "Hi." },
    };
    for (const [name, more] of Object.entries(rows)) {
      test(name, async () => {
        const [provider, storage] = [wallet(), memory()];
        await litsession.checkAndSignAuthMessage(params(provider, storage));
        await litsession.checkAndSignAuthMessage(params(provider, storage, more));
        assert.equal(signatures(provider), 2);
      });
    }
    test("is about to expire", async () => {
      const [provider, storage] = [wallet(), memory()];
      const expiration = new Date(Date.now() + 30_000).toISOString();
      await litsession.checkAndSignAuthMessage(params(provider, storage, { expiration }));
      await litsession.checkAndSignAuthMessage(params(provider, storage));
      assert.equal(signatures(provider), 2);
    });
    test("is another account's", async () => {
      const storage = memory();
      await litsession.checkAndSignAuthMessage(params(wallet({ accounts: [other] }), storage));
      const provider = wallet();
      const { address: signedBy } = await litsession.checkAndSignAuthMessage(params(provider, storage));
      assert.deepEqual([signatures(provider), signedBy], [1, address.toLowerCase()]);
    });
    for (const [name, change] of [
      ["is no JSON", () => "{"],
      ["is no AuthSig", () => "{}"],
      ["is null", () => "null"],
      ["has another text", (text) => text.replace("a.b/c", "a.b/d")],
      ["has another signature", (text) => text.replace(/"sig":"0x.{130}"/, `"sig":"0x${"11".repeat(64)}1b"`)],
    ]) {
      test(name, async () => {
        const [provider, storage] = [wallet(), memory()];
        await litsession.checkAndSignAuthMessage(params(provider, storage));
        const stored = storage.items.get("lit-auth-signature");
        storage.items.set("lit-auth-signature", change(stored));
        assert.notEqual(storage.items.get("lit-auth-signature"), stored);
        await litsession.checkAndSignAuthMessage(params(provider, storage));
        assert.equal(signatures(provider), 2);
      });
    }
  });

  describe("switches the chain", () => {
    test("only when asked to", async () => {
      const provider = wallet();
      await litsession.checkAndSignAuthMessage(params(provider, memory()));
      assert.equal(provider.current, chainId);
    });
    test("when the wallet knows it", async () => {
      const provider = wallet({ knows: [1] });
      await litsession.checkAndSignAuthMessage(params(provider, memory(), { switchChain: true }));
      assert.equal(provider.current, 1);
    });
    test("and adds Lit's own when the wallet does not know it", async () => {
      const provider = wallet({ chainId: 1 });
      const authSig = await litsession.checkAndSignAuthMessage(params(provider, memory(), { chain: "yellowstone", switchChain: true }));
      assert.equal(provider.current, 175188);
      assert.equal(new siwe.SiweMessage(authSig.signedMessage).chainId, 175188);
    });
    test("or says that it cannot", async () => {
      const provider = wallet();
      const error = await rejection(litsession.checkAndSignAuthMessage(params(provider, memory(), { switchChain: true })));
      const message = "Incorrect network selected. Please switch to the ethereum network in your wallet and try again.";
      assert.deepEqual([error.name, error.reason, error.message], ["WrongNetworkException", "wrong_chain", message]);
      assert.equal(signatures(provider), 0);
    });
  });

  for (const method of ["eth_requestAccounts", "personal_sign", "wallet_switchEthereumChain"]) {
    test(`a user who refuses ${method}`, async () => {
      const provider = wallet({ knows: [1] });
      provider.refuses.add(method);
      const error = await rejection(litsession.checkAndSignAuthMessage(params(provider, memory(), { switchChain: true })));
      assert.deepEqual([error.name, error.reason, error.cause.code], ["UnknownError", "user_rejected", 4001]);
    });
  }

  test("a wallet that signs as somebody else", async () => {
    const provider = wallet({ accounts: [other] });
    const request = async (call) => (call.method.endsWith("ccounts") ? [address] : provider.request({ ...call, params: [call.params[0], other.address] }));
    const storage = memory();
    const error = await rejection(litsession.checkAndSignAuthMessage(params({ request }, storage)));
    assert.deepEqual([error.name, error.reason], ["InvalidSignatureError", "bad_signature"]);
    assert.equal(storage.items.size, 0);
  });
});

test("checkAndSignAuthMessage signs in a session that nodes accept", async (t) => {
  const storage = new Map();
  const items = { getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => storage.set(key, value), removeItem: (key) => storage.delete(key) };
  const provider = wallet();
  const client = new litsession.LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext, storage: "memory" });
  const official = new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext: structuredClone(contractContext), debug: false });
  t.after(() => Promise.all([client.disconnect(), official.disconnect()]));
  await Promise.all([client.connect(), official.connect()]);
  const sessionSigs = await client.getSessionSigs({
    chain: "ethereum",
    resourceAbilityRequests: new litsession.ResourceAbilityRequestBuilder().addLitActionExecutionRequest("*").build(),
    authNeededCallback: (asked) => litsession.checkAndSignAuthMessage({ ...asked, provider, storage: items }),
  });
  const code = '(async () => LitActions.setResponse({ response: "ran" }))()';
  const { response } = await official.executeJs({ sessionSigs, code, jsParams: {} });
  assert.equal(response, "ran");
  assert.deepEqual(provider.asked, ["eth_requestAccounts", "personal_sign"]);
});

test("disconnectWeb3 empties node-localstorage of what is ours", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "signers-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const storage = new LocalStorage(folder);
  storage.setItem("mine", "x");
  const client = new litsession.LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext, storageProvider: { provider: storage } });
  t.after(() => client.disconnect());
  await client.connect();
  const { pkp } = descriptor;
  await client.getLitActionSessionSigs({
    pkpPublicKey: pkp.publicKey,
    litActionSource: pkp.permittedAction.code,
    jsParams: { magicNumber: 42 },
    resourceAbilityRequests: [{ resource: new litsession.LitPKPResource("*"), ability: litsession.LIT_ABILITY.PKPSigning }],
  });
  await litsession.checkAndSignAuthMessage({ chain: "ethereum", nonce: await client.getLatestBlockhash(), provider: wallet(), storage });
  const kinds = readdirSync(folder).map((key) => key.replace(/[0-9a-f]{64}$/, "…")).sort();
  assert.deepEqual(kinds, ["lit-auth-signature", "lit-session-key", "lit-wallet-sig", "litsession-auth-sig-index", "litsession-auth-sig-…", "mine"]);
  litsession.disconnectWeb3({ storage });
  assert.deepEqual(readdirSync(folder), ["mine"]);
});

test("nothing is written after disconnectWeb3, whatever is under way", async (t) => {
  const kept = new Map();
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  const logOut = () => {
    kept.clear();
    litsession.disconnectWeb3({ storage });
  };
  const client = new litsession.LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext, storage });
  t.after(() => client.disconnect());
  await client.connect();
  const { pkp } = descriptor;
  const sessionSigs = await client.getLitActionSessionSigs({
    pkpPublicKey: pkp.publicKey,
    litActionSource: pkp.permittedAction.code,
    jsParams: { magicNumber: 42 },
    resourceAbilityRequests: [{ resource: new litsession.LitPKPResource("*"), ability: litsession.LIT_ABILITY.PKPSigning }],
    onProgress: ({ phase, done }) => phase === "sign" && done === 0 && logOut(),
  });
  assert.equal(Object.keys(sessionSigs).length, 3);
  assert.deepEqual([...kept.keys()], []);
  const inner = wallet();
  const provider = {
    request: (call) => {
      call.method === "personal_sign" && logOut();
      return inner.request(call);
    },
  };
  await litsession.checkAndSignAuthMessage({ chain: "ethereum", nonce: await client.getLatestBlockhash(), provider, storage });
  assert.deepEqual([...kept.keys()], []);
});
