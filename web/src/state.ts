/** What a client tells: its events, its configuration, and what the module says of the network. */
import { attempt, callable, empty, memberOf, number, object, optional } from "./given.js";
import { CONFIG_NAMES } from "./crossing.js";
import type { LitNodeClientConfig } from "./params.js";

/** Why the connection is gone. */
export type Disconnection = { reason: "disconnect" } | { reason: "error"; error: unknown };

export interface ClientEvents {
  connected: true;
  disconnected: Disconnection;
  /** Failures that no call reports, such as a storage that is full. */
  error: unknown;
}

/** The configuration with the defaults filled in. */
export type ResolvedConfig = LitNodeClientConfig &
  Required<
    Pick<
      LitNodeClientConfig,
      | "minNodeCount"
      | "connectTimeout"
      | "checkNodeAttestation"
      | "nodeProtocol"
      | "alertWhenUnauthorized"
      | "debug"
      | "epochInterval"
    >
  > & {
    /** URLs of all validators, by connect. */
    bootstrapUrls: string[];
  };

/** What the module says of the network. */
export interface NetworkState {
  connectedNodes: string[];
  nodes: string[];
  minNodeCount: number;
  networkPubKey: string;
  subnetPubKey: string;
  networkPubKeySet: string;
  hdRootPubkeys: string[];
  latestBlockhash: string;
  currentEpochNumber: number;
  clockSkew: number;
}

/** What the loader itself uses of a configuration; the rest is checked by the module, when it connects. */
const CONFIG = {
  now: optional(callable),
  defaultAuthCallback: optional(callable),
  epochInterval: optional(number),
};

/**
 * A configuration with the official defaults, and ours, where nothing is given
 * or undefined is: a record without a prototype, of the caller's own names and
 * of those that a class of the caller's has.
 */
export function givenConfig(config: unknown): ResolvedConfig {
  const from = object("config", config);
  const names = attempt("config", "an object that can be read", () => Object.keys(from));
  const resolved = Object.assign(empty<Record<string, unknown>>(), {
    alertWhenUnauthorized: false,
    minNodeCount: 2,
    bootstrapUrls: [],
    nodeProtocol: null,
    connectTimeout: 20_000,
    checkNodeAttestation: false,
    debug: false,
    epochInterval: 10_000,
  });
  for (const name of new Set([...names, ...CONFIG_NAMES])) {
    const value = memberOf(name, from, name);
    if (value !== undefined) {
      resolved[name] = Object.hasOwn(CONFIG, name) ? CONFIG[name as keyof typeof CONFIG](name, value) : value;
    }
  }
  return resolved as unknown as ResolvedConfig;
}
