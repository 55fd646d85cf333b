// Delegations of capacity credits: with the clock stopped, both clients sign
// the same text for the same terms, and refuse the same ones, but for a few on
// purpose. What the official client signs and nobody can read counts as refused.
import siwe from "siwe";
import { walletOf } from "./guide/chain.mjs";
import { same } from "./rows.mjs";
import { atInstant } from "./wire.mjs";

/** The account that delegates. */
const account = 6;

const delegatee = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

const terms = {
  "nothing said": {},
  "everything said": {
    uses: "1",
    capacityTokenId: "12",
    delegateeAddresses: [delegatee],
    domain: "example.org",
    statement: "For you.",
    expiration: "2100-01-01T00:00:00.000Z",
  },
  "uses a number": { uses: 1 },
  "uses no number": { uses: "many" },
  "uses empty": { uses: "" },
  "no delegatees": { delegateeAddresses: [] },
  "delegatee without 0x": { delegateeAddresses: [delegatee.slice(2)] },
  "delegatee in small letters": { delegateeAddresses: [delegatee.toLowerCase()] },
  "delegatee that is no address": { delegateeAddresses: ["somebody"] },
  "delegatees a text": { delegateeAddresses: delegatee },
  "credit a number": { capacityTokenId: 12 },
  "credit in hex": { capacityTokenId: "0x0c" },
  "credit empty": { capacityTokenId: "" },
  "credit that is none": { capacityTokenId: "none" },
  "statement of two lines": { statement: "For\nyou." },
  "statement empty": { statement: "" },
  "domain with a space": { domain: "a b" },
  "domain empty": { domain: "" },
  "expiration no time": { expiration: "soon" },
  "expiration past": { expiration: "2024-01-01T00:00:00.000Z" },
  "wallet missing": { dAppOwnerWallet: undefined },
  "wallet that cannot sign": { dAppOwnerWallet: {} },
};

/** The token id in a delegation's ReCap. */
function tokenId({ signedMessage }) {
  const [urn] = new siwe.SiweMessage(signedMessage).resources;
  const { att } = JSON.parse(Buffer.from(urn.split(":")[2], "base64"));
  return Object.values(att)[0]["Auth/Auth"][0].nft_id[0];
}

/** Where they differ on purpose: nodes take a token id as text only, and nothing that is over already. */
const apart = {
  "credit a number": ({ ours, official }) => tokenId(ours) === "12" && tokenId(official) === 12,
  "expiration past": ({ ours, official }) => ours === "refused" && official !== "refused",
};

function row(name, made) {
  const compared = same(`delegation: ${name}`, made.ours, made.official);
  return { ...compared, ok: apart[name]?.(made) ?? compared.ok };
}

/** The AuthSig, if its text is a SIWE message. */
function readable(authSig) {
  new siwe.SiweMessage(authSig.signedMessage);
  return authSig;
}

/** Rows for all terms. A refusal says that it is one: of what class depends on which library finds the mistake. */
export async function delegations(descriptor, sides) {
  const wallet = walletOf(descriptor, descriptor.accounts[account]);
  const now = Date.now();
  const rows = [];
  for (const [name, change] of Object.entries(terms)) {
    const made = {};
    for (const [who, { client }] of Object.entries(sides)) {
      const params = { dAppOwnerWallet: wallet, ...change };
      const call = () => client.createCapacityDelegationAuthSig(params);
      made[who] = await atInstant(now, call)
        .then(({ capacityDelegationAuthSig }) => readable(capacityDelegationAuthSig))
        .catch(() => "refused");
    }
    rows.push(row(name, made));
  }
  return rows;
}
