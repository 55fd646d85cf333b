// The official packages' exports and members against ours: the README's table
// names every one, and what is here under the same name has the same value.
//
//	node --test surface.test.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, describe, test } from "node:test";
import * as litsession from "../dist/index.js";
import { startNetwork } from "./network.mjs";

const require = createRequire(import.meta.url);
const official = (name) => require(`@lit-protocol/${name}`);
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const section = readme.split("\n## Every official member\n")[1].split("\n## ")[0];
const named = new Set([...section.matchAll(/`([A-Za-z0-9_]+)`/g)].map(([, name]) => name));
const { LitNodeClient } = official("lit-node-client");

/** The error classes have a table of their own, of those that are thrown here. */
const isErrorClass = (value) => typeof value === "function" && value.prototype instanceof Error;

const packages = ["lit-node-client", "lit-node-client-nodejs", "auth-helpers", "crypto", "misc", "misc-browser", "auth-browser", "constants"];

describe("the README's table names", () => {
  for (const name of packages) {
    test(`every export of ${name}`, () => {
      const exported = Object.entries(official(name)).filter(([, value]) => !isErrorClass(value));
      assert.deepEqual(exported.map(([key]) => key).filter((key) => !named.has(key)), []);
    });
  }
  test("every member of the client", () => {
    const names = new Set();
    for (let of = new LitNodeClient({ litNetwork: "custom", debug: false }); of !== Object.prototype; of = Object.getPrototypeOf(of)) {
      Object.getOwnPropertyNames(of).forEach((name) => names.add(name));
    }
    names.delete("constructor");
    assert.deepEqual([...names].filter((name) => !name.startsWith("_") && !named.has(name)), []);
  });
});

describe("the constants that are here are the official ones:", () => {
  for (const [name, value] of Object.entries(official("constants"))) {
    if (name in litsession && !isErrorClass(value)) {
      test(name, () => assert.deepEqual(litsession[name], value));
    }
  }
});

describe("config", async () => {
  const { descriptor, stop } = await startNetwork(3);
  after(stop);
  const config = ({ rpcUrl, contractContext }) => ({ litNetwork: "custom", rpcUrl, contractContext: structuredClone(contractContext), debug: false });
  const clients = [new LitNodeClient(config(descriptor)), new litsession.LitNodeClient(config(descriptor))];
  after(() => Promise.all(clients.map((client) => client.disconnect())));
  const settings = () => clients.map(({ config: { defaultAuthCallback, epochInterval, contractContext, ...rest } }) => rest);

  test("before connect", () => {
    const [theirs, ours] = settings();
    assert.deepEqual(ours, theirs);
  });
  test("after connect", async () => {
    for (const client of clients) {
      await client.connect();
    }
    const [theirs, ours] = settings();
    assert.equal(ours.bootstrapUrls.length, 3);
    assert.deepEqual(ours, theirs);
  });
});
