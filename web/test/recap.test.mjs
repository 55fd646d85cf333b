import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as litsession from "litsession";
import { freshCopy } from "./fresh.mjs";
import { thrownBy, vectors } from "./vectors.mjs";

const { RecapSessionCapabilityObject, decode, extract, newSessionCapabilityObject, sanitizeSiweMessage, init } = litsession;
const STATEMENT = "I further authorize the stated URI to perform the following actions on my behalf:";
const CID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";

before(() => init());

describe("a ReCap is written as siwe-recap writes it", () => {
  for (const { name, attenuations, proofs = [], statement, urn } of vectors.recaps) {
    test(name, () => {
      const capability = new RecapSessionCapabilityObject(attenuations, proofs);
      assert.equal(capability.encodeAsSiweResource(), urn);
      assert.equal(capability.statement, sanitizeSiweMessage(statement));
    });
  }
});

describe("a ReCap is read, or refused in the same words", () => {
  for (const { name, urn, ok, error } of vectors.recapDecode) {
    test(name, () => {
      if (ok) {
        const { attenuations, proofs } = decode(urn);
        assert.deepEqual(attenuations, ok.attenuations);
        assert.deepEqual(proofs, ok.proofs);
        return;
      }
      const thrown = thrownBy(() => decode(urn));
      assert.equal(thrown.reason, "invalid_param");
      if (error.name === "Error") {
        assert.deepEqual([thrown.name, thrown.message], [error.name, error.message]);
      }
    });
  }
});

describe("verifyCapabilitiesForResource answers as nodes do", () => {
  for (const { capability, attenuations, resourceClass, resource, ability, verified } of vectors.recapVerify) {
    test(`${capability}: ${ability} on ${resourceClass} ${resource}`, () => {
      const asked = new litsession[resourceClass](resource);
      const object = newSessionCapabilityObject(attenuations);
      assert.equal(object.verifyCapabilitiesForResource(asked, ability), verified);
    });
  }
});

describe("addAttenuation", () => {
  test("appends, and has defaults", () => {
    const capability = new RecapSessionCapabilityObject();
    capability.addAttenuation("x:");
    capability.addAttenuation("x:", "a", "b", { c: 1 });
    capability.addAttenuation("x:", "a", "b");
    assert.deepEqual(capability.attenuations, { "x:": { "*/*": [{}], "a/b": [{ c: 1 }, {}] } });
  });
  test("takes names that objects have by themselves", () => {
    const capability = new RecapSessionCapabilityObject();
    capability.addAttenuation("__proto__", "toString", "b");
    assert.equal(capability.statement, `${STATEMENT} (1) 'toString': 'b' for '__proto__'.`);
  });
  for (const [args, message] of [
    [["x:", "a b", "c"], "Invalid ability namespace"],
    [["x:", "a", "c/"], "Invalid ability name"],
    [["x:", "", "c"], "Invalid ability namespace"],
  ]) {
    test(`refuses ${args.join(" ")}`, () => {
      const error = thrownBy(() => new RecapSessionCapabilityObject().addAttenuation(...args));
      assert.deepEqual([error.name, error.message, error.reason], ["Error", message, "invalid_param"]);
    });
  }
});

describe("Lit's abilities", () => {
  const rli = new litsession.LitRLIResource("*");
  test("are added under their ReCap names, with data as restriction", () => {
    const capability = new RecapSessionCapabilityObject();
    capability.addCapabilityForResource(rli, "rate-limit-increase-auth", { uses: "1" });
    capability.addAllCapabilitiesForResource(new litsession.LitPKPResource("*"));
    assert.deepEqual(capability.attenuations, {
      "lit-ratelimitincrease://*": { "Auth/Auth": [{ uses: "1" }] },
      "lit-pkp://*": { "*/*": [{}] },
    });
  });
  test("that the resource cannot have are refused", () => {
    const error = thrownBy(() => new RecapSessionCapabilityObject().addCapabilityForResource(rli, "pkp-signing"));
    assert.equal(error.name, "InvalidArgumentException");
    assert.equal(error.message, "The specified Lit resource does not support the specified ability.");
  });
  test("that do not exist are refused", () => {
    const odd = { resource: "*", resourcePrefix: "q", getResourceKey: () => "q://*", isValidLitAbility: () => true };
    const error = thrownBy(() => new RecapSessionCapabilityObject().addCapabilityForResource(odd, "toString"));
    assert.deepEqual([error.name, error.message], ["InvalidArgumentException", "Unknown LitAbility"]);
  });
});

