/**
 * Errors: the classes that the official SDK throws, so that ported `catch`
 * blocks keep working, plus a finer `reason` that never changes its meaning.
 * Start with {@link isLitError}.
 */

import { anything, empty, flag, object, optional, optionsOf, text, type Check } from "./given.js";

/** Reasons that the module reports; each is explained in the README's table. */
export type ModuleReason =
  | "invalid_param"
  | "missing_param"
  | "conflicting_params"
  | "unknown_network"
  | "invalid_session_key"
  | "not_ready"
  | "no_wallet_signature"
  | "node_unreachable"
  | "chain_unreachable"
  | "gateway_unreachable"
  | "not_enough_nodes"
  | "timeout"
  | "no_blockhash"
  | "not_authorized"
  | "action_failed"
  | "request_refused"
  | "rate_limited"
  | "node_fault"
  | "not_enough_shares"
  | "bad_signature"
  | "bad_share"
  | "bad_attestation"
  | "cid_mismatch"
  | "message_mismatch"
  | "nodes_disagree"
  | "network_changed"
  | "storage_denied"
  | "storage_full"
  | "storage_corrupt"
  | "no_wallet"
  | "user_rejected"
  | "wrong_chain"
  | "insufficient_funds"
  | "too_expensive"
  | "reverted"
  | "transaction_dropped"
  | "wallet_failed"
  | "internal";

/** Reasons of the loader itself: lit.wasm did not arrive or did not compile. */
export type LoaderReason = "module_unavailable";

export type ErrorReason = ModuleReason | LoaderReason;

/** One node's part in a failure of many. */
export interface NodeFailure {
  /** Node URL. */
  url: string;
  /** HTTP status, 0 when no answer came. */
  status: number;
  /** The node's `errorCode`, "" when it gave none. */
  nodeCode: string;
  /** The node's words, or what went wrong on the way. */
  message: string;
}

/** Facts about a failure. Which keys are there depends on `reason`. */
export interface ErrorDetails {
  /** The parameter at fault. */
  param?: string;
  /** What that parameter should be. */
  want?: string;
  /** What it was instead, where a wallet's message says something else. */
  got?: string;
  /** What could not be reached, without credentials. */
  url?: string;
  /** HTTP status. */
  status?: number;
  /** How many nodes or shares there were. */
  have?: number;
  /** How many were needed. */
  need?: number;
  /** Every node's answer. */
  failures?: NodeFailure[];
  /** What a failed action printed on a node, up to 4,000 bytes. */
  logs?: string;
  /** Seconds until the nodes that refused take requests again. */
  retryAfter?: number;
  /** What did not verify. */
  subject?: string;
  /** The node that sent it. */
  node?: string;
  /** Storage key. */
  key?: string;
  /** Transaction, `0x` and 64 hex digits. */
  txHash?: string;
  /** Why the contract refused: its text, or the name of its error with the arguments. */
  revert?: string;
  [fact: string]: unknown;
}

/** The official SDK's `info`; filled for errors that nodes reported. */
export interface ErrorInfo {
  requestId?: string;
  errorCode?: string;
  message?: string;
  [fact: string]: unknown;
}

/** The official SDK's classification. */
export type ErrorKind = "Validation" | "Unexpected" | "Unknown" | "Config";

/** What makes up an error before it has a class. A parameter that is wrong is always named, with what it should be. */
export type ErrorFields = CommonFields &
  (
    | { reason: "invalid_param"; details: ErrorDetails & { param: string; want: string } }
    | { reason: "missing_param"; details: ErrorDetails & { param: string } }
    | { reason: Exclude<ErrorReason, "invalid_param" | "missing_param">; details?: ErrorDetails }
  );

interface CommonFields {
  /** One sentence, with the advice at its end if there is any. */
  message: string;
  /** The sentence without advice; the official SDK's text where it has one. */
  shortMessage?: string;
  /** Default: from details. */
  info?: ErrorInfo;
  /** Whether the same call may succeed later. */
  retryable?: boolean;
  cause?: unknown;
}

/** The fields of an error that says the same as another in other words; that one becomes its cause. */
export function retold(error: LitError, words: CommonFields): ErrorFields {
  const { reason, details, retryable } = error;
  return { reason, details, retryable, cause: error, ...words } as ErrorFields;
}

