// Frameworks put a Proxy around what they watch (Vue's ref, MobX): every method and getter works behind one.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as litsession from "litsession";

const { init, LitActionResource, LitNodeClient, LIT_ABILITY, RecapSessionCapabilityObject, ResourceAbilityRequestBuilder } = litsession;

before(() => init());

const config = {
  litNetwork: "custom",
  storage: "memory",
  contractContext: { Staking: { address: "0x5FbDB2315678afecb367f032d93F642f64180aa3" } },
};

/** As Vue's reactive: methods are called with the Proxy as this. */
const watched = (object) => new Proxy(object, { get: (target, name, receiver) => Reflect.get(target, name, receiver) });

test("a client behind a Proxy tells its events and makes its key", async () => {
  const client = watched(new LitNodeClient(config));
  const heard = [];
  client.on("disconnected", (why) => heard.push(why));
  assert.equal(client.listenerCount("disconnected"), 1);
  assert.equal(client.getSessionKey().publicKey.length, 64);
  await client.disconnect();
  assert.deepEqual(heard, [{ reason: "disconnect" }]);
});

test("a ReCap behind a Proxy is read and written", () => {
  const recap = watched(new RecapSessionCapabilityObject());
  recap.addCapabilityForResource(new LitActionResource("*"), LIT_ABILITY.LitActionExecution);
  assert.deepEqual(recap.attenuations, { "lit-litaction://*": { "Threshold/Execution": [{}] } });
  assert.deepEqual(recap.proofs, []);
  assert.match(recap.statement, /Execution/);
  assert.deepEqual(RecapSessionCapabilityObject.decode(recap.encodeAsSiweResource()).attenuations, recap.attenuations);
});

test("a builder behind a Proxy builds", () => {
  const requests = watched(new ResourceAbilityRequestBuilder()).addPKPSigningRequest("*").build();
  assert.equal(requests.length, 1);
});

describe("no method of a class needs its object as this:", () => {
  const objects = { LitNodeClient: new LitNodeClient(config), RecapSessionCapabilityObject: new RecapSessionCapabilityObject(), ResourceAbilityRequestBuilder: new ResourceAbilityRequestBuilder() };
  for (const [name, object] of Object.entries(objects)) {
    for (let at = Object.getPrototypeOf(object); at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const member of Object.getOwnPropertyNames(at).filter((member) => member !== "constructor")) {
        test(`${name}'s ${member}`, () => assert.ok(Object.hasOwn(object, member)));
      }
    }
  }
});

test("a method that a subclass has in place of ours is called", () => {
  class Mine extends LitNodeClient {
    getExpiration() {
      return `mine ${super.getExpiration().slice(-1)}`;
    }
  }
  const { getExpiration } = new Mine(config);
  assert.equal(getExpiration(), "mine Z");
});
