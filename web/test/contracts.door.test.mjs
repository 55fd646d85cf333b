// What LitContracts does with values that it should never be given: typed errors at once, whatever they are.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { before, describe, test } from "node:test";
import * as exported from "../dist/contracts/index.js";
import { isLitError } from "../dist/index.js";

const { BigNumber, LitContracts } = exported;

const cycle = {};
cycle.self = cycle;
const ring = [];
ring.push(ring);
const deep = JSON.parse("[".repeat(5000) + "]".repeat(5000));
function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
const throwing = new Proxy({}, { get: () => { throw new RangeError("a getter"); }, ownKeys: () => { throw new RangeError("keys"); } });

/** No value that any function takes for all of its arguments. */
const hostile = {
  "nothing": undefined, "null": null, "an object": {}, "a bigint": 1n, "a symbol": Symbol("s"), "a function": () => {}, "a list": [],
  "NaN": NaN, "infinity": Infinity, "a negative number": -1, "text": "x", "no text": "", "a lone surrogate": "\ud800", "long text": "f".repeat(1e6),
  "bytes": new Uint8Array(1e6), "other numbers": new Float64Array(1e5), "a cycle": cycle, "a list in itself": ring, "a deep list": deep,
  "a revoked Proxy": revoked(), "getters that throw": throwing, "a list without an end": Object.assign([], { length: 2 ** 32 - 1 }),
};

/** What answers a client that reads: a chain that knows nothing. */
const request = async ({ method }) => (method === "eth_chainId" ? "0x2ac54" : method === "eth_call" ? `0x${"0".repeat(64)}` : "0x0");

