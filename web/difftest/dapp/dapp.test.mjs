// The official guide's program on the local network: with the official SDK,
// and with ours after the lines have changed that changes.mjs says.
//
//	node --test dapp/dapp.test.mjs
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import lit from "@lit-protocol/lit-node-client";
import { inChromium } from "../browser/driver.mjs";
import { startNetwork } from "../network.mjs";
import { asV6, importOurs, onNetwork, storedIn } from "./changes.mjs";

const program = readFileSync(new URL("guide.mjs", import.meta.url), "utf8");
const { descriptor, stop } = await startNetwork(4, "--credits", "counted");
after(stop);

const official = new lit.LitNodeClient({
  litNetwork: "custom",
  rpcUrl: descriptor.rpcUrl,
  contractContext: structuredClone(descriptor.contractContext),
  debug: false,
});
await official.connect();
after(() => official.disconnect());

/** Each program pays from its own account: two would give one nonce twice. */
const accounts = descriptor.accounts.slice(1);
const nextAccount = () => accounts.pop();

/** A folder in which programs find what a dapp has installed. */
function project(t) {
  const folder = mkdtempSync(join(tmpdir(), "dapp-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const installed = join(import.meta.dirname, "..", "node_modules");
  mkdirSync(join(folder, "node_modules"));
  for (const name of ["@lit-protocol", "ethers", "ipfs-only-hash", "node-localstorage"]) {
    symlinkSync(join(installed, name), join(folder, "node_modules", name));
  }
  symlinkSync(join(import.meta.dirname, "..", ".."), join(folder, "node_modules", "litsession"));
  return folder;
}

/** What the program comes to in a process of its own. */
async function inNode(folder, text) {
  writeFileSync(join(folder, "program.mjs"), text);
  const main = `
    import { authorize } from "./program.mjs";
    const say = console.log;
    console.log = () => {}; // the official SDK talks
    const result = await authorize();
    say(JSON.stringify({ ...result, leaves: Object.keys(globalThis.localStorage ?? {}) }));
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--no-deprecation", "--input-type=module", "--eval", main], { cwd: folder });
  return JSON.parse(stdout);
}

/** Nodes do what the session signatures allow, and count it against the credit. */
async function accepted({ sessionSigs }) {
  assert.deepEqual(Object.keys(sessionSigs).sort(), descriptor.nodes.map(({ url }) => url).sort());
  const code = '(async () => LitActions.setResponse({ response: "ran" }))()';
  assert.equal((await official.executeJs({ sessionSigs, code, jsParams: {} })).response, "ran");
}

/** The session key's public half. */
const sessionKey = ({ sessionSigs }) => Object.values(sessionSigs)[0].address;

const spellings = { v6: asV6(program), v7: program };

describe("a port changes no line but imports and those that name network, RPC and key", () => {
  for (const [name, text] of Object.entries(spellings)) {
    test(name, () => {
      const [before, after] = [text, onNetwork(importOurs(text), descriptor, nextAccount())].map((part) => part.split("\n"));
      assert.equal(after.length, before.length);
      const changed = before.filter((line, i) => line !== after[i]).map((line) => line.trim());
      const kind = /^import |^(litNetwork|network): |JsonRpcProvider\(|^const ETHEREUM_PRIVATE_KEY = /;
      assert.deepEqual(changed.filter((line) => !kind.test(line)), []);
      assert.equal(changed.length, 8);
    });
  }
});

describe("in Node", { concurrency: true }, () => {
  test("the official SDK, to begin with", async (t) => {
    await accepted(await inNode(project(t), onNetwork(program, descriptor, nextAccount())));
  });
  for (const [name, text] of Object.entries(spellings)) {
    test(`ours, ${name}`, async (t) => {
      await accepted(await inNode(project(t), onNetwork(importOurs(text), descriptor, nextAccount())));
    });
  }
  test("ours, with node-localstorage, in two processes", async (t) => {
    const folder = project(t);
    const stored = join(folder, "storage");
    const text = onNetwork(importOurs(storedIn(program, stored)), descriptor, nextAccount());
    const first = await inNode(folder, text);
    assert.equal(JSON.parse(readFileSync(join(stored, "lit-session-key"), "utf8")).publicKey, sessionKey(first));
    assert.ok(readdirSync(stored).includes("litsession-auth-sig-index"));
    const second = await inNode(folder, text);
    assert.equal(sessionKey(second), sessionKey(first));
    assert.notEqual(second.pkp.publicKey, first.pkp.publicKey);
    await accepted(second);
  });
});

describe("in Chromium", () => {
  for (const [name, text] of Object.entries(spellings)) {
    test(`ours, ${name}`, async () => {
      const contents = `${onNetwork(importOurs(text), descriptor, nextAccount())}
        const report = (result) => fetch("/report", { method: "POST", body: JSON.stringify(result) });
        authorize().then(
          (result) => report({ ...result, leaves: Object.keys(localStorage) }),
          (error) => report({ error: String(error.stack ?? error) }),
        );`;
      const result = await inChromium({}, { contents, resolveDir: join(import.meta.dirname, "..") });
      assert.deepEqual(result.leaves, []);
      await accepted(result);
    });
  }
});
