// For 1,000 random inputs per function, both LitContracts ask for the same transaction: contract, calldata, value, gas.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { bothSides, chain, ethers } from "./capture.mjs";

const RUNS = 1000;
const seed = Number(process.env.SEED ?? 1); // another gives other inputs

const hexOf = (min, max) => fc.uint8Array({ minLength: min, maxLength: max }).map((b) => ethers.utils.hexlify(b));
const uint = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.bigInt({ min: 0n, max: 1000n })).map(String);
const hexId = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map((n) => ethers.utils.hexZeroPad(ethers.utils.hexlify(n), 32));
const tokenId = fc.oneof(uint, hexId);
const address = hexOf(20, 20).map((a) => ethers.utils.getAddress(a));
const cid = hexOf(32, 32).map((digest) => ethers.utils.base58.encode(`0x1220${digest.slice(2)}`));
const base58 = hexOf(0, 50).map((b) => ethers.utils.base58.encode(b)).filter((text) => text !== "");
const scopes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 5 });
const someScopes = fc.array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 9 }).map(String)), { minLength: 1, maxLength: 4 });
const bytesOrText = fc.oneof(fc.string({ unit: "grapheme", maxLength: 60 }), fc.uint8Array({ maxLength: 60 }));
const wei = fc.bigInt({ min: 0n, max: 10n ** 20n });
const gas = fc.option(fc.integer({ min: 21_000, max: 16_000_000 }), { nil: undefined });
const signature = fc.record({ r: hexOf(32, 32), s: hexOf(32, 32), v: fc.integer({ min: 0, max: 255 }) });
const rate = fc.oneof(
  fc.record({ requestsPerKilosecond: fc.integer({ min: 1, max: 10_000 }) }),
  fc.record({ requestsPerDay: fc.integer({ min: 44, max: 1_000_000 }) }),
  fc.record({ requestsPerSecond: fc.double({ min: 0.001, max: 10, noNaN: true }) }),
);

/** An uncompressed key of a real curve point: mints and router look-ups are checked against it. */
const key = fc.integer({ min: 1, max: 2 ** 31 }).map((n) => {
  const publicKey = new ethers.utils.SigningKey(ethers.utils.hexZeroPad(ethers.utils.hexlify(n), 32)).publicKey;
  return { publicKey, tokenId: ethers.BigNumber.from(ethers.utils.keccak256(publicKey)).toString() };
});

const permissions = (name) => (input) => (c) => c.pkpPermissionsContract.write[name](...input, { gasLimit: 300_000 });

