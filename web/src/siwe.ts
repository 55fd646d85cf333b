/** SIWE messages (EIP-4361): as an object, and as the official SDK's functions make them. */
import { SIWE_DELEGATION_URI } from "./constants.js";
import { delegationRequest, type CapacityDelegation } from "./credits.js";
import { BareError, type LitError } from "./errors.js";
import { requireFuture } from "./expiration.js";
import { callModule, init } from "./load.js";
import { RecapSessionCapabilityObject, type RecapMessage } from "./recap.js";
import type { LitResourceAbilityRequest } from "./resources.js";

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
    Object.assign(this, typeof param === "string" ? callModule<SiweFields>("parseSiwe", param) : param);
  }

  /** The text to sign. Fills in nonce and issuedAt where they are absent, checks every field, and needs lit.wasm. */
  toMessage(): string {
    this.nonce ||= randomNonce();
    this.issuedAt ||= new Date().toISOString();
    return callModule("formatSiwe", { ...this, chainId: Number(this.chainId) });
  }

  /** As toMessage. */
  prepareMessage(): string {
    return this.toMessage();
  }
}

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
  /** Default: `localhost`. */
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

const WEEK = 7 * 24 * 60 * 60 * 1000;

/**
 * The text of a message for a wallet to sign. An expiration in the past is
 * refused (`invalid_param`). With `resources`, or with
 * parameters that delegate capacity credits, it carries a ReCap; that needs
 * `litNodeClient`. Loads lit.wasm if need be.
 */
export async function createSiweMessage<Params extends BaseSiweMessage>(params: Params): Promise<string> {
  const now = Date.now();
  const { clockSkew } = Object(params?.litNodeClient) as { clockSkew?: unknown };
  // A client tells a callback an expiration by the nodes' clocks, a dapp reads its own.
  requireFuture(params?.expiration, now + Math.min(0, Number(clockSkew) || 0));
  return siweText(params, now);
}

/** As {@link createSiweMessage}, at a moment in milliseconds since 1970, whatever the expiration. */
export async function siweText(params: BaseSiweMessage, now: number): Promise<string> {
  if (!params?.walletAddress) {
    throw missing("walletAddress");
  }
  await init();
  const message = new SiweMessage({
    domain: params.domain ?? "localhost",
    address: params.walletAddress,
    statement: params.statement ?? "This is a test statement.  You can put anything you want here.",
    uri: params.uri ?? "https://localhost/login",
    version: params.version ?? "1",
    chainId: params.chainId ?? 1,
    nonce: params.nonce,
    issuedAt: new Date(now).toISOString(),
    expirationTime: params.expiration ?? new Date(now + WEEK).toISOString(),
  });
  const resources = delegationRequest(params as CapacityDelegation) ?? params.resources;
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
  if (!params.litNodeClient) {
    throw missing("litNodeClient");
  }
  return createSiweMessage(params);
}

/**
 * Adds what resources ask for to a message, in place, and returns the message:
 * one ReCap and one statement however many there are. Loads lit.wasm if need be.
 */
export async function addRecapToSiweMessage<Message extends RecapMessage>({
  siweMessage,
  resources,
  litNodeClient,
}: {
  siweMessage: Message;
  resources: LitResourceAbilityRequest[];
  litNodeClient: unknown;
}): Promise<Message> {
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
      const message = `Failed to verify capabilities for resource: "${resource}" and ability: "${ability}`; // sic
      throw new BareError({ reason: "invalid_param", message, details: { param: "resources" } });
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
