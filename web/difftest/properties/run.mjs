// The npm packages and ours on random cases: prints a table and exits 1 if they
// differ anywhere but in defects that are listed.
//
//	npm ci && npm run properties
//
// CASES is how many of each kind (default 5000), SEED which ones (default 1). An
// argument runs only the kinds whose names contain it.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { startNetwork } from "../network.mjs";

const cases = Number(process.env.CASES ?? 5000);
const seed = Number(process.env.SEED ?? 1);
const workers = 2;
const limit = 20 * 60_000; // ms; the whole takes five minutes

/**
 * What workers do, one after the other: all kinds of a module. Those that take
 * longest come first and in parts, each with a seed of its own.
 */
const parts = { sessions: 5, hashes: 2, siwe: 2, recap: 1, verdicts: 1 };
const jobs = Object.entries(parts).flatMap(([module, of]) =>
  Array.from({ length: of }, (_, i) => ({ module, cases: Math.ceil(cases / of), seed: seed + i })),
);

const line = (...cells) => console.log(cells.map((cell, i) => String(cell)[i === 0 ? "padEnd" : "padStart"]([36, 7, 10, 7, 6][i])).join(" "));
console.log(`${cases} cases of each kind, seed ${seed}\n`);
line("kind", "cases", "identical", "listed", "s");

let failed = 0;

/** Rows by kind of which not all parts are there. */
const incomplete = new Map();

/** Adds a part of a kind's row, and shows the row when it is whole. */
function add(module, { name, runs, identical, reasons, seconds, failure }) {
  const row = incomplete.get(name) ?? { parts: 0, runs: 0, identical: 0, reasons: new Map(), seconds: 0, failures: [] };
  row.parts++;
  row.runs += runs;
  row.identical += identical;
  row.seconds += seconds;
  reasons.forEach(([reason, n]) => row.reasons.set(reason, (row.reasons.get(reason) ?? 0) + n));
  row.failures.push(...(failure ? [failure] : []));
  incomplete.set(name, row);
  if (row.parts === parts[module]) {
    incomplete.delete(name);
    show(name, row);
  }
}

function show(name, { runs, identical, reasons, seconds, failures }) {
  line(name, runs, identical, [...reasons.values()].reduce((sum, n) => sum + n, 0), seconds.toFixed(1));
  reasons.forEach((n, reason) => console.log(`    ${n} × ${reason}`));
  failures.forEach((failure) => console.log(`    FAILED\n    ${failure.replaceAll("\n", "\n    ")}`));
  failed += failures.length > 0 ? 1 : 0;
}

/** Gives jobs to a worker until there are no more. Rejects with what the worker throws. */
async function work(descriptor) {
  const worker = new Worker(new URL("worker.mjs", import.meta.url), { workerData: { descriptor, modules: Object.keys(parts), only: process.argv[2] } });
  const ended = once(worker, "exit").then(() => Promise.reject(new Error("a worker ended before its work")));
  ended.catch(() => {}); // at the end it ends as it should
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    worker.postMessage(job);
    const [rows] = await Promise.race([once(worker, "message"), ended]);
    rows.forEach((row) => add(job.module, row));
  }
  await worker.terminate();
}

setTimeout(() => {
  console.error(`not done after ${limit / 60_000} minutes`);
  process.exit(1);
}, limit);
const { descriptor, stop } = await startNetwork(3);
await Promise.all(Array.from({ length: workers }, () => work(descriptor)));
await stop();
console.log(`\n${failed === 0 ? "no kind differs" : `${failed} kinds differ`}`);
process.exit(failed === 0 ? 0 : 1);
