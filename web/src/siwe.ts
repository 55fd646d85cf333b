/** SIWE messages (EIP-4361): as an object, and as the official SDK's functions make them. */
import { SIWE_DELEGATION_URI, type LitAbility } from "./constants.js";
import { delegationRequest, type CapacityDelegation } from "./credits.js";
import { BareError, type LitError } from "./errors.js";
import { requireFuture } from "./expiration.js";
import { anything, count, isGiven, listOf, memberOf, object, optional, optionsOf, record, text, type Check, type Given } from "./given.js";
import { callModule, init } from "./load.js";
import { RecapSessionCapabilityObject, type RecapMessage } from "./recap.js";
import { resourceOf, type ILitResource, type LitResourceAbilityRequest } from "./resources.js";

/** The fields of a message, named as in npm's `siwe`. Times are ISO 8601. */
export interface SiweFields {
  /** `https` in `https://example.com`; mostly absent. */
  scheme?: string;
  /** Host, with the port if it has one. */
  domain: string;
  /** EIP-55, or lower case. */
  address: string;
  /** One line. */
  statement?: string;
  uri: string;
  version: string;
  chainId: number;
  /** At least 8 letters and digits; for Lit a block hash. Default: random. */
  nonce?: string;
  /** Default: the moment in which the text is made. */
  issuedAt?: string;
  expirationTime?: string;
  notBefore?: string;
  requestId?: string;
  resources?: string[];
}

/**
 * One message, with the fields and methods of npm's `siwe` that dapps use for
 * Lit. It does not verify signatures.
 */
export class SiweMessage implements SiweFields {
  declare scheme?: string;
  declare domain: string;
  declare address: string;
  declare statement?: string;
  declare uri: string;
  declare version: string;
  declare chainId: number;
  declare nonce?: string;
  declare issuedAt?: string;
  declare expirationTime?: string;
  declare notBefore?: string;
  declare requestId?: string;
  declare resources?: string[];

