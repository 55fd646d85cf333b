// What wallets give as signatures, good and bad, and callers who come at the
// same time. Signatures are made by ethers 5; no network is needed.
//
//	node --test wallets.test.mjs
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ethers } from "ethers";
import * as siwe from "siwe";
import { checkAndSignAuthMessage, generateAuthSig } from "../dist/index.js";

const account = new ethers.Wallet(`0x${"11".repeat(32)}`);
const other = new ethers.Wallet(`0x${"22".repeat(32)}`);
const rejection = (promise) => promise.then(() => assert.fail("resolved"), (error) => error);
const { arrayify, hexConcat, splitSignature } = ethers.utils;

/** A wallet of the account: sign gets the message in hex; answers replaces those of other methods. */
function wallet(sign = (hex) => account.signMessage(arrayify(hex)), answers = {}) {
  const asked = [];
  const normally = { eth_requestAccounts: () => [account.address.toLowerCase()], eth_chainId: () => "0x1", ...answers };
  const request = async ({ method, params }) => {
    asked.push(method);
    return method === "personal_sign" ? sign(params[0]) : (normally[method] ?? assert.fail(method))(params);
  };
  return { request, asked };
}

function memory() {
  const items = new Map();
  return { items, getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value), removeItem: (key) => items.delete(key) };
}

const nonce = `0x${"1f".repeat(32)}`;
const signIn = (provider, more) => checkAndSignAuthMessage({ chain: "ethereum", nonce, provider, storage: "memory", uri: "https://a.b/c", domain: "a.b", ...more });
const verifies = async ({ sig, signedMessage }) => (await new siwe.SiweMessage(signedMessage).verify({ signature: sig })).success;

const compact = (sig) => splitSignature(sig).compact;
const withV = (v) => (sig) => sig.slice(0, -2) + v;

describe("an account's signature is taken", () => {
  const forms = {
    "as it is": (sig) => sig,
    "of 64 bytes (ERC-2098), and has 65 then": compact,
    "with v as 0 or 1": (sig) => withV(sig.endsWith("1b") ? "00" : "01")(sig),
    "in capitals": (sig) => `0x${sig.slice(2).toUpperCase()}`,
    "without 0x": (sig) => sig.slice(2),
  };
  for (const [name, form] of Object.entries(forms)) {
    test(name, async () => {
      for (let i = 0; i < 4; i++) { // both parities
        const provider = wallet(async (hex) => form(await account.signMessage(arrayify(hex))));
        const authSig = await signIn(provider, { statement: `Number ${i}` });
        assert.match(authSig.sig, /^0x[0-9a-f]{130}$/i);
        assert.equal(await verifies(authSig), true);
      }
    });
  }
  test("of 64 bytes by generateAuthSig as well", async () => {
    for (const toSign of ["a", "b", "c", "d"]) {
      const signer = { getAddress: () => account.address, signMessage: async (text) => compact(await account.signMessage(text)) };
      assert.deepEqual(await generateAuthSig({ signer, toSign }), await generateAuthSig({ signer: account, toSign }));
    }
  });
});

