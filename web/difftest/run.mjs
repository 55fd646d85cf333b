// The official SDK 7.4.0 and our client on the same local network: prints a
// table and exits 1 if they disagree anywhere.
//
//	npm ci && npm test
//
// LITDEVNET and CHECKSIGS may name programs already built.
import { once } from "node:events";
import { setPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { inChromium } from "./browser/driver.mjs";
import { acceptance, byCID, connection, identical, runningClock } from "./cases.mjs";
import { makeClients } from "./clients.mjs";
import { delegations } from "./delegations.mjs";
import { epochRows } from "./epochs.mjs";
import { guide } from "./guide/guide.mjs";
import { startNetwork } from "./network.mjs";
import { actionCases } from "./refusals/actions.mjs";
import { capabilityCases } from "./refusals/capabilities.mjs";
import { creditRows } from "./refusals/credits.mjs";
import { methodCases } from "./refusals/methods.mjs";
import { parameterCases } from "./refusals/parameters.mjs";
import { preparation } from "./refusals/preparation.mjs";
import { sessionRows } from "./refusals/sessions.mjs";
import { strictCases, timeCases } from "./refusals/times.mjs";
import { useRows } from "./refusals/uses.mjs";
import { refusalRows } from "./refusals/vocabulary.mjs";
import { walletCases } from "./refusals/wallets.mjs";
import { sharing } from "./sharing.mjs";
import { Table } from "./table.mjs";
import { usage } from "./usage.mjs";
import { foreignHosts } from "./wire.mjs";

const table = new Table(console.log);

/** The official client talks on the console; only the table is wanted. */
const complain = console.error;
console.log = console.warn = console.error = () => {};

/** Nobody is asked but this machine, and one public service that wire.mjs answers for. */
const noForeignHosts = (hosts) =>
  table.row({ name: "hosts asked outside of this machine", ours: hosts, official: hosts, ok: hosts.length === 0 });

/** The whole run takes two minutes; one that is stuck says so. */
const limit = 15 * 60_000; // ms
setTimeout(() => {
  complain(`not done after ${limit / 60_000} minutes`);
  process.exit(1);
}, limit);

/** Starts a network for some work on it, and ends it. */
async function onNetwork(work, nodes, ...flags) {
  const { descriptor, pid, stop } = await startNetwork(nodes, ...flags);
  const title = [`${nodes} nodes, ${descriptor.threshold} needed`, ...flags].join(" ");
  try {
    await work(descriptor, title, pid);
  } finally {
    const code = await stop();
    table.row({ name: "litdevnet ends", ours: code, official: 0, ok: code === 0 });
  }
}

const connect = ({ ours, official }) => Promise.all([ours.client.connect(), official.client.connect()]);

/** Suites of one table, one after the other with one pair of clients. */
async function compare(title, descriptor, ...suites) {
  table.heading(title);
  const sides = makeClients(descriptor);
  try {
    for (const rows of suites) {
      (await rows(descriptor, sides)).forEach((row) => table.row(row));
    }
    noForeignHosts([...foreignHosts]);
  } finally {
    await Promise.allSettled([sides.ours.client.disconnect(), sides.official.client.disconnect()]);
  }
}

/** The same with clients that are connected. */
const compareConnected = (title, descriptor, ...suites) =>
  compare(title, descriptor, (_, sides) => connect(sides).then(() => []), ...suites);

const messages = [connection, identical, runningClock, delegations, acceptance, usage, sharing, byCID];

const badRequests = {
  "bad parameters": parameterCases,
  "bad actions": actionCases,
  "bad times and messages": timeCases,
  "bad proofs and permissions": methodCases,
  "bad capabilities": capabilityCases,
  "bad wallets": walletCases,
};

/** Accounts of the descriptor that the guide's walks begin with; each walk uses four. */
const walks = { node: 1, page: 5 };

async function everything(descriptor, title) {
  await compare(title, descriptor, ...messages);
  await compareConnected(`the guide in Node, ${title}`, descriptor, (...on) => guide(...on, walks.node));
  table.heading(`the guide in headless Chromium, ${title}`);
  const report = await inChromium({ descriptor, firstAccount: walks.page });
  report.rows.forEach((row) => table.row(row));
  noForeignHosts(report.foreignHosts);
  const shared = await preparation(descriptor);
  for (const [name, cases] of Object.entries(badRequests)) {
    await compareConnected(`${name}, ${title}`, descriptor, (...on) => refusalRows(...on, cases, shared));
  }
  await compareConnected(`session signatures tampered with, ${title}`, descriptor, sessionRows);
  await compareConnected(`session signatures used badly, ${title}`, descriptor, (...on) => useRows(...on, shared));
}

const large = (descriptor, title) => compare(title, descriptor, ...messages);

const counting = (descriptor, title) => compareConnected(title, descriptor, creditRows);

const strict = (descriptor, title) => compareConnected(title, descriptor, (...on) => refusalRows(...on, strictCases));

async function changing(descriptor, title) {
  table.heading(`new epochs, ${title}`);
  (await epochRows(descriptor)).forEach((row) => table.row(row));
  noForeignHosts([...foreignHosts]);
}

/** Rows of what takes long, made meanwhile by a worker. */
async function limitRows(descriptor, pid) {
  setPriority(pid, 19); // the loops shall not slow down the rest
  const worker = new Worker(new URL("refusals/limits.mjs", import.meta.url), { workerData: descriptor });
  const ended = once(worker, "exit").then(() => Promise.reject(new Error("the worker ended without its rows")));
  const [rows] = await Promise.race([once(worker, "message"), ended]);
  ended.catch(() => {}); // it ends now
  return rows;
}

try {
  let limits = [];
  const looping = onNetwork(async (descriptor, _, pid) => (limits = await limitRows(descriptor, pid)), 3);
  looping.catch(() => {}); // it is awaited below
  await onNetwork(everything, 4);
  await onNetwork(counting, 4, "--credits", "counted");
  await onNetwork(strict, 3, "--strict-nonce");
  await onNetwork(large, 10);
  await onNetwork(changing, 4);
  table.heading("actions without an end, 3 nodes");
  await looping;
  limits.forEach((row) => table.row(row));
} catch (error) {
  table.row({ name: "the run", ours: "-", official: "-", ok: false });
  complain(error);
}
table.end();
process.exit(table.failed === 0 ? 0 : 1); // the official client leaves timers behind
