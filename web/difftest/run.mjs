// The official SDK 7.4.0 and our client on the same local network: prints a
// table and exits 1 if they disagree anywhere.
//
//	npm ci && npm test
//
// LITDEVNET and CHECKSIGS may name programs already built.
import { inChromium } from "./browser/driver.mjs";
import { acceptance, byCID, connection, identical, refusals, runningClock } from "./cases.mjs";
import { makeClients } from "./clients.mjs";
import { guide } from "./guide/guide.mjs";
import { startNetwork } from "./network.mjs";
import { sharing } from "./sharing.mjs";
import { Table } from "./table.mjs";
import { usage } from "./usage.mjs";
import { foreignHosts } from "./wire.mjs";

/** The official client asks a public service for a block hash this long after connect, in ms. */
const freshness = 30_000;

const table = new Table(console.log);

/** The official client talks on the console; only the table is wanted. */
console.log = console.warn = () => {};

const noForeignHosts = (hosts) =>
  table.row({ name: "hosts asked outside of this machine", ours: hosts, official: hosts, ok: hosts.length === 0 });

/** Starts a network for some work on it, and ends it. */
async function onNetwork(nodes, work) {
  const { descriptor, stop } = await startNetwork(nodes);
  try {
    await work(descriptor);
  } finally {
    const code = await stop();
    table.row({ name: "litdevnet ends", ours: code, official: 0, ok: code === 0 });
  }
}

/** Suites one after the other with one pair of clients, connected or not. */
async function compare(title, descriptor, connected, suites) {
  table.heading(title);
  const sides = makeClients(descriptor);
  const start = Date.now();
  try {
    if (connected) {
      await Promise.all([sides.ours.client.connect(), sides.official.client.connect()]);
    }
    for (const rows of suites) {
      (await rows(descriptor, sides)).forEach((row) => table.row(row));
    }
    const spent = Date.now() - start;
    table.row({ name: "done while block hashes are fresh", ours: spent, official: freshness, ok: spent < freshness });
    noForeignHosts([...foreignHosts]);
  } finally {
    await Promise.allSettled([sides.ours.client.disconnect(), sides.official.client.disconnect()]);
  }
}

const messages = [connection, identical, runningClock, acceptance, usage, sharing, byCID, refusals];

/** Accounts of the descriptor that the guide's walks begin with; each walk uses four. */
const walks = { node: 1, page: 5 };

async function small(descriptor) {
  const title = `${descriptor.nodes.length} nodes, ${descriptor.threshold} needed`;
  await compare(title, descriptor, false, messages);
  await compare(`the guide in Node, ${title}`, descriptor, true, [(...on) => guide(...on, walks.node)]);
  table.heading(`the guide in headless Chromium, ${title}`);
  const report = await inChromium({ descriptor, firstAccount: walks.page });
  report.rows.forEach((row) => table.row(row));
  noForeignHosts(report.foreignHosts);
}

const large = (descriptor) =>
  compare(`${descriptor.nodes.length} nodes, ${descriptor.threshold} needed`, descriptor, false, messages);

try {
  await onNetwork(4, small);
  await onNetwork(10, large);
} catch (error) {
  table.row({ name: "the run", ours: "-", official: "-", ok: false });
  console.error(error);
}
table.end();
process.exit(table.failed === 0 ? 0 : 1); // the official client leaves timers behind