/** Base of every error that this package throws. */
export abstract class LitError extends Error {
  /** Name of the official SDK's class. */
  declare readonly name: string;
  /** The official SDK's code: the name in snake case. */
  readonly code: string;
  readonly kind: ErrorKind;
  readonly shortMessage: string;
  readonly info: ErrorInfo;
  /** Stable, finer than `code`: compare this one. */
  readonly reason: ErrorReason;
  readonly details: ErrorDetails;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;

  protected constructor(kind: ErrorKind, given: ErrorFields) {
    const fields = fieldsOf(given);
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = snakeCase(this.name);
    this.kind = kind;
    this.shortMessage = fields.shortMessage ?? fields.message;
    this.info = fields.info ?? infoFrom(fields.details);
    this.reason = fields.reason;
    this.details = fields.details ?? {};
    this.retryable = fields.retryable ?? false;
  }

  /** The official SDK's keys first, then ours. Nothing in it is secret. */
  toJSON(): Record<string, unknown> {
    const { name, message, shortMessage, info, code, kind, reason, details, retryable } = this;
    const inner = Object.hasOwn(this, "cause") ? this.cause : undefined;
    const cause = inner instanceof Error ? { name: inner.name, message: inner.message } : undefined;
    return { name, message, shortMessage, cause, info, code, kind, reason, details, retryable };
  }
}

function fieldsOf(fields: ErrorFields): ErrorFields {
  return optionsOf("fields", fields, {
    reason: text as Check<ErrorReason>,
    message: text,
    shortMessage: optional(text),
    details: optional(object) as Check<ErrorDetails | undefined>,
    info: optional(object) as Check<ErrorInfo | undefined>,
    retryable: optional(flag),
    cause: anything,
  }) as ErrorFields;
}

/** What the official SDK copies of the answer that most nodes gave; on a tie, of the one that came first. */
function infoFrom(details: ErrorDetails = {}): ErrorInfo {
  const facts = Object.assign(empty<ErrorDetails>(), details);
  const { requestId, errorCode, message } = facts as ErrorInfo;
  if (message) {
    return { ...(requestId && { requestId }), ...(errorCode && { errorCode }), message };
  }
  const answers = (facts.failures ?? []).filter((failure) => failure.nodeCode);
  const votes = (code: string) => answers.filter(({ nodeCode }) => nodeCode === code).length;
  const [most] = answers.sort((a, b) => votes(b.nodeCode) - votes(a.nodeCode));
  return {
    ...(typeof requestId === "string" && { requestId }),
    ...(most && { errorCode: most.nodeCode, message: most.message }),
  };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter, at: number) => (at ? "_" : "") + letter.toLowerCase());
}

/** Makes the class of one official name. The name sits on the prototype, so stack traces begin with it. */
function official(name: string, kind: ErrorKind) {
  const made = class extends LitError {
    constructor(fields: ErrorFields) {
      super(kind, fields);
    }
  };
  Object.defineProperty(made, "name", { value: name, configurable: true });
  Object.defineProperty(made.prototype, "name", { value: name, configurable: true, writable: true });
  return made;
}

export const InvalidParamType = official("InvalidParamType", "Validation");
export const ParamsMissingError = official("ParamsMissingError", "Validation");
export const UnsupportedMethodError = official("UnsupportedMethodError", "Validation");
export const InvalidArgumentException = official("InvalidArgumentException", "Validation");
export const InvalidSignatureError = official("InvalidSignatureError", "Validation");
export const LitNodeClientNotReadyError = official("LitNodeClientNotReadyError", "Unexpected");
export const InitError = official("InitError", "Unexpected");
export const NetworkError = official("NetworkError", "Unexpected");
export const InvalidEthBlockhash = official("InvalidEthBlockhash", "Unexpected");
export const InvalidNodeAttestation = official("InvalidNodeAttestation", "Unexpected");
export const NoValidShares = official("NoValidShares", "Unexpected");
export const LocalStorageItemNotFoundException = official("LocalStorageItemNotFoundException", "Unexpected");
export const LocalStorageItemNotSetException = official("LocalStorageItemNotSetException", "Unexpected");
export const WasmInitError = official("WasmInitError", "Unexpected");
export const NoWalletException = official("NoWalletException", "Validation");
export const UnsupportedChainException = official("UnsupportedChainException", "Validation");
export const WrongNetworkException = official("WrongNetworkException", "Validation");
export const TransactionError = official("TransactionError", "Unexpected");
export const WalletSignatureNotFoundError = official("WalletSignatureNotFoundError", "Validation");
export const WrongParamFormat = official("WrongParamFormat", "Validation");
export const NodeError = official("NodeError", "Unknown");
export const UnknownError = official("UnknownError", "Unknown");
/** For the cases in which the official SDK throws a plain Error; ours has a reason all the same. */
export const BareError = official("Error", "Validation");

