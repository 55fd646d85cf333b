// Actions that never end or eat all memory, for either client. A worker of its
// own makes the requests beside everything else: it takes as long as nodes let
// actions run. It is given a network's descriptor.
import { parentPort, workerData } from "node:worker_threads";
import { makeClients } from "../clients.mjs";
import { both } from "../rows.mjs";
import { base64 } from "./vocabulary.mjs";

console.log = console.warn = console.error = () => {}; // the official client talks

const cases = [
  [
    "action eats all memory",
    "NodeJsMemoryLimitError",
    "const all = []; for (;;) all.push(new Uint8Array(1 << 24));", // at once, also on a busy machine
  ],
  ["action loops for ever", "NodeJsTimeoutError", "for (;;);"],
  ["the next one is served", "NodeAuthSigScopeTooLimited", 'LitActions.setResponse({ response: "true" });'],
];

/** The code of the refusal that one side gets for an action. */
async function code(descriptor, side, source) {
  side.storage.clear();
  const params = {
    pkpPublicKey: descriptor.pkp.publicKey,
    litActionCode: base64(source),
    jsParams: {},
    resourceAbilityRequests: side.requests,
  };
  return side.client.getLitActionSessionSigs(params).then(
    () => "accepted",
    (error) => error.info?.errorCode ?? error.name,
  );
}

/** Both sides at once. */
async function limitRows(descriptor) {
  const { ours, official } = makeClients(descriptor);
  const rows = [];
  for (const [name, want, source] of cases) {
    // Anew each time: an official client older than 30 s asks a public service for a block hash.
    await Promise.all([ours.client.connect(), official.client.connect()]);
    const came = await Promise.all([ours, official].map((side) => code(descriptor, side, source)));
    rows.push(both(name, want, ...came));
  }
  return rows;
}

parentPort.postMessage(await limitRows(workerData));
process.exit(); // ends this worker; the official client leaves timers behind