  /** From fields, at once; or from a text, which needs lit.wasm and is checked (reason `invalid_param`). */
  constructor(param: string | SiweFields) {
    const fields = typeof param === "string" ? parseFields(param) : optionsOf("param", param, FIELDS);
    Object.assign(this, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
  }

  /** The text to sign. Fills in nonce and issuedAt where they are absent, checks every field, and needs lit.wasm. */
  toMessage(): string {
    const fields = optionsOf("message", this, FIELDS);
    this.nonce = fields.nonce ||= randomNonce();
    this.issuedAt = fields.issuedAt ||= new Date().toISOString();
    return callModule("formatSiwe", fields);
  }

  /** As toMessage. */
  prepareMessage(): string {
    return this.toMessage();
  }
}

/** A chain's number, also as text; one that a number cannot hold exactly is refused. */
const chainNumber: Check<number> = (param, value) => count(param, typeof value === "string" && /^[0-9]+$/.test(value) ? Number(value) : value);

const FIELDS = {
  scheme: optional(text),
  domain: text,
  address: text,
  statement: optional(text),
  uri: text,
  version: text,
  chainId: chainNumber,
  nonce: optional(text),
  issuedAt: optional(text),
  expirationTime: optional(text),
  notBefore: optional(text),
  requestId: optional(text),
  resources: optional(listOf(text)),
};

// A field that a message lacks is undefined, whatever a library of the page has put on Object.prototype.
for (const name of Object.keys(FIELDS)) {
  Object.defineProperty(SiweMessage.prototype, name, { value: undefined, writable: true, configurable: true });
}

const parseFields = (message: string) => callModule<SiweFields>("parseSiwe", message);

export interface BaseSiweMessage {
  walletAddress: string;
  /** A recent block hash: {@link LitNodeClient.getLatestBlockhash}. */
  nonce: string;
  /** ISO 8601. Default: 7 days from now. */
  expiration?: string;
  /** What the message is to allow. */
  resources?: LitResourceAbilityRequest[];
  /** Default: `https://localhost/login`. */
  uri?: string;
  /** Default: that of litNodeClient, else the page's host, or `localhost` outside of pages. */
  domain?: string;
  statement?: string;
  version?: string;
  chainId?: number;
  /** Only asked for, as in the official SDK; of ours the clock skew is read. */
  litNodeClient?: unknown;
}

export interface WithRecap extends BaseSiweMessage {
  uri: string;
  expiration: string;
  resources: LitResourceAbilityRequest[];
}

export interface WithCapacityDelegation extends BaseSiweMessage, CapacityDelegation {
  uri: typeof SIWE_DELEGATION_URI;
  litNodeClient: unknown;
}

/** How long a message is valid that is not said to end, in milliseconds. */
export const WEEK = 7 * 24 * 60 * 60 * 1000;

/**
 * The text of a message for a wallet to sign. An expiration in the past is
 * refused (`invalid_param`). With `resources`, or with
 * parameters that delegate capacity credits, it carries a ReCap; that needs
 * `litNodeClient`. Loads lit.wasm if need be.
 */
export async function createSiweMessage<Params extends BaseSiweMessage>(params: Params): Promise<string> {
  const given = readParams(params);
  const now = Date.now();
  const skew = clientMember(given.litNodeClient, "clockSkew");
  // A client tells a callback an expiration by the nodes' clocks, a dapp reads its own.
  requireFuture(given.expiration, now + (typeof skew === "number" ? Math.min(0, skew) : 0));
  return textOf(given, now);
}

const PARAMS = {
  walletAddress: optional(text),
  nonce: optional(text),
  expiration: optional(text),
  resources: optional(listOf(anything)) as Check<LitResourceAbilityRequest[] | undefined>,
  uri: optional(text),
  domain: optional(text),
  statement: optional(text),
  version: optional(text),
  chainId: optional(chainNumber),
  litNodeClient: anything,
};

const DELEGATION = {
  dAppOwnerWallet: anything,
  uses: anything,
  delegateeAddresses: anything,
  capacityTokenId: anything,
};

type Params = Given<typeof PARAMS> & { delegation: CapacityDelegation };

/** The parameters of a message. Those of a delegation count by their mere presence. */
function readParams(params: unknown): Params {
  const given = optionsOf("params", params, PARAMS);
  const delegation = optionsOf("params", params, DELEGATION);
  for (const name of Object.keys(DELEGATION) as (keyof typeof DELEGATION)[]) {
    if (!isGiven(name, params as object, name)) {
      delete delegation[name];
    }
  }
  return Object.assign(given, { delegation: delegation as CapacityDelegation });
}

/** A member of the client that is passed for a message, ours or the official one. */
function clientMember(client: unknown, name: "clockSkew" | "config"): unknown {
  return typeof client === "object" && client !== null ? memberOf("litNodeClient", client, name) : undefined;
}

/** The domain that a client was made with. */
function domainOf(client: unknown): string | undefined {
  const config = clientMember(client, "config");
  const domain = typeof config === "object" && config !== null ? memberOf("litNodeClient", config, "domain") : undefined;
  return optional(text)("domain", domain);
}

/** As {@link createSiweMessage}, at a moment in milliseconds since 1970, whatever the expiration. */
export async function siweText(params: BaseSiweMessage, now: number): Promise<string> {
  return textOf(readParams(params), now);
}

async function textOf(params: Params, now: number): Promise<string> {
  if (!params.walletAddress) {
    throw missing("walletAddress");
  }
  await init();
  const message = new SiweMessage({
    domain: params.domain ?? domainOf(params.litNodeClient) ?? (globalThis.location?.host || "localhost"),
    address: params.walletAddress,
    statement: params.statement ?? "This is a test statement.  You can put anything you want here.",
    uri: params.uri ?? "https://localhost/login",
    version: params.version ?? "1",
    chainId: params.chainId ?? 1,
    nonce: params.nonce,
    issuedAt: new Date(now).toISOString(),
    expirationTime: params.expiration ?? new Date(now + WEEK).toISOString(),
  });
  const resources = delegationRequest(params.delegation) ?? params.resources;
  if (resources) {
    await addRecapToSiweMessage({ siweMessage: message, resources, litNodeClient: params.litNodeClient });
  }
  return message.toMessage();
}

/** As {@link createSiweMessage}. */
export function createSiweMessageWithRecaps(params: WithRecap): Promise<string> {
  return createSiweMessage(params);
}

/** As {@link createSiweMessage}, for a message that delegates capacity credits. */
export async function createSiweMessageWithCapacityDelegation(params: WithCapacityDelegation): Promise<string> {
  if (!optionsOf("params", params, { litNodeClient: anything }).litNodeClient) {
    throw missing("litNodeClient");
  }
  return createSiweMessage(params);
}

/**
 * Adds what resources ask for to a message, in place, and returns the message:
 * one ReCap and one statement however many there are. Loads lit.wasm if need be.
 */
export async function addRecapToSiweMessage<Message extends RecapMessage>(params: {
  siweMessage: Message;
  resources: LitResourceAbilityRequest[];
  litNodeClient: unknown;
}): Promise<Message> {
  const { siweMessage, resources, litNodeClient } = optionsOf("params", params, {
    siweMessage: object as Check<Message>,
    resources: optional(listOf(record({ resource: object as Check<ILitResource>, ability: text as Check<LitAbility>, data: anything }))),
    litNodeClient: anything,
  });
  if (!resources || resources.length === 0) {
    throw missing("resources");
  }
  if (!litNodeClient) {
    throw missing("litNodeClient");
  }
  await init();
  for (const { resource, ability, data } of resources) {
    const capability = new RecapSessionCapabilityObject();
    capability.addCapabilityForResource(resource, ability, data);
    if (!capability.verifyCapabilitiesForResource(resource, ability)) {
      const message = `Failed to verify capabilities for resource: "${resourceOf("resources", resource).key}" and ability: "${ability}`; // sic
      throw new BareError({ reason: "invalid_param", message, details: { param: "resources", want: "resources that allow the ability" } });
    }
    capability.addToSiweMessage(siweMessage);
  }
  return siweMessage;
}

function missing(param: string): LitError {
  return new BareError({ reason: "missing_param", message: `${param} is required`, details: { param } });
}

/** 17 letters and digits, of equal probability but for the remainder of 256 by 62. */
function randomNonce(): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from(crypto.getRandomValues(new Uint8Array(17)), (byte) => alphabet[byte % alphabet.length]).join("");
}
