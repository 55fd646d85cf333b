/** What a client tells: its events, its configuration, and what the module says of the network. */
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

/** A configuration with the official defaults, and ours, where nothing is given or undefined is. */
export function withDefaults(config: LitNodeClientConfig): ResolvedConfig {
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  return {
    alertWhenUnauthorized: false,
    minNodeCount: 2,
    bootstrapUrls: [],
    nodeProtocol: null,
    connectTimeout: 20_000,
    checkNodeAttestation: false,
    debug: false,
    epochInterval: 10_000,
    ...(Object.fromEntries(given) as unknown as LitNodeClientConfig),
  };
}
