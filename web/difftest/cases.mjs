// The cases: what both clients are asked on one network, and what must hold.
// Each returns rows of {name, ours, official, ok}.
import { judgeNatively } from "./network.mjs";
import { accepts, authSigOf, capabilityObject, grants, objections } from "./official.mjs";
import { both, json, same } from "./rows.mjs";
import { newSessionKey } from "./sessionkeys.mjs";
import { atInstant, recorded } from "./wire.mjs";

const day = 24 * 60 * 60 * 1000;
const base64 = (text) => Buffer.from(text, "utf8").toString("base64");

const parameters = ({ pkp }, requests) => ({
  pkpPublicKey: pkp.publicKey,
  litActionCode: base64(pkp.permittedAction.code),
  jsParams: { magicNumber: 42 },
  resourceAbilityRequests: requests,
});

/** One client's session signatures on empty storage, with what it sent. */
async function signatures(side, params) {
  side.storage.clear();
  return recorded(() => side.client.getLitActionSessionSigs(params));
}

/** Connection: both read the same network. */
export async function connection(descriptor, { ours, official }) {
  // Again where a block came between them, or where ours, which waits for threshold
  // nodes and a quarter of a second, did not get the answers of all.
  const agree = () =>
    ours.client.latestBlockhash === official.client.latestBlockhash &&
    ours.client.connectedNodes.size === official.client.connectedNodes.size;
  let tries = 0;
  do {
    await Promise.all([ours.client.connect(), official.client.connect()]);
  } while (!agree() && ++tries < 30);
  const nodes = descriptor.nodes.map((node) => node.url).sort();
  const view = ({ client }) => ({
    nodes: [...client.connectedNodes].sort(),
    networkPubKey: client.networkPubKey,
    subnetPubKey: client.subnetPubKey,
    networkPubKeySet: client.networkPubKeySet,
    hdRootPubkeys: client.hdRootPubkeys,
    minNodeCount: Number(client.config.minNodeCount),
    epoch: Number(client.currentEpochNumber),
    latestBlockhash: client.latestBlockhash,
  });
  const [a, b] = [view(ours), view(official)];
  const rows = Object.keys(a).map((field) => same(`connect: ${field}`, a[field], b[field]));
  rows.push(both("connect: the descriptor's nodes", nodes, a.nodes, b.nodes));
  rows.push(both("connect: the descriptor's network key", descriptor.networkPublicKey, a.networkPubKey, b.networkPubKey));
  rows.push(both("connect: the descriptor's threshold", descriptor.threshold, a.minNodeCount, b.minNodeCount));
  return rows;
}

/** Each side for itself: every signature passes every check of the other side, and of the native judge. */
export async function acceptance(descriptor, sides) {
  const result = {};
  for (const [name, side] of Object.entries(sides)) {
    const { result: sigs, bodies } = await signatures(side, parameters(descriptor, side.requests));
    const [sig] = Object.values(sigs);
    const authSig = authSigOf(sig);
    const { official } = sides;
    const judged = Object.values(judgeNatively(descriptor, official.requests, sigs));
    result[name] = {
      sigs,
      bodies,
      authSig,
      native: [...new Set(judged)].join("; "),
      count: judged.length,
      objections: objections(sigs),
      accepted: await accepts(official.client, authSig, sig.address, official.requests),
      spoiled: await accepts(official.client, otherChain(authSig), sig.address, official.requests),
      kept: await keptBy(official, sides.ours, sigs, descriptor),
    };
  }
  const { ours, official } = result;
  return [
    both("native checks of every signature", "ok", ours.native, official.native),
    both("signatures, one per node", descriptor.nodes.length, ours.count, official.count),
    both("official validateSessionSigs objects to", [], ours.objections, official.objections),
    both("official client verifies the AuthSig", true, ours.accepted, official.accepted),
    both("official client refuses it changed", false, ours.spoiled, official.spoiled),
    both("requests to nodes with it in storage", 0, ours.kept, official.kept),
    ...fields(ours, official),
    ...(await tampered(descriptor, sides.official.requests, result)),
  ];
}

/** The AuthSig with a message that nobody signed. */
const otherChain = (authSig) => ({
  ...authSig,
  signedMessage: authSig.signedMessage.replace("Chain ID: 1", "Chain ID: 2"),
});

/** How many requests the official client sends when the AuthSig lies in its storage under the names it uses. */
async function keptBy(official, ours, sigs, descriptor) {
  const [sig] = Object.values(sigs);
  const keys = [ours.storage, official.storage].map((storage) => storage.getItem("lit-session-key"));
  const key = keys.find((text) => text?.includes(sig.address));
  official.storage.clear();
  official.storage.setItem("lit-session-key", key);
  official.storage.setItem("lit-wallet-sig", json(authSigOf(sig)));
  const params = parameters(descriptor, official.requests);
  const { bodies } = await recorded(() => official.client.getLitActionSessionSigs(params));
  return bodies.length;
}

/** The judge must be able to say no: each side's first signature, changed in one digit. */
async function tampered(descriptor, requests, result) {
  const verdicts = {};
  for (const [name, { sigs }] of Object.entries(result)) {
    const changed = structuredClone(sigs);
    const [url, sig] = Object.entries(changed)[0];
    sig.sig = (sig.sig[0] === "0" ? "1" : "0") + sig.sig.slice(1);
    verdicts[name] = judgeNatively(descriptor, requests, changed)[url];
  }
  const want = "the ed25519 signature does not verify";
  return [both("native checks refuse a changed one", want, verdicts.ours, verdicts.official)];
}

