// What LitContracts computes without a chain. With one, it is tested in web/difftest/contracts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { getAuthIdByAuthMethod } from "../dist/contracts/authid.js";
import { BigNumber, calculateUTCMidnightExpiration, LitContracts, requestsToKilosecond } from "../dist/contracts/index.js";
import { describe as describeFailure, toSender } from "../dist/contracts/sender.js";
import { fromValue, toValue } from "../dist/contracts/shapes.js";
import { init, isLitError } from "../dist/index.js";

const vectors = JSON.parse(readFileSync(new URL("testdata/contracts.json", import.meta.url), "utf8"));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const rejection = (promise) => promise.then(() => assert.fail("resolved"), (error) => error);

/** A Proxy that throws whatever is done to it. */
function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const isTyped = (param) => (error) => isLitError(error) && error.reason === "invalid_param" && error.details.param === param && typeof error.details.want === "string";

test("the README's table of LitContracts names what is there", () => {
  const section = readme.split("\n## LitContracts\n")[1].split("\n## ")[0];
  const contracts = new LitContracts();
  let named = 0;
  for (const [, members, here] of section.matchAll(/^\| (.+?) \| (yes|no) \|/gm)) {
    const names = [...members.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
    const grouped = /`([^`]+)`: /.exec(members)?.[1];
    const owner = grouped?.split(".").reduce((object, name) => object[name], contracts) ?? contracts;
    for (const name of grouped ? names.slice(1) : names) {
      const value = name.split(".").reduce((object, part) => object?.[part], owner);
      const exported = name === "connected" || (name in owner && isThere(value)) || value !== undefined && isThere(value) || isExport(name);
      assert.equal(exported, here === "yes", name);
      named++;
    }
  }
  assert.ok(named > 30);
});

/** Contracts that are not there have a name, and an error behind it. */
function isThere(value) {
  try {
    return value?.read !== null;
  } catch (error) {
    assert.deepEqual([error.reason, error.details.param.split(".")[1]], ["invalid_param", "read"]);
    return false;
  }
}

const isExport = (name) => ["requestsToKilosecond", "requestsToDay", "requestsToSecond", "calculateUTCMidnightExpiration", "convertRequestsPerDayToPerSecond"].includes(name);

describe("rates and midnights are those of the official package", () => {
  test("requestsToKilosecond", () => {
    for (const { requestsPerKilosecond, ...input } of vectors.rateLimit.requestsToKilosecond) {
      assert.equal(requestsToKilosecond(input), requestsPerKilosecond, JSON.stringify(input));
    }
  });
  test("calculateUTCMidnightExpiration", (t) => {
    t.mock.timers.enable({ apis: ["Date"] });
    for (const { now, daysFromNow, expiresAt } of vectors.rateLimit.calculateUTCMidnightExpiration) {
      t.mock.timers.setTime(Date.parse(now));
      assert.equal(calculateUTCMidnightExpiration(daysFromNow), expiresAt, now);
    }
  });
});

describe("the id of an auth method", () => {
  before(() => init());
  const jwt = (claims) => `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;
  test("of a wallet is that of the vectors", async () => {
    for (const { address, id } of vectors.authMethodIds) {
      assert.equal(await getAuthIdByAuthMethod({ authMethodType: 1, accessToken: JSON.stringify({ address }) }), id);
    }
  });
  test("of Stytch does not depend on case", async () => {
    const factor = (email) => ({ "https://stytch.com/session": { authentication_factors: [{}, { email_factor: { email_address: email } }] }, aud: ["Project"] });
    const ids = await Promise.all(["A@b.c", "a@B.C"].map((email) => getAuthIdByAuthMethod({ authMethodType: 10, accessToken: jwt(factor(email)) })));
    assert.equal(ids[0], ids[1]);
    assert.match(ids[0], /^0x[0-9a-f]{64}$/);
  });
  test("of what is none is refused, and the token not repeated", async () => {
    const secret = "s3cr3t";
    const rows = [[1, secret], [1, "{}"], [3, secret], [6, secret], [6, `${secret}.${secret}.${secret}`], [3, "{}"], [6, jwt({ sub: secret })], [9, jwt({})], [9, jwt({ sub: secret, aud: [] })], [10, jwt({ aud: ["x"] })], [77, secret]];
    for (const [authMethodType, accessToken] of rows) {
      const error = await rejection(getAuthIdByAuthMethod({ authMethodType, accessToken }));
      assert.equal(error.reason, "invalid_param", `type ${authMethodType}: ${error}`);
      assert.ok(!JSON.stringify([error, error.stack, String(error.cause)]).includes(secret), `type ${authMethodType}`);
    }
  });
});

