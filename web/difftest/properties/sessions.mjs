// Session signatures of both clients on one network, for whatever is asked.
import { workerData } from "node:worker_threads";
import fc from "fast-check";
import * as ethers6 from "ethers6";
import { makeClients } from "../clients.mjs";
import { newSessionKey } from "../sessionkeys.mjs";
import { atInstant } from "../wire.mjs";
import { address, fittingRequest, hex, maybe, resourceOf, sides as classes, text } from "./arbitraries.mjs";
import { outcome } from "./harness.mjs";

const clients = makeClients(workerData.descriptor);
await Promise.all([clients.ours.client.connect(), clients.official.client.connect()]);

/** The moment and the block at which all of it happens; the nodes' own go on. */
const instant = Date.now();
const nonce = await clients.official.client.getLatestBlockhash();

const user = ethers6.Wallet.createRandom();

/** What EIP-4361 has no place for in a statement, which names all resources. */
const noStatement = /[^\w.~:/?#[\]@!$&'()*+,;= -]/;

const request = fc.oneof(
  { weight: 9, arbitrary: fittingRequest.filter(({ id }) => id !== "" && !noStatement.test(id)) },
  { weight: 1, arbitrary: fittingRequest },
);

const capability = fc.record({
  sig: hex(65).map((digits) => `0x${digits}`),
  derivedVia: fc.constantFrom("web3.eth.personal.sign", "lit.bls", "ü"),
  signedMessage: text.filter((message) => message !== ""),
  address,
});

/** Restrictions whose names siwe-recap neither loses nor sorts otherwise. */
const data = fc.dictionary(fc.stringMatching(/^[a-zé]{1,4}$/), fc.jsonValue({ maxDepth: 0 }), { minKeys: 1, maxKeys: 3, noNullPrototype: true });

const asked = fc.record({
  requests: fc.array(fc.tuple(request, maybe(data)), { minLength: 1, maxLength: 4 }),
  capabilityAuthSigs: maybe(fc.array(capability, { maxLength: 2 })),
  capacityDelegationAuthSig: maybe(capability),
  days: maybe(fc.integer({ min: 1, max: 29 })),
  chain: maybe(fc.constantFrom("ethereum", "polygon", "yellowstone")),
  domain: maybe(fc.domain()),
});

/** Both sides are given the same key. */
const withKey = asked.map((one) => ({ ...one, sessionKey: newSessionKey() }));

/** Signs what the callback is asked for, as dapps do. */
async function authSigOf(side, { uri, expiration, resourceAbilityRequests }, domain) {
  const litNodeClient = clients[side].client;
  const message = { walletAddress: user.address, uri, expiration, nonce, resources: resourceAbilityRequests, litNodeClient, domain };
  const signedMessage = await classes[side].createSiweMessage(message);
  const derivedVia = "web3.eth.personal.sign";
  return { sig: user.signMessageSync(signedMessage), derivedVia, signedMessage, address: user.address };
}

/** Session signatures by node, in the order of the nodes' addresses. */
async function sessionSigs(side, { requests, days, domain, ...params }) {
  clients[side].storage.clear();
  const sigs = await clients[side].client.getSessionSigs({
    ...params,
    domain,
    resourceAbilityRequests: requests.map(([request, data]) => ({
      resource: resourceOf(side, request),
      ability: request.ability,
      ...(data && { data }),
    })),
    ...(days && { expiration: new Date(instant + days * 86_400_000).toISOString() }),
    authNeededCallback: (wanted) => authSigOf(side, wanted, domain),
  });
  return Object.entries(sigs).sort();
}

const signed = (side) => (one) => atInstant(instant, () => outcome(() => sessionSigs(side, one)));

/** In which words is nobody's promise. */
const bothRefuse = (ours, official) => ours.error !== undefined && official.error !== undefined;

/** Known defects of the official client. */
function defect({ requests }, ours, official) {
  const ids = requests.map(([{ id }]) => id);
  if (/ an id each/.test(ours.error) && ids.includes("")) {
    return "the official client takes a resource without an id";
  }
  if (/ nodes look at [\w-]+:\/\/\* alone/.test(ours.error) && ids.includes("*")) {
    return "the official client signs what nodes do not see beside a wildcard";
  }
  if (ours.value && /^(Invalid message|parser\.js)/.test(official.error) && ids.some((id) => noStatement.test(id))) {
    return "siwe does not read the statement that siwe-recap wrote";
  }
}

export const kinds = [
  {
    name: "session signatures",
    arbitrary: withKey,
    ours: signed("ours"),
    official: signed("official"),
    alike: bothRefuse,
    listed: defect,
  },
];
