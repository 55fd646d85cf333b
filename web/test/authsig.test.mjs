import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { describe, test } from "node:test";
import { checkAndSignAuthMessage, generateAuthSig, generateSessionKeyPair, init, toSigner } from "litsession";
import { rejection, thrownBy, vectors } from "./vectors.mjs";

// Signatures come from wallets' libraries: see web/difftest/signers.test.mjs. What they signed is in the vectors.
const { text, authSig } = vectors.siwe.find(({ authSig }) => authSig);
const signer = { getAddress: async () => authSig.address.toLowerCase(), signMessage: async (message) => (message === text ? authSig.sig : "0x") };

test("generateSessionKeyPair makes an ed25519 key: the seed, and the public key that belongs to it", async () => {
  await init();
  const { publicKey, secretKey } = generateSessionKeyPair();
  assert.match(secretKey, /^[0-9a-f]{128}$/);
  assert.equal(secretKey.slice(64), publicKey);
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(secretKey.slice(0, 64), "hex")]);
  const { x } = createPublicKey(createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })).export({ format: "jwk" });
  assert.equal(Buffer.from(x, "base64url").toString("hex"), publicKey);
  assert.notEqual(generateSessionKeyPair().publicKey, publicKey);
});

describe("generateAuthSig", () => {
  test("asks the signer, and gives the address its checksum", async () => {
    assert.deepEqual(await generateAuthSig({ signer, toSign: text }), authSig);
  });
  test("takes an address, so that the signer need not have one", async () => {
    const { signMessage } = signer;
    assert.deepEqual(await generateAuthSig({ signer: { signMessage }, toSign: text, address: authSig.address }), authSig);
  });
  test("says the algorithm when asked to", async () => {
    assert.deepEqual(await generateAuthSig({ signer, toSign: text, algo: "ed25519" }), { ...authSig, algo: "ed25519" });
  });
  test("passes on what the signer throws", async () => {
    const thrown = { code: "ACTION_REJECTED" };
    const refusing = { ...signer, signMessage: () => Promise.reject(thrown) };
    assert.equal(await rejection(generateAuthSig({ signer: refusing, toSign: text })), thrown);
  });
  for (const [name, params, message] of [
    ["no signer", {}, "signer does not have a signMessage method"],
    ["a signer that cannot sign", { signer: {} }, "signer does not have a signMessage method"],
    ["no address", { signer: { ...signer, getAddress: async () => "" } }, "address is required"],
  ]) {
    test(`refuses ${name}`, async () => {
      const error = await rejection(generateAuthSig({ toSign: text, ...params }));
      assert.deepEqual([error.name, error.message], ["Error", message]);
    });
  }
  test("refuses an address that is none", async () => {
    assert.equal((await rejection(generateAuthSig({ signer, toSign: text, address: "0x12" }))).reason, "invalid_param");
  });
});

describe("toSigner refuses", () => {
  for (const candidate of [undefined, null, 7, "0x00", {}, { address: "0x00", type: "json-rpc" }]) {
    test(String(JSON.stringify(candidate)), () => assert.equal(thrownBy(() => toSigner(candidate)).reason, "invalid_param"));
  }
  test("a signer without an address, once it is asked for", async () => {
    const error = await rejection(toSigner({ signMessage: signer.signMessage }).getAddress());
    assert.deepEqual([error.name, error.reason], ["InvalidParamType", "invalid_param"]);
  });
});

describe("checkAndSignAuthMessage refuses", () => {
  const nonce = "0x1f623ab8dfe6bbd3b3dc22c7a041deb697c14817bce471b1bd1d86a25d5a319c";
  const failing = (error) => ({ request: () => Promise.reject(error) });
  const rows = [
    ["an unknown chain", { chain: "toString" }, "UnsupportedChainException", "invalid_param", /^Unsupported chain selected\. {2}Please select one of: ethereum,/],
    ["a chain of another kind", { chain: "solana" }, "UnsupportedChainException", "invalid_param", /solana/],
    ["a place without wallets", { chain: "ethereum" }, "NoWalletException", "no_wallet", /Install a wallet, or pass provider/],
    ["a user who says no", { chain: "ethereum", provider: failing({ code: 4001 }) }, "UnknownError", "user_rejected", /eth_requestAccounts/],
    ["a wallet that fails", { chain: "ethereum", provider: failing(new Error("x")) }, "UnknownError", "wallet_failed", /eth_requestAccounts/],
    ["a wallet without accounts", { chain: "ethereum", provider: { request: async () => [] } }, "InvalidParamType", "invalid_param", /no address/],
  ];
  for (const [name, params, official, reason, message] of rows) {
    test(name, async () => {
      const error = await rejection(checkAndSignAuthMessage({ nonce, ...params }));
      assert.deepEqual([error.name, error.reason], [official, reason]);
      assert.match(error.message, message);
    });
  }
  test("and keeps the wallet's own error as the cause", async () => {
    const cause = { code: -32603, data: { originalError: { code: 4001 } } };
    const error = await rejection(checkAndSignAuthMessage({ nonce, chain: "ethereum", provider: failing(cause) }));
    assert.deepEqual([error.reason, error.cause], ["user_rejected", cause]);
  });
});
