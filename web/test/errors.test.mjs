import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as classes from "../dist/errors.js";
import { ERROR_REASONS, isLitError, LitError, makeError } from "../dist/errors.js";
import * as index from "../dist/index.js";

const { errors } = JSON.parse(readFileSync(new URL("testdata/vectors.json", import.meta.url), "utf8"));
const official = new Map(errors.map((error) => [error.name, error]));
const golden = readFileSync(new URL("../../internal/literr/testdata/codes.golden", import.meta.url), "utf8");
const moduleReasons = golden.trim().split("\n").map((line) => line.split(" ")[0]);

/** Reasons that only the loader has: Go cannot report that it did not start. */
const LOADER_REASONS = ["module_unavailable"];

test("the reasons are the module's codes, in their order, then the loader's", () => {
  assert.deepEqual([...ERROR_REASONS], [...moduleReasons, ...LOADER_REASONS]);
});

test("the README's table explains every reason and no other", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const rows = [...readme.split("\n## Errors\n")[1].matchAll(/^\| `([a-z_]+)` \|/gm)].map((row) => row[1]);
  assert.deepEqual(rows, [...ERROR_REASONS]);
});

describe("every reason has a class of the official SDK", () => {
  for (const reason of ERROR_REASONS) {
    test(reason, () => {
      const error = makeError({ reason, message: "m" });
      const { name, code, kind } = official.get(error.name) ?? assert.fail(`${error.name} is no official class`);
      assert.deepEqual({ name: error.name, code: error.code, kind: error.kind }, { name, code, kind });
      assert.equal(error.reason, reason);
      assert.ok(error instanceof Error && error instanceof LitError);
      assert.match(error.stack, new RegExp(`^${name}: m\n`));
    });
  }
});

test("the class depends on what was under way", () => {
  const name = (reason, details) => makeError({ reason, message: "m", details }).name;
  const signing = { requestId: "lit_1", have: 2, need: 6, failures: [] };
  const { requestId, ...connecting } = signing;
  assert.deepEqual(["not_enough_nodes", "timeout"].map((reason) => [name(reason, signing), name(reason, connecting), name(reason)]), [
    ["NodeError", "InitError", "InitError"],
    ["NodeError", "InitError", "NetworkError"],
  ]);
  assert.equal(name("invalid_param", { param: "contractContext" }), "InitError");
});

test("every official class that is thrown can be imported", () => {
  const thrown = Object.keys(classes).filter((name) => classes[name].prototype instanceof LitError && name !== "BareError");
  assert.deepEqual(thrown.filter((name) => index[name] !== classes[name]), []);
});

test("the fields arrive, and what is absent has a usable default", () => {
  const cause = new Error("inside");
  const details = { failures: [{ url: "http://127.0.0.1:7470", status: 401, nodeCode: "N", message: "no" }] };
  const full = makeError({ reason: "not_authorized", message: "a. b", shortMessage: "a", details, retryable: true, cause });
  assert.equal(full.shortMessage, "a");
  assert.equal(full.cause, cause);
  assert.equal(full.details, details);
  assert.equal(full.retryable, true);
  const bare = makeError({ reason: "timeout", message: "a" });
  assert.deepEqual([bare.shortMessage, bare.details, bare.info, bare.retryable], ["a", {}, {}, false]);
  assert.ok(!("cause" in bare));
});

describe("info is what the official SDK copies from a node's answer", () => {
  const answer = (nodeCode, message) => ({ url: "http://127.0.0.1:1", status: 401, nodeCode, message });
  const rows = [
    ["the answer that most nodes gave", [answer("A", "a"), answer("B", "b"), answer("B", "b")], { errorCode: "B", message: "b" }],
    ["answers without a code do not count", [answer("", "x"), answer("", "x"), answer("A", "a")], { errorCode: "A", message: "a" }],
    ["no answer, no info", [], {}],
  ];
  for (const [name, failures, want] of rows) {
    test(name, () => {
      assert.deepEqual(makeError({ reason: "not_authorized", message: "m", details: { failures } }).info, want);
    });
  }
});

test("the request id of details is in info", () => {
  const { info } = makeError({ reason: "node_fault", message: "m", details: { requestId: "lit_1", failures: [] } });
  assert.deepEqual(info, { requestId: "lit_1" });
});

test("JSON has the official keys, then ours", () => {
  const error = makeError({ reason: "timeout", message: "m", retryable: true, cause: new TypeError("c") });
  assert.deepEqual(JSON.parse(JSON.stringify(error)), {
    name: "NetworkError",
    message: "m",
    shortMessage: "m",
    cause: { name: "TypeError", message: "c" },
    info: {},
    code: "network_error",
    kind: "Unexpected",
    reason: "timeout",
    details: {},
    retryable: true,
  });
});

test("a reason of a newer module becomes internal", () => {
  const error = makeError({ reason: "constructor", message: "m" });
  assert.equal(error.reason, "internal");
  assert.equal(error.name, "UnknownError");
});

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe("isLitError tests the reason", () => {
  const rows = [
    ["our own", makeError({ reason: "internal", message: "m" }), true],
    ["one of another copy", Object.assign(new Error("m"), { reason: "timeout" }), true],
    ["a plain Error", new Error("m"), false],
    ["an unknown reason", { reason: "toString" }, false],
    ["a reason that every object has", Object.create({ reason: "timeout" }), false],
    ["a getter that throws", { get reason() { throw new Error("mine"); } }, false],
    ["a revoked Proxy", revoked(), false],
    ["null", null, false],
    ["a string", "timeout", false],
  ];
  for (const [name, value, want] of rows) {
    test(name, () => assert.equal(isLitError(value), want));
  }
});
