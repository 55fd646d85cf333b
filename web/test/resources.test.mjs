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

describe("LitPKPResource pads hex ids, leaves others, refuses long ones", () => {
  for (const { input, ok, error } of resources.pkp) {
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
