// The npm packages and ours on random cases: prints a table and exits 1 if they
// differ anywhere but in defects that are listed.
//
//	npm ci && npm run properties
//
// CASES is how many of each kind (default 5000), SEED which ones (default 1).
import { init } from "../../dist/index.js";
import { cases, check, seed, stopClock } from "./harness.mjs";
import { kinds as hashes } from "./hashes.mjs";
import { kinds as recap } from "./recap.mjs";
import { kinds as siwe } from "./siwe.mjs";
import { kinds as verdicts } from "./verdicts.mjs";

const print = console.log;
console.log = console.warn = console.error = () => {}; // the official packages talk

await init();
stopClock();
print(`${cases} cases of each kind, seed ${seed}\n`);
const line = (...cells) => print(cells.map((cell, i) => String(cell)[i === 0 ? "padEnd" : "padStart"]([36, 7, 10, 7, 6][i])).join(" "));
line("kind", "cases", "identical", "listed", "s");
let failed = 0;
const only = process.argv[2];
for (const kind of [...recap, ...siwe, ...verdicts, ...hashes]) {
  if (only && !kind.name.includes(only)) continue;
  const row = await check(kind);
  line(row.name, row.runs, row.identical, row.reasons.reduce((sum, [, n]) => sum + n, 0), row.seconds);
  row.reasons.forEach(([reason, n]) => print(`    ${n} × ${reason}`));
  if (row.failure) {
    failed++;
    print(`    FAILED\n    ${row.failure.replaceAll("\n", "\n    ")}`);
  }
}
print(`\n${failed === 0 ? "no kind differs" : `${failed} kinds differ`}`);
process.exit(failed === 0 ? 0 : 1);
