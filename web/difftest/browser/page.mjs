// Runs in the page: asks the server what to do, does it, tells the rows.
import { makeClients } from "../clients.mjs";
import { guide } from "../guide/guide.mjs";
import { sharing } from "../sharing.mjs";
import { foreignHosts } from "../wire.mjs";

const send = (report) => fetch("/report", { method: "POST", body: JSON.stringify(report) });

async function run({ descriptor, firstAccount }) {
  const sides = makeClients(descriptor);
  await sides.ours.client.connect();
  await sides.official.client.connect();
  const rows = [...(await guide(descriptor, sides, firstAccount)), ...(await sharing(descriptor, sides))];
  await Promise.all([sides.ours.client.disconnect(), sides.official.client.disconnect()]);
  return { rows, foreignHosts: [...foreignHosts] };
}

try {
  console.log = () => {}; // the official client talks
  await send(await run(await (await fetch("/task")).json()));
} catch (error) {
  await send({ error: String(error.stack ?? error) });
}
