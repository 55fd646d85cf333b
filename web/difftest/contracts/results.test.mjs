// What the methods of both LitContracts return on the local network has the same shape; what ours leaves out or adds
// is listed here. Reads of the same things give the same values.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { LitContracts as OfficialContracts } from "@lit-protocol/contracts-sdk";
import { ethers } from "ethers";
import * as ethers6 from "ethers6";
import * as viem from "viem";
import * as officialPackage from "@lit-protocol/contracts-sdk";
import * as ourPackage from "../../dist/contracts/index.js";
import { startNetwork } from "../network.mjs";

const { LitContracts } = ourPackage;
const { descriptor, stop } = await startNetwork(3);
after(stop);
const { rpcUrl, chainId, accounts, contractContext, pkp } = descriptor;
const cid = pkp.permittedAction.cid;

const provider = new ethers.providers.StaticJsonRpcProvider({ url: rpcUrl, skipFetchSetup: true }, chainId);
provider.pollingInterval = 50;
const [officialKey, ourKey] = accounts.slice(1).map(({ privateKey }) => new ethers.Wallet(privateKey, provider));
const common = () => ({ network: "custom", customContext: structuredClone(contractContext), rpc: rpcUrl });
const official = new OfficialContracts({ ...common(), provider, signer: officialKey });
const ours = new LitContracts({ ...common(), signer: ourKey });
const { log } = console;
console.log = () => {}; // the official package talks
await Promise.all([official.connect(), ours.connect()]);
console.log = log;

/** Of a signed transaction, which we do not have; and functions of ethers that ask its own provider for more. */
const LEFT_OUT = new Set(["r", "s", "v", "decode", "removeListener", "getBlock", "getTransaction", "getTransactionReceipt"]);

/** Types all the way down. A list has the shapes of its elements, and names beside them. */
function shape(value, depth = 0) {
  if (value?._isBigNumber) {
    return "BigNumber";
  }
  if (value instanceof Uint8Array) {
    return "bytes";
  }
  if (typeof value !== "object" || value === null || depth > 8) {
    return value === null ? "null" : typeof value;
  }
  const names = Object.keys(value).filter((name) => !LEFT_OUT.has(name) && value[name] !== undefined);
  return Object.fromEntries(names.sort().map((name) => [name, shape(value[name], depth + 1)]));
}

const sameShape = (our, their) => assert.deepEqual(shape(our), shape(their));

