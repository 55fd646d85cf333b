// 2,000 calls of everything that the package exports, with hostile arguments,
// on a local network: no raw error, no hang, no death of the module. What fails
// is named with its seed; another seed, or more calls, on request:
//
//	SEED=7 CALLS=20000 node fuzz.mjs
import assert from "node:assert/strict";
import { ethers } from "ethers";
import * as litsession from "../dist/index.js";
import * as contractsModule from "../dist/contracts/index.js";
import { sampleOf, samples, surface } from "../test/surface.mjs";
import { hostile, randomOf, spoilt, thrown } from "./hostile.mjs";
import { startNetwork } from "./network.mjs";

const seed = Number(process.env.SEED ?? 1);
const calls = Number(process.env.CALLS ?? 2000);

/** Milliseconds for one call, on a machine that is busy; most take less than one. */
const PATIENCE = 60_000;

/** What a caller's function threw comes through as it is; everything else has a reason, and that we are at fault is none. */
const isFine = (error) => error === thrown || (litsession.isLitError(error) && error.reason !== "internal");

async function outcome(call, args) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE, "it has not settled")));
  try {
    const answer = call(args);
    if (args.includes(answer)) {
      return undefined; // the caller's own object, which may never settle
    }
    const settled = Promise.resolve(answer).then(() => undefined, (error) => (isFine(error) ? undefined : describe(error)));
    return await Promise.race([late, settled]);
  } catch (error) {
    return isFine(error) ? undefined : describe(error);
  } finally {
    clearTimeout(timer);
  }
}

function describe(error) {
  try {
    return error instanceof Error ? `${error.reason ?? "raw"} ${error.stack.split("\n").slice(0, 3).join(" ")}` : `thrown: ${typeof error} ${String(error)}`;
  } catch {
    return "thrown: something that cannot be described";
  }
}

/** One place of a good call is hostile, or every argument is, and there may be too few or too many of them. */
function argumentsFor(sample, random) {
  if (random(3) > 0 && sample.length > 0) {
    return spoilt(sample, random);
  }
  return Array.from({ length: random(sample.length + 2) }, () => hostile(random));
}

/** Calls every target in turn; returns what was wrong, by name. */
async function fuzz(targets, table) {
  const random = randomOf(seed);
  const found = new Map();
  for (let i = 0; i < calls; i++) {
    const { name, call } = targets[i % targets.length];
    const wrong = await outcome(call, argumentsFor(sampleOf(table, name), random));
    if (wrong && !found.has(name)) {
      found.set(name, `call ${i}: ${wrong}`);
    }
  }
  return Object.fromEntries(found);
}

/** What a listener of the caller's throws is reported as uncaught, whatever it is. */
const uncaught = [];
const listener = (error) => isFine(error) || /at uncaught \(/.test(error?.stack) || uncaught.push(describe(error));
process.on("uncaughtException", listener).on("unhandledRejection", listener);

const { descriptor, stop } = await startNetwork(3);
const { rpcUrl, contractContext, pkp } = descriptor;
const config = { litNetwork: "custom", rpcUrl, contractContext, storage: "memory", epochInterval: 0 };
await litsession.init();
const client = new litsession.LitNodeClient(config);
await client.connect();
const signer = new ethers.Wallet(descriptor.accounts[0].privateKey, new ethers.providers.JsonRpcProvider(rpcUrl));
const contracts = new contractsModule.LitContracts({ network: "custom", customContext: contractContext, rpc: rpcUrl, signer });
await contracts.connect();
const objects = {
  client,
  contracts,
  number: contractsModule.BigNumber.from(7),
  recap: new litsession.RecapSessionCapabilityObject(),
  message: new litsession.SiweMessage({ domain: "localhost", address: descriptor.accounts[0].address, uri: "https://localhost/", version: "1", chainId: 1 }),
  builder: new litsession.ResourceAbilityRequestBuilder(),
  resource: new litsession.LitPKPResource("*"),
  error: new litsession.InvalidParamType({ reason: "invalid_param", message: "m" }),
};
const found = await fuzz(surface({ ...litsession, ...contractsModule }, objects), samples(litsession, config, pkp.publicKey));
await client.connect();
const hash = await client.getLatestBlockhash();
await client.disconnect();
await stop();
process.off("uncaughtException", listener).off("unhandledRejection", listener); // from here on they end the process
assert.equal(hash.length, 66, "the module answers at the end");
assert.deepEqual(found, {}, `SEED=${seed}`);
assert.deepEqual(uncaught, [], `SEED=${seed}`);
console.log(`${calls} calls with hostile arguments, seed ${seed}: each settled, none with a raw error`);
process.exit();