const account = { type: "local", address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", signTransaction: () => assert.fail("asked to sign") };

let contracts;
before(async () => {
  contracts = new LitContracts({ network: "datil-dev", provider: { request }, signer: account });
  await contracts.connect();
});

/** Every function that an object has, with the groups of them. */
function* functionsOf(holder, path) {
  for (const [name, value] of Object.entries(holder)) {
    if (typeof value === "function") {
      yield [`${path}.${name}`, value.bind(holder)];
    } else if (/Utils?$|^(read|write|utils)$/.test(name)) {
      yield* functionsOf(value, `${path}.${name}`);
    }
  }
}

async function typed(path, call) {
  let outcome;
  try {
    outcome = await call();
  } catch (error) {
    assert.ok(isLitError(error), `${path}: ${inspect(error)}`);
    assert.notEqual(error.reason, "internal", `${path}: ${error.message}`);
    if (["invalid_param", "missing_param"].includes(error.reason)) {
      assert.equal(typeof error.details.param, "string", `${path}: ${inspect(error)}`);
    }
    if (error.reason === "invalid_param") {
      assert.equal(typeof error.details.want, "string", `${path}: ${inspect(error)}`);
    }
  }
  return outcome;
}

describe("hostile arguments", () => {
  for (const [name, value] of Object.entries(hostile)) {
    test(name, async () => {
      const all = [
        ...functionsOf(contracts, "contracts"),
        ...Object.entries(exported).filter(([, value]) => typeof value === "function" && value !== LitContracts && value !== BigNumber),
        ["BigNumber.from", BigNumber.from],
        ["BigNumber.isBigNumber", BigNumber.isBigNumber],
        ...["add", "div", "pow", "eq"].map((method) => [`BigNumber.${method}`, (given) => BigNumber.from(3)[method](given)]),
        ...["pkpNftContract", "pkpPermissionsContract", "pkpHelperContract", "rateLimitNftContract"].flatMap((member) => [
          [`${member}.read`, (...given) => contracts[member].read.ownerOf(...given)],
          [`${member}.write`, (...given) => contracts[member].write.addPermittedAction(...given)],
          [`${member}.write`, (...given) => contracts[member].write.mintNext(...given)],
        ]),
      ].filter(([path]) => path !== "contracts.connect" || name !== "an object"); // which is options
      assert.ok(all.length > 40);
      for (const [path, call] of all) {
        await typed(`${path}(${name})`, () => call(value));
        await typed(`${path}(1, ${name})`, () => call("1", value));
        await typed(`${path}({ … })`, () => call({ ipfsId: value, pkpTokenId: value, authMethod: value, scopes: value, authMethodId: value, signal: value, gasLimit: value, period: value }));
      }
      for (const option of ["signer", "provider", "network", "customContext", "rpc", "rpcs", "timing", "limits", "chainId", "beforeSign", "options"]) {
        const give = { network: "datil-dev", provider: { request }, [option]: value };
        await typed(`${option}: ${name}`, () => new LitContracts(give).connect());
      }
      for (const [group, member] of [["timing", "poll"], ["limits", "maxValue"], ["customContext", "PKPNFT"], ["customContext", "resolverAddress"]]) {
        await typed(`${group}.${member}: ${name}`, () => new LitContracts({ network: "datil-dev", provider: { request }, [group]: { [member]: value } }).connect());
      }
      await typed(`options: ${name}`, () => new LitContracts(value));
    });
  }
});

test("a megabyte of bytes where an address belongs is refused without reading it", async () => {
  for (const read of [contracts.pkpNftContractUtils.read.getTokensInfoByAddress, contracts.rateLimitNftContractUtils.read.getTokensByOwnerAddress]) {
    const bytes = new Proxy(new Uint8Array(1e6), { get: (_, name) => assert.fail(`${String(name)} is read`) });
    await assert.rejects(read(bytes), (error) => error.reason === "invalid_param" && error.details.param === "ownerAddress");
  }
});

test("names inherited from Object.prototype are not given", async (t) => {
  const names = { gasPrice: "0x1", nonce: "0x7", value: "0x7", txHash: `0x${"1".repeat(64)}`, rpc: "http://evil.test", chainId: 1, limits: { maxValue: "1" }, beforeSign: () => assert.fail("called"), customContext: {}, PKPNFT: { address: account.address }, poll: 1, hex: "0x05", toHexString: () => "0x06", authMethodScopes: [2], provider: { request: () => assert.fail("asked") } };
  Object.assign(Object.prototype, names);
  t.after(() => Object.keys(names).forEach((name) => delete Object.prototype[name]));
  const asked = [];
  const sent = [];
  const chain = {
    eth_chainId: "0x2ac54", eth_blockNumber: "0x1", eth_getTransactionCount: "0x3", eth_estimateGas: "0x5208", eth_maxPriorityFeePerGas: "0x1",
    eth_getBlockByNumber: { baseFeePerGas: "0x7", transactions: [] }, eth_getBalance: "0xffffffffffffffff", eth_sendRawTransaction: `0x${"2".repeat(64)}`,
  };
  const own = { request: async ({ method }) => (asked.push(method), chain[method] ?? null) };
  const signer = { type: "local", address: account.address, signTransaction: async (transaction) => (sent.push(transaction), `0x02${"ab".repeat(100)}`) };
  const polluted = new LitContracts(Object.assign(Object.create(null), { network: "datil-dev", provider: own, signer, timing: { dropAfter: 1, poll: 1 } }));
  assert.notEqual(polluted.rpc, "http://evil.test");
  await polluted.connect();
  const tx = await polluted.pkpPermissionsContract.write.addPermittedAction(7, "0x12", [1]);
  assert.equal(tx.nonce, 3);
  assert.deepEqual([tx.gasPrice, tx.type, sent[0].nonce, Object.hasOwn(sent[0], "gasPrice"), sent[0].maxFeePerGas], [null, 2, 3, false, 15n]);
  assert.ok(!asked.includes("eth_getTransactionReceipt"), "no txHash");
});

describe("what an ethers Contract has and this one has not is named", () => {
  const rows = {
    "stakingContract.read": (c) => c.stakingContract.read,
    "litTokenContract.write": (c) => c.litTokenContract.write.transfer("0x", 1),
    "pkpNftContract.filters": (c) => c.pkpNftContract.filters.Transfer(),
    "pkpNftContract.interface": (c) => c.pkpNftContract.interface,
    "pkpNftContract.connect": (c) => c.pkpNftContract.connect({}),
    "pkpPermissionsContract.write.populateTransaction.addPermittedAction": (c) => c.pkpPermissionsContract.write.populateTransaction.addPermittedAction(1),
    "pkpPermissionsContract.read.filters.Transfer": (c) => c.pkpPermissionsContract.read.filters.Transfer(),
    "pubkeyRouterContract.read.getPubkey.staticCall": (c) => c.pubkeyRouterContract.read.getPubkey.staticCall(1),
  };
  for (const [path, use] of Object.entries(rows)) {
    test(path, () => {
      assert.throws(() => use(contracts), (error) => isLitError(error) && error.reason === "invalid_param" && error.details.param === path && error.message.includes(path));
    });
  }
  test("a function of another contract", async () => {
    await assert.rejects(contracts.pkpNftContract.read.populateTransaction(), { reason: "invalid_param" });
  });
  test("and tools can look at it", async () => {
    for (const contract of [contracts.pkpNftContract, contracts.stakingContract, contracts.pkpNftContract.write, contracts.pkpNftContract.read.ownerOf]) {
      assert.equal(await contract, contract); // it has no then
      assert.doesNotThrow(() => [inspect(contract), JSON.stringify(contract), String(Object.prototype.toString.call(contract)), "filters" in contract, Object.keys(contract)]);
    }
    assert.match(contracts.pkpNftContract.address, /^0x/);
  });
});

test("works behind a Proxy, as frameworks make them", async () => {
  const reactive = (value) =>
    typeof value === "object" && value !== null
      ? new Proxy(value, { get: (target, name, receiver) => reactive(Reflect.get(target, name, receiver)) })
      : value;
  const proxied = new Proxy(new LitContracts({ network: "datil-dev", provider: { request } }), {});
  assert.equal(proxied.connected, false);
  await proxied.connect();
  assert.equal(proxied.connected, true);
  const deepProxy = reactive(contracts);
  assert.equal(deepProxy.connected, true);
  assert.deepEqual(await deepProxy.pkpNftContractUtils.read.getTokens(0), []);
  assert.equal(await deepProxy.pkpNftContract.read.exists(1), false);
  assert.equal(`${reactive(BigNumber.from(5)).add(1)}`, "6");
});

test("connect asks for the chain of a signer that has none of its own", async () => {
  const customContext = { PKPNFT: { address: account.address } };
  for (const signer of [account, { getAddress: () => account.address, signTransaction: account.signTransaction }]) {
    const options = { network: "custom", customContext, provider: { request }, signer };
    await assert.rejects(new LitContracts(options).connect(), (error) => error.reason === "missing_param" && error.details.param === "chainId");
    await new LitContracts({ ...options, chainId: 175188 }).connect();
    await assert.rejects(new LitContracts({ ...options, chainId: 1n }).connect(), { reason: "wrong_chain" });
    await assert.rejects(new LitContracts({ ...options, network: "datil-dev", chainId: 1 }).connect(), { reason: "invalid_param" });
  }
});
