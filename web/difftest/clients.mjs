// The two clients behind one shape: the official SDK and ours, each with its
// own resource classes.
import { createRequire } from "node:module";
import * as litsession from "../dist/index.js";

const require = createRequire(import.meta.url);
const official = require("@lit-protocol/lit-node-client");
const helpers = require("@lit-protocol/auth-helpers");
const { LIT_ABILITY } = require("@lit-protocol/constants");

/** A Storage in memory. The official client makes it the process's localStorage, once. */
class MemoryStorage {
  #items = new Map();
  getItem = (key) => this.#items.get(key) ?? null;
  setItem = (key, value) => void this.#items.set(key, String(value));
  removeItem = (key) => void this.#items.delete(key);
  clear = () => this.#items.clear();
}

export const officialStorage = new MemoryStorage();
export const ourStorage = new MemoryStorage();

const config = ({ rpcUrl, contractContext }) => ({
  litNetwork: "custom",
  rpcUrl,
  contractContext: structuredClone(contractContext), // the official SDK writes into it
  debug: false,
});

const requests = (classes, abilities) => [
  { resource: new classes.LitPKPResource("*"), ability: abilities.PKPSigning },
  { resource: new classes.LitActionResource("*"), ability: abilities.LitActionExecution },
];

/**
 * One request of every kind, each by name: where a wildcard stands beside a
 * name of its kind, the official client looks at the wildcard alone and has
 * the session key signed a second time.
 */
const everyRequest = (classes, abilities, { tokenId, permittedAction }) => [
  { resource: new classes.LitActionResource(permittedAction.cid), ability: abilities.LitActionExecution },
  { resource: new classes.LitPKPResource(tokenId), ability: abilities.PKPSigning, data: { b: [1, "ü"], a: null } },
  { resource: new classes.LitRLIResource("7"), ability: abilities.RateLimitIncreaseAuth },
  { resource: new classes.LitAccessControlConditionResource("cd/e"), ability: abilities.AccessControlConditionDecryption },
  { resource: new classes.LitAccessControlConditionResource("ab"), ability: abilities.AccessControlConditionSigning },
];

/** {ours, official}, each {client, requests, everyRequest, storage}; neither is connected. */
export function makeClients(descriptor) {
  return {
    ours: {
      client: new litsession.LitNodeClient({ ...config(descriptor), storage: ourStorage }),
      requests: requests(litsession, litsession.LIT_ABILITY),
      everyRequest: everyRequest(litsession, litsession.LIT_ABILITY, descriptor.pkp),
      storage: ourStorage,
    },
    official: {
      client: new official.LitNodeClient({ ...config(descriptor), storageProvider: { provider: officialStorage } }),
      requests: requests(helpers, LIT_ABILITY),
      everyRequest: everyRequest(helpers, LIT_ABILITY, descriptor.pkp),
      storage: officialStorage,
    },
  };
}