describe("another signature is bad_signature, nothing is stored, and the message says why:", () => {
  const long = (size) => async () => hexConcat([new Uint8Array(size).fill(7)]);
  const rows = {
    "the hex text signed and not the bytes": [(hex) => account.signMessage(hex), /hex form.*Update the wallet, or use another one/],
    "something else signed": [() => account.signMessage("let me in"), /signed something other than the message.*Update the wallet, or use another one/],
    "a contract wallet's": [long(300), /300 bytes long.*contract wallets.*ERC-1271, ERC-6492.*use an account that has a key/],
    "a contract wallet's of 130 bytes": [long(130), /130 bytes long.*contract wallets/],
    nothing: [async () => undefined, /gave no signature/],
    null: [async () => null, /gave no signature/],
    "an empty text": [async () => "", /gave no signature/],
    "an empty hex text": [async () => "0x", /gave no signature/],
    "an object": [async () => ({ r: "0x", s: "0x" }), /no text in hex/],
    bytes: [async () => new Uint8Array(65), /no text in hex/],
    "a text that is not hex": [async () => "signed", /no text in hex/],
    "an r that is no point": [async () => `0x${"ff".repeat(64)}1b`, /signature/],
    "a v that is none": [async (hex) => withV("ff")(await account.signMessage(arrayify(hex))), /its v is none of/],
  };
  for (const [name, [sign, message]] of Object.entries(rows)) {
    test(name, async () => {
      const storage = memory();
      const error = await rejection(signIn(wallet(sign), { storage }));
      assert.deepEqual([error.name, error.reason, error.retryable], ["InvalidSignatureError", "bad_signature", false]);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /Choose that account/);
      assert.equal(storage.items.size, 0);
    });
  }
  for (const [name, answers] of Object.entries({
    "another account's, which the wallet has": { eth_requestAccounts: () => [account.address, other.address] },
    "another account's, to which the user has changed meanwhile": { eth_accounts: () => [other.address.toLowerCase()] },
  })) {
    test(name, async () => {
      const error = await rejection(signIn(wallet((hex) => other.signMessage(arrayify(hex)), answers)));
      assert.equal(error.reason, "bad_signature");
      assert.ok(error.message.includes(`signed as ${other.address}, not as ${account.address}. Choose that account`));
    });
  }
  for (const [name, sig] of Object.entries({ undefined, "an object": { sig: "0x00" }, "an empty text": "0x", "a text": "signed", "a number": 7 })) {
    test(`by generateAuthSig, ${name}`, async () => {
      const signer = { getAddress: () => account.address, signMessage: async () => sig };
      const error = await rejection(generateAuthSig({ signer, toSign: "a" }));
      assert.deepEqual([error.name, error.reason], ["InvalidSignatureError", "bad_signature"]);
    });
  }
  test("but generateAuthSig leaves a contract wallet's to those who check it", async () => {
    const sig = `0x${"07".repeat(300)}`;
    const signer = { getAddress: () => account.address, signMessage: async () => sig };
    assert.equal((await generateAuthSig({ signer, toSign: "a" })).sig, sig);
  });
});