/** A SIWE text without what differs from call to call. */
const timeless = (siwe) => siwe.replace(/^(Nonce|Issued At|Expiration Time|URI): .*$/gm, "$1");

/** The two results have the same shape and, times and keys aside, the same content. */
function fields(ours, official) {
  const [a, b] = [ours, official].map(({ sigs, bodies, authSig }) => {
    const [sig] = Object.values(sigs);
    const text = JSON.parse(sig.signedMessage);
    const start = sig.signedMessage.indexOf('"resourceAbilityRequests":');
    return {
      nodes: Object.keys(sigs).sort(),
      keys: Object.keys(sig),
      kind: [sig.derivedVia, sig.algo],
      signedKeys: Object.keys(text),
      requests: sig.signedMessage.slice(start, sig.signedMessage.indexOf(',"capabilities":')),
      capabilities: text.capabilities.length,
      authSigKeys: Object.keys(authSig),
      authSigKind: [authSig.algo, authSig.derivedVia],
      address: authSig.address,
      proof: [Object.keys(JSON.parse(authSig.sig)), JSON.parse(authSig.sig).ProofOfPossession.length],
      siwe: timeless(authSig.signedMessage),
      grants: grants(authSig.signedMessage),
      bodyKeys: Object.keys(JSON.parse(bodies[0])),
      bodies: [bodies.length, new Set(bodies).size],
      requestSiwe: timeless(JSON.parse(bodies[0]).siweMessage),
    };
  });
  return Object.keys(a).map((field) => same(`same ${field}`, a[field], b[field]));
}

/** An AuthSig of a wallet as delegations of credits are; nobody checks this one's signature here. */
const walletSig = (nonce) => ({
  sig: "0x00",
  derivedVia: "web3.eth.personal.sign",
  signedMessage: `${nonce}\nExpiration Time: 2100-01-01T00:00:00.000Z`,
  address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
});

/** What callers may give besides the required parameters; a function of the side that is asked. */
const variants = {
  plain: () => ({}),
  "every kind of request": ({ everyRequest }) => ({ resourceAbilityRequests: everyRequest }),
  "odd jsParams": () => ({ jsParams: { magicNumber: 43.5, text: 'ü "\u2028" </script>', list: [null, { 2: 1, 1: 2 }] } }),
  "domain and chain": () => ({ domain: "example.org:8080", chain: "polygon" }),
  "public key without 0x": (side, { pkp }) => ({ pkpPublicKey: pkp.publicKey.slice(2) }),
  "capability object": () => ({ sessionCapabilityObject: capabilityObject() }),
  "capability AuthSigs": () => ({ capabilityAuthSigs: [walletSig("a")], capacityDelegationAuthSig: walletSig("b") }),
};

/**
 * With session key, expiration and clock given to both, nothing may differ,
 * whatever is asked: not the request, not the signature.
 */
export async function identical(descriptor, sides) {
  const rows = [];
  for (const [name, variant] of Object.entries(variants)) {
    const now = Date.now();
    const fixed = { sessionKey: newSessionKey(), expiration: new Date(now + day).toISOString() };
    const done = {};
    for (const [who, side] of Object.entries(sides)) {
      const params = { ...parameters(descriptor, side.requests), ...fixed, ...variant(side, descriptor) };
      done[who] = await atInstant(now, () => signatures(side, params));
    }
    const { ours, official } = done;
    const sorted = (sigs) => Object.entries(sigs).sort();
    rows.push(
      both(`${name}: requests`, descriptor.nodes.length, ours.bodies.length, official.bodies.length),
      same(`${name}: request bodies`, ours.bodies.sort(), official.bodies.sort()),
      same(`${name}: AuthSig`, ...[ours, official].map(({ result }) => authSigOf(Object.values(result)[0]))),
      same(`${name}: session signatures`, sorted(ours.result), sorted(official.result)),
    );
  }
  return rows;
}

/** While the clock runs, the message asked for differs in its issue time and nonce alone. */
export async function runningClock(descriptor, sides) {
  const fixed = { sessionKey: newSessionKey(), expiration: new Date(Date.now() + day).toISOString() };
  const siwe = {};
  for (const [who, side] of Object.entries(sides)) {
    const { bodies } = await signatures(side, { ...parameters(descriptor, side.requests), ...fixed });
    siwe[who] = JSON.parse(bodies[0]).siweMessage.replace(/^(Nonce|Issued At): .*$/gm, "$1");
  }
  return [same("running clock: request SIWE but issue time and nonce", siwe.ours, siwe.official)];
}

/** The action by its CID instead of its source. */
export async function byCID(descriptor, sides) {
  const native = {};
  const sent = {};
  for (const [name, side] of Object.entries(sides)) {
    const { litActionCode, ...rest } = parameters(descriptor, side.requests);
    const change = { litActionIpfsId: descriptor.pkp.permittedAction.cid, sessionKey: newSessionKey() };
    const { result, bodies } = await signatures(side, { ...rest, ...change });
    native[name] = [...new Set(Object.values(judgeNatively(descriptor, side.requests, result)))].join("; ");
    sent[name] = bodies.length;
  }
  return [
    both("action by CID: requests", descriptor.nodes.length, sent.ours, sent.official),
    both("action by CID: native checks", "ok", native.ours, native.official),
  ];
}