/** By the function's name: an arbitrary of its input, and the call. */
const functions = {
  "pkpNftContractUtils.write.mint": [fc.option(gas.map((gasLimit) => (gasLimit ? { gasLimit } : {})), { nil: undefined }), (p) => (c) => c.pkpNftContractUtils.write.mint(p)],
  "pkpNftContractUtils.write.claimAndMint": [fc.tuple(hexOf(32, 32), fc.array(signature, { maxLength: 4 })), (p) => (c) => c.pkpNftContractUtils.write.claimAndMint(...p)],
  mintWithAuth: [
    fc.record({ authMethod: fc.record({ authMethodType: fc.integer({ min: 1, max: 99 }), accessToken: fc.constant("token") }), scopes: someScopes, authMethodId: hexOf(0, 70), pubkey: fc.option(hexOf(0, 70), { nil: undefined }), gasLimit: gas }),
    (p) => (c) => c.mintWithAuth(p),
  ],
  "mintWithAuth, with the id of a wallet": [
    fc.record({ authMethod: address.map((a) => ({ authMethodType: 1, accessToken: JSON.stringify({ address: a }) })), scopes: someScopes }),
    (p) => (c) => c.mintWithAuth(p),
  ],
  mintWithCustomAuth: [
    fc.record({ authMethodType: fc.integer({ min: 1, max: 1e9 }), authMethodId: bytesOrText, scopes: someScopes, pubkey: fc.option(hexOf(0, 70), { nil: undefined }) }),
    (p) => (c) => c.mintWithCustomAuth(p),
  ],
  addPermittedAuthMethod: [
    fc.record({ pkpTokenId: tokenId, authMethodType: fc.integer({ min: 0, max: 1e9 }), authMethodId: bytesOrText, authMethodScopes: scopes, webAuthnPubkey: fc.option(hexOf(0, 80), { nil: undefined }) }),
    (p) => (c) => c.addPermittedAuthMethod(p),
  ],
  addPermittedAction: [fc.record({ ipfsId: fc.oneof(cid, base58), pkpTokenId: tokenId, authMethodScopes: fc.option(scopes, { nil: undefined }) }), (p) => (c) => c.addPermittedAction(p)],
  "pkpPermissionsContractUtils.write.addPermittedAction": [
    fc.tuple(key, cid),
    ([{ publicKey, tokenId }, ipfsId]) => {
      chain.publicKey = publicKey; // the official SDK computes the token id from the router's answer
      return (c) => c.pkpPermissionsContractUtils.write.addPermittedAction(tokenId, ipfsId);
    },
  ],
  "pkpPermissionsContractUtils.write.addPermittedAddress": [fc.tuple(tokenId, address), (p) => (c) => c.pkpPermissionsContractUtils.write.addPermittedAddress(...p)],
  "pkpPermissionsContractUtils.write.revokePermittedAction": [fc.tuple(tokenId, cid), (p) => (c) => c.pkpPermissionsContractUtils.write.revokePermittedAction(...p)],
  mintCapacityCreditsNFT: [
    fc.tuple(rate, fc.integer({ min: 1, max: 29 }), gas).map(([r, days, gasLimit]) => ({ ...r, daysUntilUTCMidnightExpiration: days, gasLimit })),
    (p) => (c) => c.mintCapacityCreditsNFT(p),
  ],
  "rateLimitNftContractUtils.write.mint": [
    fc.tuple(fc.integer({ min: 0, max: 2 ** 40 }), wei).map(([timestamp, value]) => ({ timestamp, txOpts: { value: ethers.BigNumber.from(value) } })),
    (p) => (c) => c.rateLimitNftContractUtils.write.mint(p),
  ],
  "rateLimitNftContractUtils.write.transfer": [
    fc.record({ fromAddress: address, toAddress: address, RLITokenAddress: uint }),
    (p) => (c) => c.rateLimitNftContractUtils.write.transfer(p),
  ],
  "pkpHelperContractUtil.write.mintNextAndAddAuthMethods": [
    fc.record({
      keyType: uint, permittedAuthMethodTypes: fc.array(uint, { maxLength: 3 }), permittedAuthMethodIds: fc.array(hexOf(0, 70), { maxLength: 3 }),
      permittedAuthMethodPubkeys: fc.array(hexOf(0, 70), { maxLength: 3 }), permittedAuthMethodScopes: fc.array(fc.array(uint, { maxLength: 3 }), { maxLength: 3 }),
      addPkpEthAddressAsPermittedAddress: fc.boolean(), sendPkpToItself: fc.boolean(), gasLimit: gas,
    }),
    (p) => (c) => c.pkpHelperContractUtil.write.mintNextAndAddAuthMethods(p),
  ],
  "pkpPermissionsContract.write.removePermittedAddress": [fc.tuple(tokenId, address), permissions("removePermittedAddress")],
  "pkpPermissionsContract.write.removePermittedAuthMethod": [fc.tuple(tokenId, uint, hexOf(0, 70)), permissions("removePermittedAuthMethod")],
  "pkpPermissionsContract.write.addPermittedAuthMethodScope": [fc.tuple(tokenId, uint, hexOf(0, 70), uint), permissions("addPermittedAuthMethodScope")],
  "pkpPermissionsContract.write.removePermittedAuthMethodScope": [fc.tuple(tokenId, uint, hexOf(0, 70), uint), permissions("removePermittedAuthMethodScope")],
  "pkpPermissionsContract.write.batchAddRemoveAuthMethods": [
    fc.tuple(tokenId, fc.array(uint, { maxLength: 3 }), fc.array(hexOf(0, 70), { maxLength: 3 }), fc.array(hexOf(0, 70), { maxLength: 3 }), fc.array(fc.array(uint, { maxLength: 3 }), { maxLength: 3 }), fc.array(uint, { maxLength: 3 }), fc.array(hexOf(0, 70), { maxLength: 3 })),
    permissions("batchAddRemoveAuthMethods"),
  ],
  "pkpNftContract.write.transferFrom": [fc.tuple(address, address, tokenId), (p) => (c) => c.pkpNftContract.write.transferFrom(...p, { gasLimit: 100_000 })],
  "rateLimitNftContractUtils.write.pruneExpired": [address, (p) => (c) => c.rateLimitNftContractUtils.write.pruneExpired(p)],
};

let sides;
const { log, error } = console;
before(async () => {
  console.log = console.error = () => {}; // the official package talks
  sides = await bothSides();
});
after(() => Object.assign(console, { log, error }));

for (const [name, [input, write]] of Object.entries(functions)) {
  test(`${name}: ${RUNS} inputs, seed ${seed}`, async () => {
    for (const [i, [value, cost, estimate]] of fc.sample(fc.tuple(input, wei, fc.integer({ min: 21_000, max: 10_000_000 })), { numRuns: RUNS, seed }).entries()) {
      Object.assign(chain, { mintCost: ethers.BigNumber.from(cost), estimate });
      const call = write(value);
      const ours = await sides.ours(call);
      const official = await sides.official(call);
      if (official.gas === "the signer's own") { // of pruneExpired
        official.gas = ours.gas;
      }
      assert.deepEqual(ours, official, `input ${i}: ${JSON.stringify(value, (_, v) => (typeof v === "bigint" ? String(v) : v))}`);
    }
  });
}