describe("BigNumber", () => {
  test("writes itself as ethers 5 does", () => {
    for (const [value, hex] of [[0, "0x00"], [14n, "0x0e"], ["256", "0x0100"], ["0xfff", "0x0fff"], [-1, "-0x01"], [{ toHexString: () => "0x05" }, "0x05"], [{ type: "BigNumber", hex: "0x06" }, "0x06"], ["-0x0a", "-0x0a"]]) {
      const number = BigNumber.from(value);
      assert.equal(number.toHexString(), hex);
      assert.equal(number._hex, hex);
      assert.deepEqual(JSON.parse(JSON.stringify(number)), { type: "BigNumber", hex });
      assert.ok(BigNumber.isBigNumber(number) && BigNumber.from(number).eq(number));
    }
    assert.equal(`${BigNumber.from(2n ** 200n)}`, String(2n ** 200n));
  });
  test("calculates", () => {
    const seven = BigNumber.from(7);
    assert.deepEqual(
      [seven.add(1), seven.sub("9"), seven.mul(seven), seven.div(2), BigNumber.from(-7).mod(3), seven.pow(2), BigNumber.from(-7).abs()].map(String),
      ["8", "-2", "49", "3", "2", "49", "7"],
    );
    assert.ok(seven.gt(6) && seven.gte(7) && seven.lt(8n) && seven.lte(7) && !seven.isZero() && BigNumber.from(-1).isNegative());
    assert.equal(seven.toNumber(), 7);
    for (const wrong of ["", " 1", "x", 1.5, NaN, Infinity, null, undefined, {}, [], Symbol(), true, "1".repeat(20_000), revoked()]) {
      assert.throws(() => BigNumber.from(wrong), isTyped("value"));
    }
    for (const call of [() => seven.div(0), () => seven.mod(0n), () => seven.pow(-1), () => seven.pow(10n ** 9n), () => seven.add("x"), () => seven.eq({})]) {
      assert.throws(call, isTyped("other"));
    }
    assert.throws(() => BigNumber.from(2n ** 53n).toNumber(), isTyped("this"));
  });
  test("works behind a Proxy", () => {
    const proxied = new Proxy(BigNumber.from(7), {});
    assert.deepEqual([`${proxied.add(1)}`, proxied.toNumber(), BigNumber.from(proxied).toBigInt()], ["8", 7, 7n]);
  });
});

test("values cross in both directions", () => {
  assert.deepEqual(fromValue("args", [1, 2n, "3", BigNumber.from(4), Uint8Array.of(0, 255), [{ hex: "0x05", type: "BigNumber" }], true]), [1, "2", "3", "0x04", "0x00ff", ["0x05"], true]);
  assert.deepEqual({ ...fromValue("args", { id: { hex: "0x05", type: "BigNumber" } }) }, { id: "0x05" });
  const [list, number] = toValue([{ id: "0x", n: { type: "BigNumber", hex: "0x05" } }, 7]);
  assert.equal(list.id, "0x");
  assert.equal(list[1], list.n);
  assert.ok(list.n.eq(5));
  assert.equal(number, 7);
});

