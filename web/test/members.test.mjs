import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as litsession from "litsession";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const section = readme.split("\n## Every official member\n")[1].split("\n## ")[0];
const named = new Set([...section.matchAll(/`([A-Za-z0-9_]+)`/g)].map(([, name]) => name));

describe("the README's table of official members names", () => {
  // Error classes have a table of their own; contracts a document of theirs.
  const classes = Object.values(litsession).filter((value) => typeof value === "function" && value.prototype instanceof litsession.LitError);
  const exported = Object.entries(litsession).filter(([, value]) => !classes.includes(value));
  for (const [name] of exported) {
    test(`the export ${name}`, () => assert.ok(named.has(name)));
  }
  const { constructor, ...methods } = Object.getOwnPropertyDescriptors(litsession.LitNodeClient.prototype);
  for (const name of Object.keys(methods)) {
    test(`LitNodeClient's ${name}`, () => assert.ok(named.has(name)));
  }
});

describe("what the table says is here, is here:", () => {
  const client = new litsession.LitNodeClient({ litNetwork: "datil-dev" });
  for (const [, names] of section.matchAll(/^\| (.*?) \| yes \|/gm)) {
    for (const [, name] of names.matchAll(/`([A-Za-z0-9_]+)`/g)) {
      test(name, () => assert.ok(name in litsession || name in client));
    }
  }
});
