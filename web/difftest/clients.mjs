// The two clients behind one shape: the official SDK and ours, each with its
// own resource classes. Runs in Node and, bundled, in a page.
import helpers from "@lit-protocol/auth-helpers";
import constants from "@lit-protocol/constants";
import official from "@lit-protocol/lit-node-client";
import * as litsession from "../dist/index.js";

const { LIT_ABILITY } = constants;

/** A Storage in memory. The official client makes it the process's localStorage, once. */
class MemoryStorage {
  #items = new Map();
  getItem = (key) => this.#items.get(key) ?? null;
  setItem = (key, value) => void this.#items.set(key, String(value));
  removeItem = (key) => void this.#items.delete(key);
  clear = () => this.#items.clear();
}

/** In a page both clients find the page's localStorage by themselves, and share it. */
const inPage = globalThis.document !== undefined;
const officialStorage = inPage ? localStorage : new MemoryStorage();
const ourStorage = inPage ? localStorage : new MemoryStorage();

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
  {
    resource: new classes.LitAccessControlConditionResource("cd/e"),
    ability: abilities.AccessControlConditionDecryption,
  },
  { resource: new classes.LitAccessControlConditionResource("ab"), ability: abilities.AccessControlConditionSigning },
];

/**
 * {ours, official}, each {client, classes, requests, everyRequest, storage};
 * neither is connected. `more` is configuration that only ours has.
 */
export function makeClients(descriptor, more = {}) {
  const provided = (name, storage) => (inPage ? {} : { [name]: storage });
  const ours = new litsession.LitNodeClient({
    ...config(descriptor),
    ...provided("storage", ourStorage),
    ...more,
  });
  const theirs = new official.LitNodeClient({
    ...config(descriptor),
    ...provided("storageProvider", { provider: officialStorage }),
  });
  return {
    ours: {
      client: ours,
      classes: litsession,
      requests: requests(litsession, litsession.LIT_ABILITY),
      everyRequest: everyRequest(litsession, litsession.LIT_ABILITY, descriptor.pkp),
      storage: ourStorage,
    },
    official: {
      client: theirs,
      classes: helpers,
      requests: requests(helpers, LIT_ABILITY),
      everyRequest: everyRequest(helpers, LIT_ABILITY, descriptor.pkp),
      storage: officialStorage,
    },
  };
}