describe("the constructor refuses", () => {
  for (const [name, att, prf, message] of [
    ["attenuations that are no object", 7, [], "Invalid attenuation object"],
    ["a resource that is no object", { a: 7 }, [], "Invalid attenuation object"],
    ["an ability without namespace", { a: { b: [{}] } }, [], "Invalid ability string: b"],
    ["an ability of three parts", { a: { "a/b/c": [{}] } }, [], "Invalid ability string: a/b/c"],
    ["restrictions that are no list", { a: { "a/b": {} } }, [], "Invalid nota-bene list for a/b"],
    ["a restriction that is no object", { a: { "a/b": [1] } }, [], "Invalid nota-bene list for a/b"],
    ["a proof that is no CID", {}, ["hello"], "Invalid proof: it is not a CID"],
  ]) {
    test(name, () => {
      const error = thrownBy(() => new RecapSessionCapabilityObject(att, prf));
      assert.deepEqual([error.name, error.message, error.reason], ["Error", message, "invalid_param"]);
    });
  }
});

test("proofs are shown in their usual form and sent in base58", () => {
  const capability = new RecapSessionCapabilityObject({}, [CID]);
  capability.addProof("QmWfVY9y3xjsixTgbd9AorQxH7VtMpzfx2HaWtsoUYecaX");
  assert.deepEqual(capability.proofs, [CID, "QmWfVY9y3xjsixTgbd9AorQxH7VtMpzfx2HaWtsoUYecaX"]);
  const { prf } = JSON.parse(Buffer.from(capability.encodeAsSiweResource().slice("urn:recap:".length), "base64url"));
  assert.deepEqual(prf, ["zb2rhk6GMPQF3hfzwXTaNYFLKomMeC6UXdUt6jZKPpeVirLtV", "zdj7Wdkjub2uSDUbfmcLN6ngEFWuKhL5NQopLh7BhGUHzDWkT"]);
});

describe("addToSiweMessage and extract", () => {
  const granting = (namespace) => {
    const capability = new RecapSessionCapabilityObject();
    capability.addAttenuation("x://y", namespace, "b");
    return capability;
  };
  test("change the message in place, and merge", () => {
    const message = { statement: "hi", resources: ["https://x"] };
    assert.equal(granting("c").addToSiweMessage(message), message);
    granting("a").addToSiweMessage(message);
    assert.equal(message.statement, `hi ${STATEMENT} (1) 'a': 'b' for 'x://y'. (2) 'c': 'b' for 'x://y'.`);
    assert.equal(message.resources.length, 2);
    assert.deepEqual(extract(message).attenuations, { "x://y": { "a/b": [{}], "c/b": [{}] } });
  });
  for (const [name, message] of [
    ["no resources", { statement: STATEMENT }],
    ["an empty list", { statement: STATEMENT, resources: [] }],
    ["another statement", { statement: "hi", resources: [granting("a").encodeAsSiweResource] }],
    ["no statement", { resources: ["urn:recap:eyJhdHQiOnt9LCJwcmYiOltdfQ"] }],
  ]) {
    test(`extract refuses ${name}`, () => {
      assert.equal(thrownBy(() => extract(message)).reason, "invalid_param");
    });
  }
});

describe("sanitizeSiweMessage", () => {
  for (const { input, output } of vectors.sanitizeSiweMessage) {
    test(input, () => assert.equal(sanitizeSiweMessage(input), output));
  }
});

test("before lit.wasm is loaded: data works, text is not_ready and says what to do", async (t) => {
  const copy = await freshCopy(t);
  const capability = copy.newSessionCapabilityObject();
  capability.addCapabilityForResource(new copy.LitPKPResource("*"), copy.LIT_ABILITY.PKPSigning);
  assert.ok(capability.verifyCapabilitiesForResource(new copy.LitPKPResource("1"), "pkp-signing"));
  for (const early of [
    () => capability.encodeAsSiweResource(),
    () => capability.statement,
    () => capability.addToSiweMessage({}),
    () => capability.addProof(CID),
    () => copy.decode("urn:recap:eyJhdHQiOnt9LCJwcmYiOltdfQ"),
    () => copy.extract({}),
    () => copy.generateSessionKeyPair(),
  ]) {
    const error = thrownBy(early);
    assert.deepEqual([error.name, error.reason], ["LitNodeClientNotReadyError", "not_ready"]);
    assert.match(error.message, /await init\(\)/);
  }
  await copy.init();
  assert.match(capability.encodeAsSiweResource(), /^urn:recap:/);
  assert.match(copy.generateSessionKeyPair().publicKey, /^[0-9a-f]{64}$/);
});