describe("writes", () => {
  const owned = {};
  test("pkpNftContractUtils.write.mint", async () => {
    const [our, their] = await Promise.all([ours, official].map((c) => c.pkpNftContractUtils.write.mint()));
    Object.assign(owned, { our: our.pkp.tokenId, their: their.pkp.tokenId });
    // Ours knows the router's event, which the official ABI of PKPNFT does not have.
    const [{ event, eventSignature, args, ...log }] = our.res.events;
    assert.equal(event, "PubkeyRoutingDataSet");
    assert.equal(eventSignature, "PubkeyRoutingDataSet(uint256,bytes,address,uint256,bytes32)");
    assert.equal(args.tokenId.toHexString(), our.tokenId);
    our.res.events[0] = their.res.events[0].args ? our.res.events[0] : log;
    sameShape(our, their);
    assert.deepEqual(their.res.events.map((e) => e.event).slice(1), our.res.events.map((e) => e.event).slice(1));
  });
  test("mintWithAuth", async () => {
    const params = { authMethod: { authMethodType: 1, accessToken: JSON.stringify({ address: ourKey.address }) }, scopes: [1] };
    const [our, their] = await Promise.all([ours, official].map((c) => c.mintWithAuth(params)));
    sameShape(our.pkp, their.pkp);
    sameShape(withoutEvents(our.tx), withoutEvents(their.tx));
    assert.equal(our.tx.events.length, their.tx.events.length);
  });
  test("mintCapacityCreditsNFT", async () => {
    const params = { requestsPerDay: 14400, daysUntilUTCMidnightExpiration: 2 };
    const [our, their] = await Promise.all([ours, official].map((c) => c.mintCapacityCreditsNFT(params)));
    sameShape(our, their);
    assert.equal(ethers.BigNumber.from(our.capacityTokenId).toString(), our.capacityTokenIdStr);
    assert.equal(`${our.capacityTokenId}`, our.capacityTokenIdStr);
  });
  test("wait(n) waits for n confirmations", async () => {
    const tx = await ours.pkpPermissionsContractUtils.write.addPermittedAddress(owned.our, officialKey.address, { timeout: 20_000 });
    const first = await tx.wait();
    const head = () => provider.getBlockNumber();
    let confirmed = false;
    const third = tx.wait(3).then((receipt) => (confirmed = receipt));
    assert.ok((await head()) < first.blockNumber + 2);
    await official.pkpNftContractUtils.write.mint();
    assert.equal(confirmed, false);
    await official.pkpNftContractUtils.write.mint();
    assert.deepEqual([(await third).confirmations, first.confirmations, confirmed.blockNumber], [3, 1, first.blockNumber]);
    const late = await ours.pkpPermissionsContractUtils.write.addPermittedAddress(owned.our, ourKey.address, { timeout: 300 });
    await assert.rejects(late.wait(99), { reason: "timeout" });
  });
  test("addPermittedAction, addPermittedAuthMethod", async () => {
    for (const [name, params] of [
      ["addPermittedAction", { ipfsId: cid, authMethodScopes: [1] }],
      ["addPermittedAuthMethod", { authMethodType: 99, authMethodId: "me", authMethodScopes: [1, 2] }],
    ]) {
      const our = await ours[name]({ ...params, pkpTokenId: owned.our });
      const their = await official[name]({ ...params, pkpTokenId: owned.their });
      sameShape(our, their);
      assert.deepEqual(our.events.map((e) => e.event), their.events.map((e) => e.event));
      assert.deepEqual(our.events.map((e) => e.eventSignature), their.events.map((e) => e.eventSignature));
    }
  });
  test("addPermittedAddress, which is ours", async () => {
    const { address } = ethers.Wallet.createRandom();
    const params = { address, pkpTokenId: owned.our, authMethodScopes: [2] };
    const { events } = await ours.addPermittedAddress(params);
    assert.deepEqual(events.map((e) => e.event), ["PermittedAuthMethodScopeAdded", "PermittedAuthMethodAdded"]);
    assert.ok(await official.pkpPermissionsContractUtils.read.isPermittedAddress(BigInt(owned.our).toString(), address));
    await assert.rejects(ours.addPermittedAddress({ ...params, pkpTokenId: pkp.tokenId }), { name: "TransactionError", reason: "reverted" });
  });
  test("pkpPermissionsContractUtils.write", async () => {
    for (const [name, argument] of [["addPermittedAction", cid], ["addPermittedAddress", ourKey.address], ["revokePermittedAction", cid]]) {
      const our = await ours.pkpPermissionsContractUtils.write[name](BigInt(owned.our).toString(), argument);
      const their = await official.pkpPermissionsContractUtils.write[name](BigInt(owned.their).toString(), argument);
      sameShape(our, their);
      sameShape(await our.wait(), await their.wait());
    }
  });
  test("rateLimitNftContractUtils.write.pruneExpired", async () => {
    const [our, their] = await Promise.all([ours, official].map((c) => c.rateLimitNftContractUtils.write.pruneExpired(ourKey.address)));
    sameShape(our, their);
    assert.equal(our.actualTokensBurned, their.actualTokensBurned);
  });
});

const withoutEvents = ({ events, ...rest }) => rest;

describe("reads give the same", () => {
  const token = BigInt(pkp.tokenId).toString();
  const plain = (value) => JSON.parse(JSON.stringify(value, (_, v) => (v instanceof Uint8Array || v?.type === "Buffer" ? [...(v.data ?? v)] : v)));
  const rows = {
    "pkpNftContractUtils.read.getTokensByAddress": (c) => c.pkpNftContractUtils.read.getTokensByAddress(accounts[0].address),
    "pkpNftContractUtils.read.getTokensInfoByAddress": (c) => c.pkpNftContractUtils.read.getTokensInfoByAddress(accounts[0].address),
    "pkpNftContractUtils.read.getTokens": (c) => c.pkpNftContractUtils.read.getTokens(3),
    "getPermittedActions": (c) => c.pkpPermissionsContractUtils.read.getPermittedActions(token),
    "getPermittedAddresses": (c) => c.pkpPermissionsContractUtils.read.getPermittedAddresses(token),
    "isPermittedAction": (c) => c.pkpPermissionsContractUtils.read.isPermittedAction(token, cid),
    "isPermittedAddress": (c) => c.pkpPermissionsContractUtils.read.isPermittedAddress(token, accounts[0].address),
    "rateLimitNftContractUtils.read.getTokensByOwnerAddress": (c) => c.rateLimitNftContractUtils.read.getTokensByOwnerAddress(ourKey.address),
    "rateLimitNftContractUtils.read.getTokens": (c) => c.rateLimitNftContractUtils.read.getTokens(),
    "rateLimitNftContractUtils.read.getCapacityByIndex": (c) => c.rateLimitNftContractUtils.read.getCapacityByIndex(1),
    "pkpPermissionsContract.read.getPermittedAuthMethods": (c) => c.pkpPermissionsContract.read.getPermittedAuthMethods(token),
    "pkpPermissionsContract.read.getPermittedAuthMethodScopes": (c) => c.pkpPermissionsContract.read.getPermittedAuthMethodScopes(token, 2, c.utils.getBytesFromMultihash(cid), 5),
    "pkpNftContract.read.mintCost": (c) => c.pkpNftContract.read.mintCost(),
    "pkpNftContract.read.ownerOf": (c) => c.pkpNftContract.read.ownerOf(token),
    "rateLimitNftContract.read.capacity": (c) => c.rateLimitNftContract.read.capacity(1),
    "pubkeyRouterContract.read.getEthAddress": (c) => c.pubkeyRouterContract.read.getEthAddress(token),
    "pubkeyRouterContract.read.address": async (c) => c.pubkeyRouterContract.read.address,
  };
  for (const [name, read] of Object.entries(rows)) {
    test(name, async () => {
      const [our, their] = await Promise.all([read(ours), read(official)]);
      assert.deepEqual(plain(our), plain(their));
      sameShape(our, their);
    });
  }
  test("an address without tokens", async () => {
    const { address } = ethers.Wallet.createRandom();
    for (const c of [ours, official]) {
      assert.deepEqual(await c.pkpNftContractUtils.read.getTokensByAddress(address), []);
      assert.deepEqual(await c.rateLimitNftContractUtils.read.getTokensByOwnerAddress(address), []);
    }
  });
});

