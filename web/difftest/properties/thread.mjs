// One thread of run.mjs: checks the kinds of some modules and posts their rows.
import { parentPort, workerData } from "node:worker_threads";
import { init } from "../../dist/index.js";
import { check, stopClock } from "./harness.mjs";

console.log = console.warn = console.error = () => {}; // the official packages talk

await init();
const { modules, only } = workerData;
const loaded = await Promise.all(modules.map((name) => import(`./${name}.mjs`)));
stopClock();
for (const kind of loaded.flatMap(({ kinds }) => kinds)) {
  if (!only || kind.name.includes(only)) {
    parentPort.postMessage(await check(kind));
  }
}
await Promise.all(loaded.map(({ close }) => close?.()));
process.exit(0); // the official client keeps a timer
