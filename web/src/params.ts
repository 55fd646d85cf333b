/** Parameters, by the official SDK's names. What they mean and whether they fit is checked by the module. */
import type { AuthCallback } from "./callback.js";
import type { LitNetwork } from "./constants.js";
import type { LitResourceAbilityRequest } from "./resources.js";
import type { StorageChoice, StorageLike } from "./storage.js";

/** Addresses of a network's contracts, by name; `Staking` is needed. ABIs may be there and are not read. */
export interface LitContractContext {
  Staking: { address: string; abi?: unknown; name?: string };
  [contract: string]: { address: string; abi?: unknown; name?: string };
}

/** Or a contract that knows them. Addresses in `contractContext` win. */
export interface LitContractResolverContext {
  resolverAddress: string;
  /** 0 Dev, 1 Staging, 2 Prod. */
  environment: number;
  abi?: unknown;
  contractContext?: Partial<LitContractContext>;
  /** Cannot be asked: `rpcUrl` is required beside it. */
  provider?: unknown;
}

export interface LitNodeClientConfig {
  litNetwork: LitNetwork;
  /** The chain's JSON-RPC endpoint. Default: that of the network, `http://127.0.0.1:8545` for `custom`. */
  rpcUrl?: string;
  /** Where the contracts are. Required for `custom`. */
  contractContext?: LitContractContext | LitContractResolverContext;
  /** Overwritten by connect with what the chain says. */
  minNodeCount?: number;
  /** Milliseconds for all handshakes together. Default 20,000. */
  connectTimeout?: number;
  checkNodeAttestation?: boolean;
  /** Scheme of the nodes' URLs. Default: https on port 443, else that of the network. */
  nodeProtocol?: "http://" | "https://" | null;
  /** Logs each call's name and duration, nothing else. Default false. */
  debug?: boolean;
  /** The official form of `storage`; `storage` wins. */
  storageProvider?: { provider: StorageLike };
  /** Where the session key and authorizations rest. Default: localStorage where it can be used, else memory. */
  storage?: StorageChoice;
  /** Milliseconds for one answer of the storage; without it the session goes on from memory. Default 5,000. */
  storageTimeout?: number;
  /** Domain of the messages that are signed. Default: the page's host, or `litprotocol.com` outside of pages. */
  domain?: string;
  /** Pins the network's BLS key, 96 hex digits: with another one connect fails (reason `bad_signature`). */
  networkPublicKey?: string;
  /** Pins the nodes by their URLs, such as `https://192.0.2.1:443`: validators that are not listed are sent nothing. */
  nodes?: readonly string[];
  /** Asked for an AuthSig by calls that bring no `authNeededCallback`. */
  defaultAuthCallback?: AuthCallback;
  /** Milliseconds between looks at the epoch while connected. Default 10,000; 0 never looks. */
  epochInterval?: number;
  /** Clock, in milliseconds since 1970. Default: Date.now. */
  now?: () => number;
  /** Accepted and not used, as the two that follow: errors say more, and `debug` logs in one way. */
  alertWhenUnauthorized?: boolean;
  logFormat?: "text" | "json" | "datadog";
  serviceName?: string;
}

/** The part of the configuration that describes a network of one's own. */
export type CustomNetwork = Pick<
  LitNodeClientConfig,
  "litNetwork" | "contractContext" | "checkNodeAttestation" | "minNodeCount"
>;

/** Who signed what. A PKP's carries `algo: "LIT_BLS"`. */
export interface AuthSig {
  sig: string;
  derivedVia: string;
  signedMessage: string;
  address: string;
  algo?: string;
}

/** ed25519; hex of 32 and 64 bytes. */
export interface SessionKeyPair {
  publicKey: string;
  secretKey: string;
}

/** One signature per node, by node URL. Each is valid for its node only. */
export type SessionSigsMap = Record<string, AuthSig>;

/** A way to prove control of a PKP besides the action. */
export interface AuthMethod {
  authMethodType: number;
  accessToken: string;
}

/** How far a call is. */
export interface ProgressStep {
  /** The chain is read, nodes are asked who they are, a wallet is asked, code is fetched, nodes sign. */
  phase: "chain" | "handshake" | "wallet" | "gateway" | "sign";
  /** URL of the node that has just answered, or null. */
  node: string | null;
  /** Of needed; more where more answer than are needed. */
  done: number;
  needed: number;
}

