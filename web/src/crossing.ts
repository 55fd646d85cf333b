/** How parameters and configuration cross to the module: each name read once, as JSON, once. */
import { nameOf, type AuthCallback } from "./callback.js";
import { CALL } from "./checks.js";
import { InvalidArgumentException, isLitError } from "./errors.js";
import { anything, callable, invalid, memberOf, optional, optionsOf, type Check, type Given } from "./given.js";
import type { LitNodeClientConfig } from "./params.js";
import type { ILitResource, LitResourceAbilityRequest } from "./resources.js";

/** Of the configuration the module reads these. */
const MODULE_CONFIG = [
  "litNetwork",
  "rpcUrl",
  "contractContext",
  "minNodeCount",
  "connectTimeout",
  "checkNodeAttestation",
  "nodeProtocol",
  "domain",
  "networkPublicKey",
  "nodes",
  "storageTimeout",
] as const;

/** Every name of a configuration that means something here. */
export const CONFIG_NAMES: readonly (keyof LitNodeClientConfig)[] = [
  ...MODULE_CONFIG,
  "debug",
  "storage",
  "storageProvider",
  "defaultAuthCallback",
  "epochInterval",
  "now",
];

/** A text. Only what is large or no data is refused here: the module says more of the rest. */
const small: Check<unknown> = (param, value) => {
  if (["object", "function", "symbol", "bigint"].includes(typeof value) && value !== null) {
    throw invalid(param, "a string");
  }
  return value;
};

const moment: Check<unknown> = (param, value) => {
  if (value instanceof Date) {
    throw invalid(param, "a string, as toISOString gives it");
  }
  return small(param, value);
};

/** Everything but jsParams, where typed arrays have a meaning. */
const data: Check<unknown> = (param, value) => {
  if (ArrayBuffer.isView(value)) {
    throw invalid(param, "no typed array");
  }
  return value;
};

/** A name that is none of ours and often written for one that is: the module says so where that one is missing. */
const misnamed: Check<true | undefined> = (_, value) => (value === undefined || value === null ? undefined : true);

/** The parameters that cross to the module, in this order. */
const PARAMS = {
  pkpPublicKey: small,
  litActionCode: small,
  litActionIpfsId: small,
  litActionSource: small,
  jsParams: anything,
  resourceAbilityRequests: data,
  chain: small,
  expiration: moment,
  domain: small,
  sessionKey: data,
  capabilityAuthSigs: data,
  capacityDelegationAuthSig: data,
  sessionCapabilityObject: data,
  authMethods: data,
  ipfsOptions: data,
  rerunAction: data,
  switchChain: data,
  statement: small,
  chainId: data,
  sessionKeyUri: small,
  nonce: small,
  authSig: data,
  code: misnamed,
  ipfsId: misnamed,
  authMethod: misnamed,
  authNeededCallback: optional(callable) as Check<AuthCallback | undefined>,
};

/** What the caller of a method gave, each name read once. */
export type GivenParams = Given<typeof PARAMS & typeof CALL>;

/** Reads the parameters of a method. What they mean is checked by the module. */
export function givenParams(params: unknown): GivenParams {
  return optionsOf("params", params, { ...PARAMS, ...CALL });
}

/**
 * The configuration as the module reads it, a record without a prototype. ABIs and providers stay behind: they are
 * large, or no data.
 */
export function encodeConfig(config: Partial<LitNodeClientConfig>): string {
  return encode(config, MODULE_CONFIG, (name, value) => {
    if (name !== "contractContext") {
      return JSON.stringify(value);
    }
    if (isObject(value) && memberOf("contractContext.provider", value, "provider") && !config.rpcUrl) {
      throw invalid("rpcUrl", "the address of the chain's node, since contractContext.provider cannot be asked");
    }
    return JSON.stringify(value, withoutABIs);
  });
}

/**
 * The parameters as the module reads them: each value as JSON.stringify writes it, because parts of it get signed.
 * Of the callback that would be asked the module learns only whether it is the one of another call.
 */