describe("what is known of a wallet's failure", () => {
  const hash = `0x${"ab".repeat(32)}`;
  const rows = {
    "a number": [Object.assign(new Error("User denied"), { code: 4001 }), { codes: ["4001", "Error"], message: "User denied" }],
    "inside MetaMask's": [{ code: -32603, message: "Internal error", data: { code: 3, data: "0x08c3", message: "reverted" } }, { codes: ["-32603", "3"], message: "Internal error", data: "0x08c3" }],
    "a library's, with the hash": [{ code: "SERVER_ERROR", reason: "missing response", message: "long", transactionHash: hash }, { codes: ["SERVER_ERROR"], message: "missing response", hash }],
    "deep in viem": [{ name: "TransactionExecutionError", shortMessage: "User rejected.", cause: { name: "UserRejectedRequestError", code: 4001 } }, { codes: ["TransactionExecutionError", "4001", "UserRejectedRequestError"], message: "User rejected." }],
    "an address with a key": [new Error('could not reach https://user:key@rpc.example/v3/key?x=1 "now"'), { codes: ["Error"], message: 'could not reach https://rpc.example "now"' }],
    "a string": ["boom", { codes: [], message: "boom" }],
    "nothing": [undefined, { codes: [], message: "undefined" }],
  };
  for (const [name, [thrown, want]] of Object.entries(rows)) {
    test(name, () => assert.deepEqual(JSON.parse(describeFailure(thrown)), want));
  }
  test("a cycle", () => {
    const error = { code: 1 };
    error.cause = error;
    assert.ok(JSON.parse(describeFailure(error)).codes.length < 10);
  });
});

test("the key in a provider's address stays in the cause", async () => {
  const request = async () => {
    throw Object.assign(new Error("could not reach https://user:s3cr3t@rpc.example/v3/s3cr3t?key=s3cr3t"), { code: "SERVER_ERROR" });
  };
  const signer = { getAddress: () => "0x", sendTransaction() {}, provider: { send: request } };
  for (const options of [{ provider: { request } }, { signer }]) {
    const error = await rejection(new LitContracts({ network: "datil-dev", ...options }).connect());
    assert.equal(error.reason, "chain_unreachable");
    assert.match(error.message, /could not reach https:\/\/rpc\.example$/);
    const { cause, ...rest } = error;
    assert.ok(!JSON.stringify([error.message, error.stack, rest]).includes("s3cr3t"));
    assert.match(cause.message, /s3cr3t/);
  }
});

test("however many tokens there are, few requests are open at once", async () => {
  const word = (n) => n.toString(16).padStart(64, "0");
  const uri = Buffer.from("data:application/json;base64,e30=").toString("hex");
  const answers = { // by selector
    "0x18160ddd": word(50), // totalSupply
    "0x4f6ccce7": word(7), // tokenByIndex
    "0xc87b56dd": word(32) + word(uri.length / 2) + uri.padEnd(128, "0"), // tokenURI
    "0xab1bbeca": word(1) + word(86400), // capacity
    "0xd9548e53": word(1), // isExpired
  };
  let open = 0;
  let most = 0;
  const request = async ({ method, params }) => {
    if (method === "eth_chainId") {
      return "0x2ac54";
    }
    most = Math.max(most, ++open);
    await new Promise(setImmediate);
    open--;
    const selector = params[0].data.slice(0, 10);
    return `0x${answers[selector] ?? assert.fail(selector)}`;
  };
  const contracts = new LitContracts({ network: "datil-dev", provider: { request } });
  await contracts.connect();
  const tokens = await contracts.rateLimitNftContractUtils.read.getTokens();
  assert.deepEqual([tokens.length, tokens[49].tokenId, tokens[49].isExpired], [50, 7, true]);
  assert.ok(most > 1 && most <= 24, `${most} at once`);
});

test("what cannot send is refused", () => {
  for (const signer of [{}, { getAddress() {} }, { signMessage() {}, getAddress() {} }, 7, "0xkey"]) {
    assert.throws(() => toSender(signer), { reason: "invalid_param" });
  }
});

test("outside of a page and without a network, connect says what is missing", async () => {
  assert.equal((await rejection(new LitContracts({ network: "custom" }).connect())).reason, "invalid_param");
  assert.equal((await rejection(new LitContracts({ network: "cayenne" }).connect())).reason, "unknown_network");
  assert.equal((await rejection(new LitContracts({ provider: {} }).connect())).reason, "invalid_param");
  const reason = new Error("left");
  assert.equal(await rejection(new LitContracts().connect({ signal: AbortSignal.abort(reason) })), reason);
});
