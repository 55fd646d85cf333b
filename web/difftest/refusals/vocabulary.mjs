// A small vocabulary for bad requests: what is asked, and what must come of
// it with either client.
import { ethers } from "ethers";
import { signer, toSign } from "../signing.mjs";
import { foreignHosts, recorded } from "../wire.mjs";

const { computeAddress } = ethers.utils;

/** Base64 of a text of Latin letters. */
export const base64 = (text) => btoa(text);

/**
 * A bad request. want says what must come of it with both clients:
 *
 * - "accepted": session signatures that sign
 * - "refused": by the client itself, by the nodes, or when used
 * - a node's errorCode, or "-" for a node's refusal without one: the official
 *   client brings it back from the nodes; ours does too, or refuses before it
 *   asks them
 *
 * change is what differs from a good request, or a function that returns it of
 * {descriptor, side, other, official} and what was prepared. Where the official outcome is a bug that protocol.md
 * lists, differs says {section, ours, official} instead of want.
 */
export const bad = (name, want, change) => ({ name, want, change });

export const differs = (name, section, outcomes, change) => ({
  name: `${name} (${section})`,
  differs: outcomes,
  change,
});

/** A good request that is changed on its way to the nodes, as a client with a mistake in it would send it. */
export const onWire = (name, want, rewrite) => ({ name: `on the wire: ${name}`, want, change: {}, rewrite });

export const differsOnWire = (name, section, outcomes, rewrite) => ({
  ...differs(`on the wire: ${name}`, section, outcomes, {}),
  rewrite,
});

/** The same case, which may ask for hosts outside of this machine. It does not get there. */
export const asking = (hosts, one) => ({ ...one, hosts });

/** The same cases, made of another good request to another function; the session is used with the PKP that pkp says. */
export const through = (call, pkp, good, cases) =>
  cases.map((one) => ({ ...one, name: `${call}: ${one.name}`, through: { call, pkp, good } }));

const guide = {
  call: "getLitActionSessionSigs",
  pkp: ({ descriptor }) => descriptor.pkp,
  good: ({ descriptor, side }) => ({
    pkpPublicKey: descriptor.pkp.publicKey,
    litActionCode: base64(descriptor.pkp.permittedAction.code),
    jsParams: { magicNumber: 42 },
    resourceAbilityRequests: side.requests,
  }),
};

/** Who stopped a call: {by: "client"} with the error's class, or {by: "node"} with the code. */
function refusal(error, reached) {
  const code = error.info?.errorCode;
  if (error.name === "NodeError" && reached) {
    return { by: "node", code: code ?? "-", said: `node: ${code ?? "no code"}` };
  }
  // The official client calls it a NodeError too when it could not send anything (12.18).
  const own = error.kind !== undefined && error.name !== "NodeError";
  return { by: "client", own, name: error.name, said: `client: ${error.name}` };
}

/** What comes of one side's request: null when it is accepted, else who refused it. */
async function outcome(at, { change, rewrite, through: { call, pkp, good } = guide }) {
  at.side.storage.clear();
  let sessionSigs;
  let failed;
  const params = typeof change === "function" ? await change(at) : change;
  const { bodies } = await recorded(async () => {
    try {
      sessionSigs = await at.side.client[call](params && { ...(await good(at)), ...params });
    } catch (error) {
      failed = error;
    }
  }, rewrite);
  if (failed) {
    return refusal(failed, bodies.length > 0);
  }
  return use(at.official.client, sessionSigs, params?.pkpPublicKey ?? pkp(at).publicKey);
}

/** Signatures are accepted when the PKP signs with them. */
async function use(client, sessionSigs, publicKey) {
  const pubKey = `0x${publicKey.replace(/^0x/, "")}`;
  try {
    const signature = await client.pkpSign({ sessionSigs, toSign, pubKey });
    return signer(signature) === computeAddress(pubKey) ? null : { by: "use", said: "use: another's signature" };
  } catch (error) {
    const { said, ...rest } = refusal(error, true);
    return { ...rest, by: "use", said: `use: ${said}` };
  }
}

const said = (outcome) => outcome?.said ?? "accepted";

/** Both accept or both refuse; the same code from the nodes; the same class from the clients, where it is one. */
function agree(ours, official) {
  if (!ours || !official) {
    return !ours && !official;
  }
  if (ours.by === "node" && official.by === "node") {
    return ours.code === official.code;
  }
  return ours.by !== "client" || official.by !== "client" || !official.own || ours.name === official.name;
}

function fits(want, { ours, official }) {
  switch (want) {
    case "accepted":
      return !ours && !official;
    case "refused":
      return ours !== null && official !== null;
    default:
      return ours !== null && official?.by === "node" && official.code === want;
  }
}

/** How old a connection may become, in ms: at 30 s the official client asks a public service for a block hash. */
const maxAge = 15_000;

/** Makes the requests with both sides and judges what came of them. `shared` is what the changes need besides. */
export async function refusalRows(descriptor, sides, cases, shared = {}) {
  const rows = [];
  let connected = Date.now();
  for (const one of cases) {
    const { name, want, differs, hosts = [] } = one;
    if (Date.now() - connected > maxAge) {
      await sides.official.client.connect();
      connected = Date.now();
    }
    const came = {};
    for (const [who, side] of Object.entries(sides)) {
      const other = who === "ours" ? sides.official : sides.ours;
      came[who] = await outcome({ ...shared, descriptor, side, other, official: sides.official }, one);
    }
    hosts.forEach((host) => foreignHosts.delete(host));
    const [ours, official] = [said(came.ours), said(came.official)];
    const ok = differs
      ? ours === differs.ours && official === differs.official
      : agree(came.ours, came.official) && fits(want, came);
    rows.push({ name, ours, official, ok });
  }
  return rows;
}
