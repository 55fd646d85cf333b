// What the two clients throw when the network or the caller fails: the same
// class, code, kind, sentence and info, so that ported catch blocks match.
//
//	node --test failures.test.mjs
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import constants from "@lit-protocol/constants";
import lit from "@lit-protocol/lit-node-client";
import * as litsession from "../dist/index.js";
import { startNetwork } from "./network.mjs";

const { descriptor, stop } = await startNetwork(3);
after(stop);

const { rpcUrl, contractContext, pkp, adminUrl } = descriptor;
const rejection = (promise) => promise.then(() => assert.fail("resolved"), (error) => error);

async function fault(kind, more) {
  const { status } = await fetch(`${adminUrl}/faults`, { method: "PUT", body: JSON.stringify({ kind, ...more }) });
  assert.equal(status, 200);
}

/** A new client of each, ours last. */
function clients(more) {
  const config = { litNetwork: "custom", rpcUrl, contractContext: structuredClone(contractContext), debug: false, ...more };
  return [new lit.LitNodeClient(structuredClone(config)), new litsession.LitNodeClient({ ...config, storage: "memory" })];
}

/** What catch blocks look at; request ids differ from call to call. */
function seen({ name, code, kind, shortMessage, info }) {
  const ids = (text) => text?.replaceAll(/lit_[0-9a-f]+/g, "lit_…");
  return { name, code, kind, shortMessage: ids(shortMessage), errorCode: info?.errorCode, message: info?.message };
}

const session = (source, magicNumber = 42) => ({
  pkpPublicKey: pkp.publicKey,
  litActionCode: btoa(source),
  jsParams: { magicNumber },
  resourceAbilityRequests: [{ resource: new litsession.LitPKPResource("*"), ability: litsession.LIT_ABILITY.PKPSigning }],
});

describe("while nodes sign", () => {
  const rows = {
    "the action answers false": { source: pkp.permittedAction.code, magicNumber: 41 },
    "the action is not permitted": { source: 'Lit.Actions.setResponse({response: "true"})' },
    "the action throws": { source: "throw new Error('boom')" },
    "the action has no end": { source: "for (;;);" },
    "the nodes are down": { source: pkp.permittedAction.code, kind: "down", reason: "not_enough_nodes" },
    "the nodes fail": { source: pkp.permittedAction.code, kind: "http-error", more: { status: 500 } },
  };
  for (const [name, { source, magicNumber, kind = "none", more, reason }] of Object.entries(rows)) {
    test(name, async (t) => {
      const [official, ours] = clients();
      t.after(() => Promise.all([official.disconnect(), ours.disconnect(), fault("none")]));
      await Promise.all([official.connect(), ours.connect()]);
      await fault(kind, more);
      const [theirs, own] = [await rejection(official.getLitActionSessionSigs(session(source, magicNumber))), await rejection(ours.getLitActionSessionSigs(session(source, magicNumber)))];
      assert.deepEqual(seen(own), seen(theirs));
      assert.ok(own.info.requestId && own.message.startsWith(own.shortMessage));
      assert.ok(reason === undefined || own.reason === reason, own.reason);
    });
  }
});

describe("connect", () => {
  const rows = {
    "to nodes that do not answer in time": { kind: "hang", config: { connectTimeout: 500 }, reason: "timeout" },
    "with a contractContext without Staking": { config: { contractContext: { PKPNFT: contractContext.PKPNFT } }, reason: "invalid_param" },
  };
  for (const [name, { kind = "none", config, reason }] of Object.entries(rows)) {
    test(name, async (t) => {
      await fault(kind);
      t.after(() => fault("none"));
      const [official, ours] = clients(config);
      const [theirs, own] = [await rejection(official.connect()), await rejection(ours.connect())];
      assert.deepEqual(seen(own), seen(theirs));
      assert.equal(own.reason, reason);
    });
  }
});

test("a missing block hash has the official class", () => {
  const { InvalidEthBlockhash: official } = constants;
  const { name, code, kind } = new official({}, "x");
  const own = new litsession.InvalidEthBlockhash({ reason: "no_blockhash", message: "x" });
  assert.deepEqual([own.name, own.code, own.kind], [name, code, kind]);
});
