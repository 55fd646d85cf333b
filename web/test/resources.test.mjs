import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as litsession from "litsession";

const { resources, abilities } = JSON.parse(readFileSync(new URL("testdata/vectors.json", import.meta.url), "utf8"));
const { LitPKPResource, LIT_ABILITY, parseLitResource, isLitError } = litsession;

/** Calls make and returns what it threw. */
function thrownBy(make) {
  try {
    make();
  } catch (error) {
    return error;
  }
  assert.fail("nothing was thrown");
}

/** Where the official class makes a resource that no node knows: upper case, and decimal ids, which it refuses. */
const better = (input) => /[A-F]/.test(input) || /^[0-9]{65,}$/.test(input);

describe("LitPKPResource makes of a token id what nodes compare with", () => {
  const id = "8bbbd15b5a9a71c1ba3a0b8b95d2b1b3b0a4a5a1f5d6a1d0c9f1b3e6a8c7d9e0";
  const rows = {
    "hex in upper case": `0x${id.toUpperCase()}`,
    "hex without 0x": id.toUpperCase(),
    "decimal, as getTokensByAddress returns it": BigInt(`0x${id}`).toString(),
  };
  for (const [name, input] of Object.entries(rows)) {
    test(name, () => assert.equal(new LitPKPResource(input).getResourceKey(), `lit-pkp://${id}`));
  }
  test("a short id in upper case", () => assert.equal(new LitPKPResource("0xAB").resource, "ab".padStart(64, "0")));
  for (const input of [(2n ** 256n).toString(), "9".repeat(79), "f".repeat(65), `0x${"1".repeat(65)}`]) {
    test(`${input} is none`, () => {
      const { reason, details } = thrownBy(() => new LitPKPResource(input));
      assert.deepEqual([reason, details.param], ["invalid_param", "resource"]);
      assert.match(details.want, /hex.*decimal/);
    });
  }
});

test("what is no text is no resource", () => {
  for (const make of [() => new LitPKPResource(5), () => parseLitResource(5), () => new litsession.LitActionResource(new Uint8Array(1))]) {
    assert.equal(thrownBy(make).reason, "invalid_param");
  }
});

describe("LitPKPResource pads hex ids, leaves others, refuses long ones", () => {
  for (const { input, ok, error } of resources.pkp.filter(({ input }) => !better(input))) {
    test(JSON.stringify(input), () => {
      if (error) {
        const thrown = thrownBy(() => new LitPKPResource(input));
        assert.equal(thrown.name, error.name);
        assert.equal(thrown.message, error.message);
        assert.equal(thrown.reason, "invalid_param");
        assert.ok(isLitError(thrown));
        return;
      }
      const resource = new LitPKPResource(input);
      assert.equal(resource.resource, ok.resource);
      assert.equal(resource.getResourceKey(), ok.key);
      assert.equal(String(resource), ok.key);
      assert.equal(JSON.stringify(resource), ok.json);
    });
  }
});

describe("the other resources take the id as it is", () => {
  for (const { class: name, input, key, json, resourcePrefix } of resources.others) {
    test(`${name} ${input}`, () => {
      const resource = new litsession[name](input);
      assert.equal(resource.getResourceKey(), key);
      assert.equal(resource.resourcePrefix, resourcePrefix);
      assert.equal(JSON.stringify(resource), json);
    });
  }
});

describe("each resource has its abilities and no others", () => {
  for (const [name, table] of Object.entries(resources.validAbility)) {
    for (const [ability, valid] of Object.entries(table)) {
      test(`${name} ${valid ? "takes" : "refuses"} ${ability}`, () => {
        assert.equal(new litsession[name]("*").isValidLitAbility(ability), valid);
      });
    }
  }
});

test("the ability constants are the protocol's", () => {
  assert.deepEqual(Object.values(LIT_ABILITY).sort(), Object.keys(abilities.map).sort());
});

describe("parseLitResource picks the class by prefix alone", () => {
  for (const { input, ok, error } of resources.parse) {
    test(JSON.stringify(input), () => {
      if (error) {
        const thrown = thrownBy(() => parseLitResource(input));
        for (const [field, value] of Object.entries(error)) {
          assert.equal(thrown[field], value, field);
        }
        return;
      }
      const resource = parseLitResource(input);
      assert.ok(resource instanceof litsession[ok.class]);
      assert.equal(resource.resource, ok.resource);
      assert.equal(resource.resourcePrefix, ok.resourcePrefix);
    });
  }
});
