// For every name that the package's types know: a library of the page puts it on Object.prototype, and each call
// asks, answers and refuses as it did before. Nobody even reads the name.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { freshCopy } from "./fresh.mjs";
import { buildStandin } from "./standin.mjs";
import { sampleOf, samples, surface } from "./surface.mjs";

const dist = new URL("../dist/", import.meta.url);

/** Members of the interfaces in the package's types. */
function knownNames() {
  const texts = readdirSync(dist).filter((name) => name.endsWith(".d.ts")).map((name) => readFileSync(new URL(name, dist), "utf8"));
  const names = texts.flatMap((text) => [...text.matchAll(/^ {4}(?:readonly )?([a-zA-Z_]+)\??:/gm)].map(([, name]) => name));
  return [...new Set(names)].filter((name) => !(name in {})).sort();
}

let standin;
before(() => (standin = buildStandin()));

/** Different each time, or about the moment. */
const UNSTEADY = /generateSessionKeyPair|getSessionKey$|getExpiration|getJWTParams|createCapacityDelegation|announcedWallets|^new LitNodeClient|disconnect/;

function printable(value) {
  const seen = new WeakSet();
  return JSON.stringify(value, (key, inner) => {
    if (typeof inner !== "object" || inner === null) {
      return typeof inner === "function" ? "(function)" : inner;
    }
    if (seen.has(inner)) {
      return "(again)";
    }
    seen.add(inner);
    return inner instanceof Error ? { ...inner, message: inner.message } : inner;
  });
}

/** What every call does, in turn, and with nothing given. */
async function outcomes(targets, table) {
  const lines = [];
  for (const { name, call } of targets) {
    for (const args of [sampleOf(table, name), [], [{}], [{}, {}]]) {
      let outcome;
      try {
        outcome = printable(await call(args));
      } catch (error) {
        outcome = `throws ${printable(error)}`;
      }
      lines.push(`${name}(${args.length}) ${outcome}`);
    }
  }
  return lines;
}

/** The loader with the stand-in tells what crosses; the one with lit.wasm what functions make of it. */
async function loaded(t, wasm) {
  const copy = await freshCopy(t);
  await copy.init({ wasm });
  const config = { litNetwork: "custom", rpcUrl: "http://127.0.0.1:1", storage: "memory", epochInterval: 0, contractContext: { Staking: { address: "0x5FbDB2315678afecb367f032d93F642f64180aa3" } } };
  const objects = wasm === standin ? { client: new copy.LitNodeClient(config) } : {};
  const targets = surface(wasm === standin ? {} : copy, objects).filter(({ name }) => !UNSTEADY.test(name) && !/^init$|Web3$/.test(name));
  return { targets, table: samples(copy, config, `0x04${"ab".repeat(64)}`) };
}

/** Calls use while Object.prototype has name, and returns who of ours read it. */
async function polluted(name, use) {
  const readers = [];
  const get = () => {
    const reader = new Error().stack.split("\n")[2] ?? "";
    if (/litsession-|wasm/.test(reader)) {
      readers.push(reader.trim());
    }
    return { publicKey: "evil", secretKey: "evil", address: "evil" };
  };
  function set(value) {
    Object.defineProperty(this, name, { __proto__: null, value, configurable: true, enumerable: true, writable: true });
  }
  Object.defineProperty(Object.prototype, name, { __proto__: null, get, set, configurable: true });
  try {
    return { readers, value: await use() };
  } finally {
    delete Object.prototype[name];
  }
}

describe("a name on Object.prototype is not given:", async () => {
  const names = knownNames();
  test("there are names", () => assert.ok(names.length > 100 && names.includes("sessionKey") && names.includes("signal")));
  for (const [what, wasm] of [["what crosses", () => standin], ["what functions make", () => undefined]]) {
    test(what, async (t) => {
      t.mock.timers.enable({ apis: ["Date"], now: new Date("2026-11-27T12:00:00Z") });
      const { targets, table } = await loaded(t, wasm());
      const want = await outcomes(targets, table);
      const wrong = new Set();
      for (const name of names) {
        const { readers, value } = await polluted(name, () => outcomes(targets, table));
        value.filter((line, i) => line !== want[i]).forEach((line) => wrong.add(`${name}: ${line}`));
        readers.forEach((reader) => wrong.add(`${name} is read ${reader.replace(/\(.*litsession-[^/]*/, "(")}`));
      }
      assert.deepEqual([...wrong], []);
    });
  }
});
