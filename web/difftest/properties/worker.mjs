// A thread of run.mjs: does one job after the other, each all kinds of a
// module, and posts their rows.
import { parentPort, workerData } from "node:worker_threads";
import { init } from "../../dist/index.js";
import { check, stopClock } from "./harness.mjs";

console.log = console.warn = console.error = () => {}; // the official packages talk

const { modules, only } = workerData;
await init();
const loaded = new Map(await Promise.all(modules.map(async (name) => [name, await import(`./${name}.mjs`)])));
stopClock(); // some connect before
parentPort.on("message", async ({ module, cases, seed }) => {
  const rows = [];
  for (const kind of loaded.get(module).kinds) {
    if (!only || kind.name.includes(only)) {
      rows.push(await check(kind, cases, seed));
    }
  }
  parentPort.postMessage(rows);
});