/** The official class of each reason: its own where the official SDK throws for that case, else the nearest. */
const CLASS_OF: { readonly [R in ErrorReason]: new (fields: ErrorFields) => LitError } = {
  invalid_param: InvalidParamType,
  missing_param: ParamsMissingError,
  conflicting_params: UnsupportedMethodError,
  unknown_network: InvalidParamType,
  invalid_session_key: InvalidParamType,
  not_ready: LitNodeClientNotReadyError,
  no_wallet_signature: WalletSignatureNotFoundError,
  node_unreachable: NetworkError,
  chain_unreachable: NetworkError,
  gateway_unreachable: NetworkError,
  not_enough_nodes: InitError,
  timeout: NetworkError,
  no_blockhash: InvalidEthBlockhash,
  not_authorized: NodeError,
  action_failed: NodeError,
  request_refused: NodeError,
  rate_limited: NodeError,
  node_fault: NodeError,
  not_enough_shares: NodeError,
  bad_signature: InvalidSignatureError,
  bad_share: NoValidShares,
  bad_attestation: InvalidNodeAttestation,
  cid_mismatch: InvalidArgumentException,
  message_mismatch: InvalidSignatureError,
  nodes_disagree: NodeError,
  network_changed: InitError,
  storage_denied: LocalStorageItemNotSetException,
  storage_full: LocalStorageItemNotSetException,
  storage_corrupt: LocalStorageItemNotFoundException,
  no_wallet: InitError,
  user_rejected: TransactionError,
  wrong_chain: WrongNetworkException,
  insufficient_funds: TransactionError,
  too_expensive: TransactionError,
  reverted: TransactionError,
  transaction_dropped: TransactionError,
  wallet_failed: TransactionError,
  internal: UnknownError,
  module_unavailable: WasmInitError,
};

/** Every reason, those of the module first. */
export const ERROR_REASONS = Object.freeze(Object.keys(CLASS_OF)) as readonly ErrorReason[];

/** The official class depends on what was under way too, which details tell. */
function classOf({ reason, details: given }: ErrorFields): new (fields: ErrorFields) => LitError {
  const details = Object.assign(empty<ErrorDetails>(), given);
  if ((reason === "not_enough_nodes" || reason === "timeout") && "requestId" in details) {
    return NodeError; // nodes were asked to sign
  }
  if ((reason === "timeout" && "need" in details) || (reason === "invalid_param" && details.param === "contractContext")) {
    return InitError; // connect
  }
  return CLASS_OF[reason];
}

/** Builds the error of a reason. A reason that this version does not know becomes `internal`. */
export function makeError(fields: ErrorFields): LitError {
  const known: ErrorFields = isReason(fields.reason) ? fields : { ...fields, reason: "internal" };
  return new (classOf(known))(known);
}

/**
 * Tells whether e is an error of this package, also when it was thrown by
 * another copy of it (bundles duplicate classes): it tests the object's own
 * `reason`, never `instanceof`. Never throws.
 */
export function isLitError(e: unknown): e is LitError {
  try {
    return typeof e === "object" && e !== null && Object.hasOwn(e, "reason") && isReason((e as LitError).reason);
  } catch {
    return false; // a getter or a Proxy threw
  }
}

function isReason(reason: unknown): reason is ErrorReason {
  return typeof reason === "string" && Object.hasOwn(CLASS_OF, reason);
}