describe("two callers at the same time", () => {
  /** A wallet that answers personal_sign when it is let; as MetaMask does it refuses a second request for accounts. */
  function slow() {
    let connecting = false;
    let answer = () => {};
    const gate = new Promise((resolve) => (answer = resolve));
    let prompted = () => {};
    const prompt = new Promise((resolve) => (prompted = resolve));
    const provider = wallet(async (hex) => {
      prompted();
      await gate;
      return account.signMessage(arrayify(hex));
    }, {
      async eth_requestAccounts() {
        if (connecting) {
          throw Object.assign(new Error("already pending"), { code: -32002 });
        }
        connecting = true;
        await new Promise(setImmediate);
        connecting = false;
        return [account.address.toLowerCase()];
      },
    });
    return { provider, prompt, answer };
  }
  const prompts = ({ asked }) => asked.filter((method) => method === "personal_sign").length;

  test("with the same wish share one prompt", async () => {
    const { provider, answer } = slow();
    const both = [signIn(provider), signIn(provider)];
    answer();
    const [one, two] = await Promise.all(both);
    assert.deepEqual(one, two);
    assert.notEqual(one, two);
    assert.equal(await verifies(one), true);
    assert.deepEqual(provider.asked, ["eth_requestAccounts", "personal_sign"]);
  });
  test("who comes while the prompt is open shares it too, and later ones do not", async () => {
    const { provider, prompt, answer } = slow();
    const first = signIn(provider);
    await prompt;
    const second = signIn(provider);
    answer();
    assert.deepEqual(await first, await second);
    assert.equal(prompts(provider), 1);
    await signIn(provider);
    assert.equal(prompts(provider), 2); // nothing was stored
  });
  test("one who aborts leaves the other's alone, whichever it is", async () => {
    for (const aborted of [0, 1]) {
      const { provider, prompt, answer } = slow();
      const controllers = [new AbortController(), new AbortController()];
      const both = controllers.map(({ signal }) => signIn(provider, { signal }));
      await prompt;
      controllers[aborted].abort("gone");
      assert.equal(await rejection(both[aborted]), "gone");
      answer();
      assert.equal(await verifies(await both[1 - aborted]), true);
      assert.equal(prompts(provider), 1);
    }
  });
  test("an effect that is undone and done again, as in StrictMode, prompts once", async () => {
    const { provider, answer } = slow();
    const controller = new AbortController();
    const first = signIn(provider, { signal: controller.signal });
    controller.abort("gone");
    const second = signIn(provider);
    assert.equal(await rejection(first), "gone");
    answer();
    assert.equal(await verifies(await second), true);
    assert.equal(prompts(provider), 1);
  });
  test("when all have gone the user is asked for nothing more", async () => {
    const controller = new AbortController();
    let connected = () => {};
    const provider = wallet(() => assert.fail("asked"), { eth_requestAccounts: () => new Promise((resolve) => (connected = resolve)) });
    const call = signIn(provider, { signal: controller.signal });
    while (provider.asked.length === 0) {
      await new Promise(setImmediate);
    }
    controller.abort("gone");
    assert.equal(await rejection(call), "gone");
    connected([account.address]);
    for (let i = 0; i < 20; i++) {
      await new Promise(setImmediate);
    }
    assert.deepEqual(provider.asked, ["eth_requestAccounts"]);
  });
  test("share the user's no", async () => {
    const provider = wallet(() => Promise.reject(Object.assign(new Error("no"), { code: 4001 })));
    const errors = await Promise.all([signIn(provider), signIn(provider)].map(rejection));
    assert.deepEqual(errors.map(({ reason }) => reason), ["user_rejected", "user_rejected"]);
    assert.equal(prompts(provider), 1);
  });
  for (const [name, more] of Object.entries({
    "another chain": { chain: "polygon" },
    "another nonce": { nonce: "12345678" },
    "another URI": { uri: "https://a.b/d" },
    "other resources": { resources: ["https://a.b/r"] },
    "another storage": { storage: memory() },
  })) {
    test(`do not share it for ${name}, but connect once`, async () => {
      const { provider, answer } = slow();
      const both = [signIn(provider), signIn(provider, more)];
      answer();
      await Promise.all(both);
      assert.equal(prompts(provider), 2);
    });
  }
  test("do not share it with another wallet", async () => {
    const [one, two] = [slow(), slow()];
    const both = [signIn(one.provider), signIn(two.provider)];
    one.answer();
    two.answer();
    await Promise.all(both);
    assert.deepEqual([prompts(one.provider), prompts(two.provider)], [1, 1]);
  });
  test("a prompt that is a minute old may have been lost: who comes then is asked anew", async (t) => {
    const { provider, prompt, answer } = slow();
    const first = signIn(provider);
    await prompt;
    const { now } = Date;
    t.after(() => (Date.now = now));
    Date.now = () => now() + 61_000;
    const second = signIn(provider);
    answer();
    await Promise.all([first, second]);
    assert.equal(prompts(provider), 2);
  });
});

describe("what cannot be signed is refused before the wallet is asked", () => {
  const ago = new Date(Date.now() - 1000).toISOString();
  for (const [name, more] of Object.entries({
    "an expiration in the past": { expiration: ago },
    "an expiration that is no time": { expiration: "tomorrow" },
    "a statement of two lines": { statement: "a\nb" },
    "a URI that is none": { uri: "nope" },
    "a nonce that is too short": { nonce: "1" },
  })) {
    test(name, async () => {
      const provider = wallet();
      const error = await rejection(signIn(provider, more));
      assert.equal(error.reason, "invalid_param");
      assert.deepEqual(provider.asked, []);
    });
  }
  test("and the error of an expiration names it", async () => {
    const { details, message } = await rejection(signIn(wallet(), { expiration: ago }));
    assert.deepEqual(details, { param: "expiration", want: "a time in the future" });
    assert.equal(message, `expiration is in the past (${ago}). Pass a time in the future.`);
  });
});
