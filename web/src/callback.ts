/** The callback that brings a wallet's AuthSig, and how the module reaches it. */
import { InvalidParamType } from "./errors.js";
import { parseRecord } from "./given.js";
import type { ModuleSignIn } from "./load.js";
import type { AuthSig, SessionKeyPair } from "./params.js";
import type { LitResourceAbilityRequest } from "./resources.js";

/** What a callback is told: the official SDK's fields, and no others. */
export interface AuthCallbackParams {
  chain: string;
  /** Belongs at the end of the statement of the message. */
  statement?: string;
  resources?: string[];
  switchChain?: boolean;
  /** RFC 3339. */
  expiration?: string;
  /** Of the session key; becomes the message's URI. */
  uri?: string;
  /** A secret. Not for a `defaultAuthCallback`, as the action and jsParams. */
  sessionKey?: SessionKeyPair;
  /** Block hash. */
  nonce: string;
  domain?: string;
  /** The caller's own objects. */
  resourceAbilityRequests?: LitResourceAbilityRequest[];
  litActionCode?: string;
  litActionIpfsId?: string;
  jsParams?: Record<string, unknown>;
}

export type AuthCallback = (params: AuthCallbackParams) => Promise<AuthSig>;

/** Callbacks that were seen, and the number of the newest. */
const seen = { names: new WeakMap<object, string>(), last: 0 };

/** What tells a callback from every other one, in the module; undefined for what is none. */
export function nameOf(callback: unknown): string | undefined {
  if (typeof callback !== "function") {
    return undefined;
  }
  const name = seen.names.get(callback) ?? String(++seen.last);
  seen.names.set(callback, name);
  return name;
}

/** The parameters of a call that a callback sees as they are, not as copies. */
interface Own {
  authNeededCallback?: AuthCallback;
  domain?: string;
  resourceAbilityRequests?: LitResourceAbilityRequest[];
  jsParams?: object;
}

/**
 * What the module calls for an AuthSig: the call's own callback, else the
 * client's, else undefined.
 */
export function signInWith(params: Own, defaultAuthCallback: AuthCallback | undefined): ModuleSignIn | undefined {
  const { authNeededCallback } = params;
  const callback = authNeededCallback ?? defaultAuthCallback;
  if (!callback) {
    return undefined;
  }
  if (typeof callback !== "function") {
    throw new InvalidParamType({
      reason: "invalid_param",
      message: "authNeededCallback must be a function.",
      details: { param: "authNeededCallback", want: "a function" },
    });
  }
  return async (json) => {
    const asked = parseRecord<AuthCallbackParams>(json);
    const authSig = await callback(authNeededCallback ? asWritten(asked, params) : forDefault(asked, params));
    return written(authSig);
  };
}

/** What a callback gave, as JSON; what cannot be written is no AuthSig. */
function written(authSig: unknown): string {
  try {
    return JSON.stringify(authSig) ?? "null";
  } catch {
    return "null";
  }
}

/** With the caller's own objects, whose methods a callback calls. */
function asWritten(asked: AuthCallbackParams, { domain, resourceAbilityRequests, jsParams }: Own): AuthCallbackParams {
  return {
    ...asked,
    ...(domain !== undefined && { domain }),
    ...(resourceAbilityRequests && { resourceAbilityRequests }),
    ...(jsParams && { jsParams: jsParams as Record<string, unknown> }),
  };
}

/** Unlike the official one it learns what is asked for: an AuthSig that grants less is no good. */
function forDefault(asked: AuthCallbackParams, { domain, resourceAbilityRequests }: Own): AuthCallbackParams {
  const { chain, statement, resources, switchChain, expiration, uri, nonce } = asked;
  return {
    chain,
    nonce,
    ...(statement !== undefined && { statement }),
    ...(resources && { resources }),
    ...(switchChain && { switchChain }),
    ...(expiration && { expiration }),
    ...(uri && { uri }),
    ...(domain !== undefined && { domain }),
    ...(resourceAbilityRequests && { resourceAbilityRequests }),
  };
}
