// The npm packages and ours on random cases: prints a table and exits 1 if they
// differ anywhere but in defects that are listed.
//
//	npm ci && npm run properties
//
// CASES is how many of each kind (default 5000), SEED which ones (default 1). An
// argument runs only the kinds whose names contain it.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { cases, seed } from "./harness.mjs";

/** Modules that export kinds; those of one thread run one after the other. */
const threads = [["recap", "siwe", "verdicts", "hashes"], ["sessions"]];

const line = (...cells) => console.log(cells.map((cell, i) => String(cell)[i === 0 ? "padEnd" : "padStart"]([36, 7, 10, 7, 6][i])).join(" "));
console.log(`${cases} cases of each kind, seed ${seed}\n`);
line("kind", "cases", "identical", "listed", "s");

let failed = 0;
function show({ name, runs, identical, reasons, seconds, failure }) {
  line(name, runs, identical, reasons.reduce((sum, [, n]) => sum + n, 0), seconds);
  reasons.forEach(([reason, n]) => console.log(`    ${n} × ${reason}`));
  if (failure) {
    failed++;
    console.log(`    FAILED\n    ${failure.replaceAll("\n", "\n    ")}`);
  }
}

const ended = threads.map((modules) => {
  const worker = new Worker(new URL("thread.mjs", import.meta.url), { workerData: { modules, only: process.argv[2] } });
  worker.on("message", show);
  return once(worker, "exit"); // which throws what the thread throws
});
const codes = (await Promise.all(ended)).flat();
console.log(`\n${failed === 0 ? "no kind differs" : `${failed} kinds differ`}`);
process.exitCode = failed === 0 && codes.every((code) => code === 0) ? 0 : 1;