/** Ours, with every call that takes its time; in the parameters or after them. */
export interface CallOptions {
  /** Aborting rejects with the signal's reason. Callers who share work with this one go on. */
  signal?: AbortSignal;
  /** Called at every step. */
  onProgress?: (step: ProgressStep) => void;
}

interface ActionNames {
  /** Source in base64. */
  litActionCode: string;
  /** CIDv0 of the source. */
  litActionIpfsId: string;
  /** Source as it is. */
  litActionSource: string;
}

/** One of the names, and the others absent. */
type Only<Name extends keyof ActionNames> = Pick<ActionNames, Name> & { [Other in Exclude<keyof ActionNames, Name>]?: never };

/** Exactly one of the three says which action runs. */
type ActionParams = Only<"litActionCode"> | Only<"litActionIpfsId"> | Only<"litActionSource">;

/** At most one of the three does. */
type OptionalAction = Partial<Only<"litActionCode">> | Partial<Only<"litActionIpfsId">> | Partial<Only<"litActionSource">>;

interface SessionParams extends CallOptions {
  /** What the session is to be allowed. */
  resourceAbilityRequests: LitResourceAbilityRequest[];
  chain?: string;
  /** RFC 3339, UTC, by this machine's clock. Default: 24 hours from now. */
  expiration?: string;
  domain?: string;
  /** Default: the one in storage, or a new one. */
  sessionKey?: SessionKeyPair;
  capabilityAuthSigs?: AuthSig[];
  capacityDelegationAuthSig?: AuthSig;
  sessionCapabilityObject?: { encodeAsSiweResource(): string };
  switchChain?: boolean;
}

interface PkpParams extends SessionParams {
  /** 65 bytes uncompressed, hex with or without `0x`. */
  pkpPublicKey: string;
  authMethods?: AuthMethod[];
  /** Has the action run, and the auth methods checked, anew, rather than using what was authorized before. */
  rerunAction?: boolean;
  /** With overwriteCode the client fetches the action's code, checks it against the CID and sends it to the nodes. */
  ipfsOptions?: { overwriteCode?: boolean; gatewayUrl?: `https://${string}/ipfs/` | `http://${string}/ipfs/` };
}

/**
 * jsParams become global variables of the action. They are part of the request to every node. Typed arrays and
 * ArrayBuffers in them become lists of their bytes.
 */
export type GetLitActionSessionSigs = PkpParams & { jsParams: object } & ActionParams;

/** An action, auth methods, or both. */
export type GetPkpSessionSigs = PkpParams & { jsParams?: object } & OptionalAction;

/** What is for the callback only goes to it as it is. */
export type GetSessionSigsProps = SessionParams & {
  /** Brings the AuthSig. Default: the client's `defaultAuthCallback`. */
  authNeededCallback?: AuthCallback;
  /** If given, an AuthSig of a PKP must be this one's. */
  pkpPublicKey?: string;
  jsParams?: object;
} & OptionalAction;

export type SignSessionKeyProp = CallOptions & {
  /** 65 bytes uncompressed, hex with or without `0x`. */
  pkpPublicKey: string;
  authMethods: AuthMethod[];
  /** What the session is to be allowed. Nodes sign for nothing less. */
  resourceAbilityRequests: LitResourceAbilityRequest[];
  /** Default: the one in storage, or a new one. */
  sessionKey?: SessionKeyPair;
  /** One line. */
  statement?: string;
  /** RFC 3339, UTC, by this machine's clock. Default: 24 hours from now. */
  expiration?: string;
  domain?: string;
  /** Default 1. */
  chainId?: number;
  jsParams?: object;
  /** As in the official SDK not used: resourceAbilityRequests say it. */
  resources?: unknown;
  /** As in the official SDK not used: it goes into authMethods. */
  authSig?: AuthSig;
} & OptionalAction;

export interface SignSessionKeyResponse {
  authSig: AuthSig;
  /** 130 hex digits, without `0x`. */
  pkpPublicKey: string;
}

export type GetWalletSigProps = Omit<SessionParams, "resourceAbilityRequests" | "capabilityAuthSigs" | "capacityDelegationAuthSig"> & {
  authNeededCallback?: AuthCallback;
  /** Default: that of sessionKey. */
  sessionKeyUri?: string;
  /** Block hash. Default: the latest. */
  nonce?: string;
  resourceAbilityRequests?: LitResourceAbilityRequest[];
  jsParams?: object;
} & OptionalAction;

export interface CheckNeedToResignSessionKey {
  authSig: AuthSig;
  sessionKeyUri: string;
  resourceAbilityRequests: LitResourceAbilityRequest[];
}
