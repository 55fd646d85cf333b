import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { anything, bytes, callable, count, flag, listOf, number, oneOf, optional, optionalOptionsOf, optionsOf, record, text } from "../dist/given.js";
import { isLitError } from "../dist/errors.js";
import { thrownBy } from "./vectors.mjs";

/** Calls use while Object.prototype has more members. */
function polluted(members, use) {
  for (const [name, member] of Object.entries(members)) {
    Object.defineProperty(Object.prototype, name, { configurable: true, ...member });
  }
  try {
    return use();
  } finally {
    Object.keys(members).forEach((name) => delete Object.prototype[name]);
  }
}

const never = { get: () => assert.fail("the getter of a name that is not given was called") };

describe("a name is given by", () => {
  class Options {
    chain = "own";
    get domain() {
      return `${this.chain}.example`;
    }
  }
  const rows = {
    "the object": { chain: "own", domain: "own.example" },
    "its class": new Options(),
    "a class above": new (class extends Options {})(),
    "an object without a prototype": Object.assign(Object.create(null), { chain: "own", domain: "own.example" }),
    "an object of another realm": runInNewContext(`({ chain: "own", domain: "own.example" })`),
    "a Proxy": new Proxy({ chain: "own", domain: "own.example" }, {}),
    "a Proxy that only has a get trap": new Proxy({}, { get: (_, name) => ({ chain: "own", domain: "own.example" })[name] }),
    "a function": Object.assign(() => {}, { chain: "own", domain: "own.example" }),
  };
  for (const [name, options] of Object.entries(rows)) {
    test(name, () => {
      const given = optionsOf("params", options, { chain: text, domain: text });
      assert.deepEqual({ ...given }, { chain: "own", domain: "own.example" });
      assert.equal(Object.getPrototypeOf(given), null);
    });
  }
});

describe("a name is not given by", () => {
  test("Object.prototype", () => {
    for (const options of [{}, new (class {})(), [], () => {}, new Proxy({}, {})]) {
      const given = polluted({ chain: never, domain: { value: "evil" } }, () =>
        optionsOf("params", options, { chain: anything, domain: anything }),
      );
      assert.deepEqual([given.chain, given.domain], [undefined, undefined]);
    }
    const given = polluted({ chain: never }, () => optionsOf("params", { chain: "own" }, { chain: text }));
    assert.equal(given.chain, "own");
  });
  test("Object.prototype of another realm", () => {
    const options = runInNewContext(`Object.prototype.chain = "evil"; ({})`);
    assert.equal(optionsOf("params", options, { chain: anything }).chain, undefined);
  });
  test("Object.prototype, to what is read of the result", () => {
    const given = optionsOf("params", {}, { chain: anything });
    assert.equal(polluted({ other: never }, () => given.other), undefined);
  });
  test("the name __proto__ of a JSON text", () => {
    const options = JSON.parse(`{"__proto__": {"chain": "evil"}}`);
    assert.equal(optionsOf("params", options, { chain: anything }).chain, undefined);
  });
  test("Object.prototype, to a hole in a list", () => {
    const error = polluted({ 0: never }, () => thrownBy(() => listOf(text)("resources", [, "b"])));
    assert.deepEqual([error.reason, error.details.param], ["missing_param", "resources[0]"]);
  });
});

test("each name is read once, in the order of the names", () => {
  const reads = [];
  const options = new Proxy({ a: 1, b: 2, c: 3 }, { get: (target, name) => (reads.push(name), target[name]) });
  optionsOf("params", options, { b: number, a: number });
  assert.deepEqual(reads, ["b", "a"]);
});

test("options may be left out where that is said", () => {
  const names = { signal: anything };
  assert.equal(optionalOptionsOf("options", undefined, names).signal, undefined);
  assert.equal(optionalOptionsOf("options", null, names).signal, undefined);
  assert.equal(thrownBy(() => optionsOf("options", undefined, names)).reason, "invalid_param");
  assert.equal(thrownBy(() => optionalOptionsOf("options", 7, names)).reason, "invalid_param");
});

function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function detached() {
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

describe("what cannot be read, or is something else, is invalid_param:", () => {
  const thrown = new Error("mine");
  const throwing = { get chain() { throw thrown; } };
  const endless = new Proxy({}, { getPrototypeOf: () => endless });
  const options = (value) => () => optionsOf("params", value, { chain: optional(text) });
  const rows = [
    ["a number for an object", options(7), "params", "an object"],
    ["null for an object", options(null), "params", "an object"],
    ["a revoked Proxy", options(revoked({})), "chain"],
    ["a getter that throws", options(throwing), "chain"],
    ["prototypes without an end", options(endless), "chain"],
    ["a number for a text", options({ chain: 7 }), "chain", "a string"],
    ["a String object for a text", options({ chain: new String("x") }), "chain", "a string"],
    ["a symbol for a text", () => text("p", Symbol()), "p", "a string"],
    ["a text for a flag", () => flag("p", "true"), "p", "true or false"],
    ["NaN", () => number("p", NaN), "p", "a number"],
    ["a bigint for a number", () => number("p", 1n), "p", "a number"],
    ["2^53", () => count("p", 2 ** 53), "p", "a whole number of 0 or more"],
    ["a half", () => count("p", 0.5), "p", "a whole number of 0 or more"],
    ["a text for a function", () => callable("p", "f"), "p", "a function"],
    ["a list for bytes", () => bytes("p", [1]), "p", "a Uint8Array"],
    ["other numbers for bytes", () => bytes("p", new Uint16Array(1)), "p", "a Uint8Array"],
    ["a detached buffer", () => bytes("p", detached()), "p", "a Uint8Array"],
    ["another text", () => oneOf("a", "b")("p", "c"), "p", `"a", "b"`],
    ["a text for a list", () => listOf(text)("p", "abc"), "p", "a list"],
    ["a revoked list", () => listOf(text)("p", revoked([])), "p", "a list"],
    ["an item of a list", () => listOf(text)("p", ["a", 7]), "p[1]", "a string"],
    ["a list without an end", () => listOf(anything)("p", new Array(2 ** 32 - 1)), "p", "a list of at most 100000 items"],
    ["a member of a member", () => optionsOf("params", { key: { half: 7 } }, { key: record({ half: text }) }), "key.half", "a string"],
  ];
  for (const [name, call, param, want = "a value that can be read"] of rows) {
    test(name, () => {
      const error = thrownBy(call);
      assert.ok(isLitError(error));
      assert.deepEqual([error.reason, error.details], ["invalid_param", { param, want }]);
      assert.equal(error.message, `${param} must be ${want}.`);
    });
  }
  test("with what was thrown as the cause", () => assert.equal(thrownBy(options(throwing)).cause, thrown));
});

test("what fits passes as it is", () => {
  const list = ["a", "b"];
  assert.deepEqual(listOf(text)("p", list), list);
  assert.notEqual(listOf(text)("p", list), list);
  assert.deepEqual(bytes("p", Buffer.from([1, 2])), Buffer.from([1, 2]));
  assert.equal(optional(text)("p", null), undefined);
  assert.equal(oneOf("a", "b")("p", "b"), "b");
  assert.equal(count("p", 0), 0);
});