describe("reads through each kind of provider", () => {
  const chain = viem.defineChain({ id: chainId, name: "local", nativeCurrency: { name: "L", symbol: "L", decimals: 18 }, rpcUrls: { default: { http: [rpcUrl] } } });
  const providers = {
    "ethers 5": () => provider,
    "ethers 6": () => new ethers6.JsonRpcProvider(rpcUrl, chainId, { staticNetwork: true }),
    viem: () => viem.createPublicClient({ chain, transport: viem.http(rpcUrl) }),
    "EIP-1193": () => ({ request: ({ method, params }) => provider.send(method, params) }),
  };
  for (const [name, make] of Object.entries(providers)) {
    test(name, async () => {
      const through = make();
      const contracts = new LitContracts({ ...common(), rpc: "http://127.0.0.1:1", provider: through });
      await contracts.connect();
      const read = (address) => contracts.pkpNftContractUtils.read.getTokensByAddress(address); // ends with a revert
      assert.deepEqual(await read(accounts[0].address), await official.pkpNftContractUtils.read.getTokensByAddress(accounts[0].address));
      const error = await contracts.pkpNftContract.read.ownerOf(5).catch((e) => e);
      assert.deepEqual([error.reason, error.details.revert], ["reverted", "ERC721NonexistentToken(tokenId: 0x05)"]);
      through.destroy?.();
    });
  }
});

describe("conversions give the same", () => {
  const bytes = `0x1220${"ab".repeat(32)}`;
  const rows = {
    getBytesFromMultihash: [[cid], ["1111"], ["11Qm"], ["Z"]],
    getMultihashFromBytes: [[bytes]],
    hexToDec: [["0x0"], ["0xff"], ["ABCDEF"], ["zz"], ["0x"], [bytes]],
    decToHex: [["0", null], ["255", null], ["255", { prefix: false }], ["x", null], ["", null], [BigInt(bytes).toString(), null]],
    timestamp2Date: [["0"], ["1768521600"], ["1700000001"]],
  };
  for (const [name, inputs] of Object.entries(rows)) {
    for (const input of inputs) {
      test(`${name}(${JSON.stringify(input).slice(1, 30)})`, () => assert.deepEqual(ours.utils[name](...input), official.utils[name](...input)));
    }
  }
  const outcome = (call) => {
    try {
      return call();
    } catch (error) {
      return [error.name, error.code, error.kind, error.shortMessage];
    }
  };
  const amounts = [0, 1, 43, 44, 86, 129, 130, 1000, 14400, 0.0004, 0.0005, 0.5];
  for (const name of ["requestsToKilosecond", "requestsToDay", "requestsToSecond"]) {
    test(name, () => {
      for (const requests of amounts) {
        for (const period of ["day", "second", "kilosecond", "year"]) {
          const [our, their] = [ourPackage, officialPackage].map((p) => outcome(() => p[name]({ period, requests })));
          assert.deepEqual(our, their, `${requests} per ${period}`);
        }
      }
    });
  }
  test("calculateUTCMidnightExpiration, convertRequestsPerDayToPerSecond", () => {
    for (const n of [0, 1, 2, 29, 400, -1]) {
      assert.equal(ourPackage.calculateUTCMidnightExpiration(n), officialPackage.calculateUTCMidnightExpiration(n));
      assert.equal(ourPackage.convertRequestsPerDayToPerSecond(n), officialPackage.convertRequestsPerDayToPerSecond(n));
    }
  });
});
