// Session signatures that were tampered with: each side's own, used by the
// official client to run an action and to sign, and read by both sides'
// validators.
import misc from "@lit-protocol/misc";
import * as litsession from "../../dist/index.js";
import { both, same } from "../rows.mjs";
import { newSessionKey, signText } from "../sessionkeys.mjs";
import { signAndRun } from "../signing.mjs";
import { base64 } from "./vocabulary.mjs";

const second = 1000;
const day = 86_400 * second;
const from = (milliseconds) => new Date(Date.now() + milliseconds).toISOString();

/** What must come of it: signing, then running an action. */
const good = ["signed", "ran"];
const refused = (code) => [code, code];
const invalid = refused("NodeInvalidAuthSig");
const noSession = refused("NodeCannotProvideAuthSigForEndpoint");
const unsent = refused("InvalidSessionSigs");

/** A case that changes every node's signature. */
const sig = (name, want, edit) => ({
  name,
  want,
  edit: (sigs, at) => Object.fromEntries(Object.entries(sigs).map(([url, one]) => [url, { ...one, ...edit(one, at) }])),
});

/** A case that changes the text, and has the session key sign it again. */
const text = (name, want, edit) =>
  sig(name, want, ({ signedMessage }, { sessionKey }) => {
    const changed = edit(JSON.parse(signedMessage));
    const again = typeof changed === "string" ? changed : JSON.stringify(changed);
    return { signedMessage: again, sig: signText(sessionKey, again) };
  });

/** A case that changes the AuthSig of the PKP, in a text that is signed again. */
const authSig = (name, want, edit) =>
  text(name, want, (it) => ({ ...it, capabilities: it.capabilities.map((one) => ({ ...one, ...edit(one) })) }));

const flip = (hex) => (hex[0] === "0" ? "1" : "0") + hex.slice(1);
const strange = newSessionKey();

const signatures = [
  { name: "as they are", want: good, edit: (sigs) => sigs },
  sig("one digit of sig changed", invalid, ({ sig }) => ({ sig: flip(sig) })),
  sig("sig of no hex", invalid, ({ sig }) => ({ sig: `z${sig.slice(1)}` })),
  sig("sig cut short", invalid, ({ sig }) => ({ sig: sig.slice(2) })),
  sig("sig empty", invalid, () => ({ sig: "" })),
  sig("sig of another key", invalid, ({ signedMessage }) => ({ sig: signText(strange, signedMessage) })),
  sig("address of another key", invalid, () => ({ address: strange.publicKey })),
  sig("address of no hex", invalid, () => ({ address: "session key" })),
  sig("address and sig of another key", invalid, ({ signedMessage }) => ({
    address: strange.publicKey,
    sig: signText(strange, signedMessage),
  })),
  sig("no algo", noSession, () => ({ algo: undefined })),
  sig("the algo of AuthSigs", noSession, () => ({ algo: "LIT_BLS" })),
  sig("derivedVia of a wallet", noSession, () => ({ derivedVia: "web3.eth.personal.sign" })),
  sig("a space after the text", invalid, ({ signedMessage }) => ({ signedMessage: `${signedMessage} ` })),
  {
    name: "of one another's nodes",
    want: invalid,
    edit: (sigs) =>
      Object.fromEntries(Object.keys(sigs).map((url, i, urls) => [url, sigs[urls[(i + 1) % urls.length]]])),
  },
  {
    name: "without one node's",
    want: ["InvalidArgumentException", "NodeError"],
    edit: (sigs) => Object.fromEntries(Object.entries(sigs).slice(1)),
  },
];

const texts = [
  text("signed again as it is", good, (it) => it),
  text("no JSON", unsent, () => "text"),
  text("no capabilities", unsent, ({ capabilities, ...rest }) => rest),
  text("empty capabilities", unsent, (it) => ({ ...it, capabilities: [] })),
  text("no session key", invalid, ({ sessionKey, ...rest }) => rest),
  text("another session key", good, (it) => ({ ...it, sessionKey: strange.publicKey })),
  text("no node address", invalid, ({ nodeAddress, ...rest }) => rest),
  text("another node address", invalid, (it) => ({ ...it, nodeAddress: "http://127.0.0.1:1" })),
  text("the node's address as localhost over https", good, (it) => ({
    ...it,
    nodeAddress: it.nodeAddress.replace("http://127.0.0.1", "https://localhost"),
  })),
  text("issued tomorrow", invalid, (it) => ({ ...it, issuedAt: from(day), expiration: from(2 * day) })),
  text("issued half a minute from now", good, (it) => ({ ...it, issuedAt: from(30 * second) })),
  text("issued at no time", invalid, (it) => ({ ...it, issuedAt: "now" })),
  text("never issued", invalid, ({ issuedAt, ...rest }) => rest),
  text("over an hour ago", unsent, (it) => ({ ...it, issuedAt: from(-day), expiration: from(-3600 * second) })),
  text("over before it was issued", invalid, (it) => ({
    ...it,
    issuedAt: from(50 * second),
    expiration: from(20 * second),
  })),
  text("over in 31 days", invalid, (it) => ({ ...it, expiration: from(31 * day) })),
  text("never over", unsent, ({ expiration, ...rest }) => rest),
  text("over at no time", unsent, (it) => ({ ...it, expiration: "never" })),
  text("no requests", invalid, (it) => ({ ...it, resourceAbilityRequests: [] })),
  text("requests for actions only", ["NodeInvalidAuthSig", "ran"], (it) => ({
    ...it,
    resourceAbilityRequests: it.resourceAbilityRequests.filter(
      ({ resource }) => resource.resourcePrefix === "lit-litaction",
    ),
  })),
  text("requests for signing only", ["signed", "NodeInvalidAuthSig"], (it) => ({
    ...it,
    resourceAbilityRequests: it.resourceAbilityRequests.filter(({ resource }) => resource.resourcePrefix === "lit-pkp"),
  })),
  text("requests for another PKP and action", invalid, (it) => ({
    ...it,
    resourceAbilityRequests: it.resourceAbilityRequests.map(({ resource, ...rest }) => ({
      ...rest,
      resource: { ...resource, resource: "1" },
    })),
  })),
  text("requests of another ability, which nodes do not look at", good, (it) => ({
    ...it,
    resourceAbilityRequests: it.resourceAbilityRequests.map((request) => ({ ...request, ability: "fly" })),
  })),
];