export function encodeParams(params: GivenParams, callback?: AuthCallback): string {
  return encode(params, Object.keys(PARAMS), (name, value) =>
    name === "jsParams"
      ? JSON.stringify(value, bytesAsList)
      : JSON.stringify(name === "authNeededCallback" ? nameOf(callback) : plain(name, value)),
  );
}

/**
 * Binary data in jsParams becomes a list of its bytes, whatever the width of its elements: what the official SDK makes
 * of members of executeJs' jsParams, and here at any depth.
 */
function bytesAsList(this: Record<string, unknown>, key: string, value: unknown): unknown {
  // A Buffer has a toJSON of its own, which was called already.
  const held = isObject(value) && Object.hasOwn(value, "type") && (value as { type?: unknown }).type === "Buffer" ? this[key] : value;
  if (ArrayBuffer.isView(held)) {
    return Array.from(new Uint8Array(held.buffer, held.byteOffset, held.byteLength));
  }
  const kind = isObject(held) ? Object.prototype.toString.call(held) : "";
  return kind === "[object ArrayBuffer]" || kind === "[object SharedArrayBuffer]"
    ? Array.from(new Uint8Array(held as ArrayBuffer))
    : value;
}

/** A value as JSON can carry it. What JSON.stringify would silently make into something else is refused. */
function plain(name: string, value: unknown): unknown {
  switch (name) {
    case "sessionCapabilityObject":
      return capability(value);
    case "resourceAbilityRequests":
      return requests(value);
  }
  return value;
}

/**
 * Resources are objects of the resource classes, the official SDK's or ours:
 * they say themselves which abilities they have. What is no list of requests
 * goes as it is and is refused by the module.
 */
function requests(value: unknown): unknown {
  for (const request of Array.isArray(value) ? (value as unknown[]) : []) {
    const resource = isObject(request) && memberOf("resourceAbilityRequests", request, "resource");
    if (resource) {
      requireAbility(resource as ILitResource, memberOf("resourceAbilityRequests", request, "ability"));
    }
  }
  return value;
}

function requireAbility(resource: ILitResource, ability: unknown): void {
  const param = "resourceAbilityRequests";
  if (typeof resource.isValidLitAbility !== "function") {
    throw invalid(param, "a list of {resource, ability} with resources such as new LitPKPResource(id)");
  }
  if (!resource.isValidLitAbility(ability as LitResourceAbilityRequest["ability"])) {
    throw new InvalidArgumentException({
      reason: "invalid_param",
      message: "The specified Lit resource does not support the specified ability.",
      details: { param, want: "an ability of the resource's kind" },
    });
  }
}

/** A value that cannot be JSON (a function, a cycle, a bigint, a getter that throws) is `invalid_param`. */
function encode(
  values: object,
  names: readonly string[],
  write: (name: string, value: unknown) => string | undefined,
): string {
  const members: string[] = [];
  for (const name of names) {
    const value = (values as Record<string, unknown>)[name];
    let text: string | undefined;
    try {
      text = write(name, value);
    } catch (cause) {
      throw isLitError(cause) ? cause : invalid(name, "a value that JSON can hold", cause);
    }
    if (text !== undefined) {
      members.push(`${JSON.stringify(name)}:${text}`);
    } else if (value !== undefined && name !== "authNeededCallback") {
      throw invalid(name, "a value that JSON can hold");
    }
  }
  return `{${members.join(",")}}`;
}

function withoutABIs(key: string, value: unknown): unknown {
  return key === "abi" || key === "provider" ? undefined : value;
}

/** An object of the official SDK gives its urn; anything else goes as it is and is refused by the module. */
function capability(value: unknown): unknown {
  const encodeAsSiweResource = isObject(value) && memberOf("sessionCapabilityObject", value, "encodeAsSiweResource");
  return typeof encodeAsSiweResource === "function" ? { urn: encodeAsSiweResource.call(value) as unknown } : value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
