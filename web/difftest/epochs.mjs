// New epochs under clients that are connected: both hear of each, and what they
// are given then is good with the nodes that validate.
import { setTimeout as pause } from "node:timers/promises";
import { makeClients } from "./clients.mjs";
import { both } from "./rows.mjs";
import { newSession, signAndRun } from "./signing.mjs";

/** How long both may take; the official client asks the chain every four seconds. */
const limit = 15_000; // ms

/** Begins an epoch; without a list of nodes with the same validators. */
async function advance({ adminUrl }, nodes) {
  const answer = await fetch(`${adminUrl}/epoch`, { method: "POST", body: nodes && JSON.stringify({ nodes }) });
  if (!answer.ok) {
    throw new Error(`no new epoch: ${answer.status} ${await answer.text()}`);
  }
}

const seen = ({ client }) => [client.currentEpochNumber, [...client.connectedNodes].sort()];

/** What both clients know once they have noticed, or after the limit. */
async function noticed(sides, want) {
  const deadline = Date.now() + limit;
  const all = () => Object.values(sides).map(seen);
  while (all().some((one) => JSON.stringify(one) !== JSON.stringify(want)) && Date.now() < deadline) {
    await pause(50);
  }
  return all();
}

/** Session signatures of one side: for which nodes, and what the official client gets done with them. */
async function session({ pkp }, side, official) {
  const sigs = await newSession(pkp, side);
  return [Object.keys(sigs).sort(), await signAndRun(official.client, pkp, sigs)];
}

async function rowsOf(descriptor, sides, name, number, nodes) {
  const validators = descriptor.nodes.filter((_, i) => !nodes || nodes.includes(i));
  const urls = validators.map(({ url }) => url).sort();
  await advance(descriptor, nodes);
  const rows = [both(`${name}: its number and nodes`, [number, urls], ...(await noticed(sides, [number, urls])))];
  const { ours, official } = sides;
  const made = [await session(descriptor, ours, official), await session(descriptor, official, official)];
  return [...rows, both(`${name}: sessions of its nodes, used`, [urls, ["signed", "ran"]], ...made)];
}

/** Rows for two changes, the second of them to fewer nodes; for a network of its own. */
export async function epochRows(descriptor) {
  const sides = makeClients(descriptor, { epochInterval: 500 });
  const clients = Object.values(sides).map(({ client }) => client);
  try {
    await Promise.all(clients.map((client) => client.connect()));
    return [
      ...(await rowsOf(descriptor, sides, "an epoch of the same nodes", descriptor.epoch + 1)),
      ...(await rowsOf(descriptor, sides, "an epoch of fewer nodes", descriptor.epoch + 2, [1, 2, 3])),
    ];
  } finally {
    await Promise.allSettled(clients.map((client) => client.disconnect()));
  }
}
