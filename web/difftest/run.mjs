// The official SDK 7.4.0 and our client on the same local network: prints a
// table and exits 1 if they disagree anywhere.
//
//	npm ci && npm test
//
// LITDEVNET and CHECKSIGS may name programs already built.
import { acceptance, byCID, connection, identical, refusals, runningClock } from "./cases.mjs";
import { makeClients } from "./clients.mjs";
import { startNetwork } from "./network.mjs";
import { usage } from "./usage.mjs";
import { foreignHosts } from "./wire.mjs";

/** Nodes of the networks that everything is tried on. */
const sizes = [4, 10];

/** The official client asks a public service for a block hash this long after connect, in ms. */
const freshness = 30_000;

/** The official client talks on the console; only the table is wanted. */
const write = console.log;
console.log = console.warn = () => {};

let passed = 0;
let failed = 0;

function show(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "-";
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

function print(name, ours, official, outcome) {
  write(`${name.padEnd(50)} | ${show(ours).padEnd(40)} | ${show(official).padEnd(40)} | ${outcome}`);
}

/** Where two texts part; 0 if nowhere. */
function firstDifference(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) {
      return i;
    }
  }
  return a.length === b.length ? 0 : length;
}

function report({ name, ours, official, ok }) {
  ok ? passed++ : failed++;
  print(name, ours, official, ok ? "ok" : "FAILED");
  if (!ok) {
    const [a, b] = [ours, official].map((value) => JSON.stringify(value) ?? "-");
    const from = Math.max(0, firstDifference(a, b) - 60);
    write(`    ours:     ${a.slice(from, from + 200)}\n    official: ${b.slice(from, from + 200)}`);
  }
}

async function tryNetwork(nodes) {
  const { descriptor, stop } = await startNetwork(nodes);
  write(`\n${nodes} nodes, ${descriptor.threshold} needed`);
  print("case", "ours", "official", "outcome");
  const sides = makeClients(descriptor);
  const start = Date.now();
  try {
    for (const rows of [connection, identical, runningClock, acceptance, usage, byCID, refusals]) {
      (await rows(descriptor, sides)).forEach(report);
    }
    const spent = Date.now() - start;
    report({ name: "done while block hashes are fresh", ours: spent, official: freshness, ok: spent < freshness });
    const hosts = [...foreignHosts];
    report({ name: "hosts asked outside of this machine", ours: hosts, official: hosts, ok: hosts.length === 0 });
  } finally {
    await Promise.allSettled([sides.ours.client.disconnect(), sides.official.client.disconnect()]);
    const code = await stop();
    report({ name: "litdevnet ends", ours: code, official: 0, ok: code === 0 });
  }
}

try {
  for (const nodes of sizes) {
    await tryNetwork(nodes);
  }
} catch (error) {
  failed++;
  console.error(error);
}
write(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1); // the official client leaves timers behind