const later = (siwe) => siwe.replace(/^Expiration Time: .*$/m, `Expiration Time: ${from(29 * day)}`);

const capabilities = [
  authSig("AuthSig: one digit of sig changed", invalid, ({ sig }) => ({
    sig: sig.replace(/[0-9a-f]{4}"}$/, '0000"}'),
  })),
  authSig("AuthSig: sig of no signature", invalid, () => ({ sig: "{}" })),
  authSig("AuthSig: a longer time", invalid, ({ signedMessage }) => ({ signedMessage: later(signedMessage) })),
  authSig("AuthSig: another address", invalid, () => ({
    address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  })),
  authSig("AuthSig: said to be a wallet's", invalid, () => ({ derivedVia: "web3.eth.personal.sign", algo: undefined })),
  authSig("AuthSig: a member too many", invalid, () => ({ network: "eth" })),
  authSig("AuthSig: no signature", invalid, () => ({ sig: undefined })),
  text("AuthSig: twice", good, (it) => ({ ...it, capabilities: [...it.capabilities, ...it.capabilities] })),
  text("AuthSig: one that is no SIWE before it", good, (it) => ({
    ...it,
    capabilities: [
      { sig: "0x00", derivedVia: "x", signedMessage: "a\nExpiration Time: 2100-01-01T00:00:00.000Z", address: "0x00" },
      ...it.capabilities,
    ],
  })),
  {
    name: "AuthSig: of another session",
    want: invalid,
    edit: (sigs, { other, sessionKey }) =>
      Object.fromEntries(
        Object.entries(sigs).map(([url, one]) => {
          const { capabilities } = JSON.parse(other[url].signedMessage);
          const signedMessage = JSON.stringify({ ...JSON.parse(one.signedMessage), capabilities });
          return [url, { ...one, signedMessage, sig: signText(sessionKey, signedMessage) }];
        }),
      ),
  },
];

/** A session of one side, with a key that the test has too. */
async function session(descriptor, side, sessionKey) {
  side.storage.clear();
  return side.client.getLitActionSessionSigs({
    pkpPublicKey: descriptor.pkp.publicKey,
    litActionCode: base64(descriptor.pkp.permittedAction.code),
    jsParams: { magicNumber: 42 },
    resourceAbilityRequests: side.requests,
    sessionKey,
  });
}

/** What both sides' validators object to, in our signatures and in the official ones; [ours, official]. */
const objections = (...made) =>
  [litsession, misc].map(({ validateSessionSigs }) =>
    made.map((sigs) => validateSessionSigs(sigs).errors.map(urlless)),
  );

const urlless = (text) => text.replace(/http:[^']*/, "node");

/** What both sides' readers say of each side's signatures, for people; the time is one. */
function readings({ ours, official }) {
  const now = new Date();
  const read = ({ formatSessionSigs }) =>
    [ours, official].map(({ sigs }) => formatSessionSigs(JSON.stringify(sigs), now));
  return same("formatSessionSigs", read(litsession), read(misc));
}

/** Rows for every tampering: what the network does, and whether both validators object to the same, if one does. */
export async function sessionRows(descriptor, sides) {
  const { client } = sides.official;
  const { pkp } = descriptor;
  const made = {};
  for (const [who, side] of Object.entries(sides)) {
    const sessionKey = newSessionKey();
    const sigs = await session(descriptor, side, sessionKey);
    const other = await session(descriptor, side, newSessionKey());
    made[who] = { sigs, sessionKey, other };
  }
  const rows = [readings(made)];
  for (const { name, want, edit } of [...signatures, ...texts, ...capabilities]) {
    const { ours, official } = Object.fromEntries(Object.entries(made).map(([who, at]) => [who, edit(at.sigs, at)]));
    const [done, doneOfficially] = [await signAndRun(client, pkp, ours), await signAndRun(client, pkp, official)];
    rows.push(both(`used: ${name}`, want, done, doneOfficially));
    const judged = objections(ours, official);
    if (judged.flat(2).length > 0) {
      rows.push(same(`validateSessionSigs: ${name}`, ...judged));
    }
  }
  return rows;
}
