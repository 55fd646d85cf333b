import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkAndSignAuthMessage } from "litsession";
import { rejection } from "./vectors.mjs";

const account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const params = { chain: "yellowstone", nonce: "0x1f623ab8dfe6bbd3b3dc22c7a041deb697c14817bce471b1bd1d86a25d5a319c", storage: "memory" };

/** A wallet that throws. */
const failing = (thrown) => ({ request: () => Promise.reject(thrown) });
const failure = (thrown, more) => rejection(checkAndSignAuthMessage({ ...params, provider: failing(thrown), ...more }));

const nested = (depth, inner) => (depth ? { code: -32603, message: "Internal error", cause: nested(depth - 1, inner) } : inner);
function cycle(inner) {
  const thrown = { code: "UNKNOWN_ERROR", error: inner };
  thrown.cause = thrown;
  return thrown;
}

describe("a user's no is user_rejected and not retryable, when the wallet throws", () => {
  const rows = {
    "EIP-1193's code": { code: 4001 },
    "the code as text": { code: "4001" },
    "ethers' name": { code: "ACTION_REJECTED", reason: "rejected" },
    "ethers 6's error": { code: "ACTION_REJECTED", info: { error: { code: 4001, message: "no" }, payload: {} } },
    "a code in info.error alone": { code: "UNKNOWN_ERROR", info: { error: { code: 4001 } } },
    "MetaMask's original error": { code: -32603, data: { originalError: { code: 4001 } } },
    "WalletConnect's code": { code: 5000, message: "User rejected." },
    "a code five layers deep": nested(5, { code: "4001" }),
    "a cycle": cycle({ code: 4001 }),
  };
  for (const [name, thrown] of Object.entries(rows)) {
    test(name, async () => {
      const error = await failure(thrown);
      assert.deepEqual([error.name, error.reason, error.retryable], ["UnknownError", "user_rejected", false]);
      assert.match(error.message, /user rejected .*eth_requestAccounts/);
      assert.equal(error.cause, thrown);
    });
  }
});

test("a request that is open already is retryable, and the message says so", async () => {
  for (const code of [-32002, "-32002"]) {
    const error = await failure(nested(1, { code, message: "Request already pending" }));
    assert.deepEqual([error.name, error.reason, error.retryable], ["UnknownError", "wallet_failed", true]);
    assert.match(error.message, /request open already.*Answer it in the wallet/);
  }
});

test("a wallet that has no such method is not asked again", async () => {
  const error = await failure({ code: -32601 });
  assert.deepEqual([error.reason, error.retryable], ["wallet_failed", false]);
  assert.match(error.message, /does not support eth_requestAccounts/);
});

describe("other failures are wallet_failed, whatever is thrown", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const wide = { code: 1, cause: {} };
  wide.cause = Array.from({ length: 10_000 }, () => ({ code: 4001 }));
  const rows = {
    "an Error": new Error("x"),
    "an error of ethers with a reason": Object.assign(new Error("timeout"), { reason: "timeout", code: "TIMEOUT" }),
    nothing: undefined,
    "a text": "no",
    "getters that throw": Object.defineProperties({}, Object.fromEntries(["code", "message", "cause", "data"].map((name) => [name, { get: () => assert.fail(name) }]))),
    "a code that is an object": { code: { toString: () => assert.fail("called") } },
    "a long list": wide,
    "a code too deep": nested(100, { code: 4001 }),
    "a revoked Proxy": proxy,
    "a revoked Proxy below": { code: 1, cause: proxy },
    "no prototype": Object.create(null),
  };
  for (const [name, thrown] of Object.entries(rows)) {
    test(name, async () => {
      const error = await failure(thrown);
      assert.deepEqual([error.reason, error.retryable], ["wallet_failed", true]);
    });
  }
  test("a code that Object.prototype brings", async (t) => {
    Object.prototype.code = 4001;
    t.after(() => delete Object.prototype.code);
    assert.equal((await failure(new Error("x"))).reason, "wallet_failed");
    assert.equal((await failure({})).reason, "wallet_failed");
  });
});

describe("a chain that the wallet does not know is added where we know it, when it says", () => {
  /** A wallet on chain 1 that switches to chains it has been told of, and then refuses to sign. */
  function wallet(thrown, asked) {
    let current = 1;
    return {
      async request({ method, params }) {
        asked.push(method);
        switch (method) {
          case "eth_requestAccounts":
            return [account];
          case "eth_chainId":
            return `0x${current.toString(16)}`;
          case "wallet_addEthereumChain":
            current = Number(params[0].chainId);
            return null;
          case "personal_sign":
            throw { code: 4001 };
        }
        throw thrown;
      },
    };
  }
  const rows = {
    "EIP-3326's code": { code: 4902 },
    "the code as text": { code: "4902" },
    "MetaMask's app": { code: -32603, data: { originalError: { code: 4902 } } },
    "-32603 and words": { code: -32603, message: 'Unrecognized chain ID "0x2ac54". Try adding the chain using wallet_addEthereumChain first.' },
    "32603 and words": { code: 32603, message: "Unrecognized chain ID" },
    "words below": { code: -32603, message: "Internal error", cause: { message: "unknown chain 0x2ac54" } },
  };
  for (const [name, thrown] of Object.entries(rows)) {
    test(name, async () => {
      const asked = [];
      const error = await rejection(checkAndSignAuthMessage({ ...params, switchChain: true, provider: wallet(thrown, asked) }));
      assert.deepEqual([error.reason, asked.at(-1)], ["user_rejected", "personal_sign"]);
      assert.equal(asked.filter((method) => method === "wallet_addEthereumChain").length, 1);
    });
  }
  test("and else the user is told which chain to choose", async () => {
    for (const thrown of Object.values(rows)) {
      const asked = [];
      const call = checkAndSignAuthMessage({ ...params, chain: "polygon", switchChain: true, provider: wallet(thrown, asked) });
      const { reason, message } = await rejection(call);
      assert.equal(reason, "wrong_chain");
      assert.match(message, /switch to the polygon network/);
      assert.ok(!asked.includes("wallet_addEthereumChain"));
    }
  });
  test("but not when the user refused", async () => {
    const asked = [];
    const thrown = { code: 4001, message: "Unrecognized chain ID" };
    const error = await rejection(checkAndSignAuthMessage({ ...params, switchChain: true, provider: wallet(thrown, asked) }));
    assert.equal(error.reason, "user_rejected");
    assert.ok(!asked.includes("wallet_addEthereumChain"));
  });
});
