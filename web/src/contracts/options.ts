/** What callers of LitContracts may pass, and the checks of it. Numbers become texts that the module reads. */
import { abortSignal } from "../abort.js";
import type { LitContractContext, LitContractResolverContext } from "../params.js";
import {
  anything,
  attempt,
  callable,
  empty,
  invalid,
  isGiven,
  listOf,
  memberOf,
  number,
  object,
  optional,
  optionalOptionsOf,
  record,
  text,
  type Check,
  type Given,
} from "../given.js";
import type { LitNetwork } from "../constants.js";
import type { BigNumberish } from "./bignumber.js";
import type { BeforeSign, SenderLike } from "./sender.js";

/** How long things are waited for, in milliseconds. */
export interface Timing {
  /** For a transaction to be mined. Default 120,000. */
  receipt?: number;
  /** Between the first looks for it; the pause grows to ten times that. Default 100. */
  poll?: number;
  /** That the node may be away meanwhile. Default 15,000. */
  outage?: number;
  /** That a transaction may be unknown to the node. Default 15,000. */
  dropAfter?: number;
  /** For the node's answer to one request. Default 10,000. */
  answer?: number;
}

/** What a transaction may cost as far as the network says it, in wei; what the caller passes with a write is not bounded. */
export interface Limits {
  /** The price that a contract asks for. Default 10^18. */
  maxValue?: BigNumberish;
  /** For a unit of gas. Default 10^12. */
  maxFeePerGas?: BigNumberish;
  /** For all the gas of a transaction. Default 10^17. */
  maxFee?: BigNumberish;
}

export interface LitContractsOptions {
  /** Who pays: an ethers 5 or 6 signer, a viem wallet client or account, an EIP-1193 provider. Default: the page's wallet. */
  signer?: SenderLike;
  /** What reads are made through: a provider of ethers, a viem client, an EIP-1193 provider. */
  provider?: unknown;
  /** Default `datil-dev`. */
  network?: LitNetwork;
  /** Where the contracts are. Required for `custom`. */
  customContext?: LitContractContext | Partial<LitContractContext> | LitContractResolverContext;
  /** The chain's JSON-RPC endpoint. Default: that of an ethers or viem signer, else the network's. */
  rpc?: string;
  /** The first one is used. */
  rpcs?: string[];
  /** Logs names of calls, nothing else. Default false. */
  debug?: boolean;
  /** Ours: patience. */
  timing?: Timing;
  /**
   * Ours: the id of a custom network's chain. The node and the signer must be on it. Required there of signers that sign
   * for any chain: an account of viem, an ethers Wallet without a provider.
   */
  chainId?: BigNumberish;
  /** Ours: what the network may ask a signer to pay. */
  limits?: Limits;
  /** Ours: sees each transaction before the signer does, and refuses it by throwing or rejecting. */
  beforeSign?: BeforeSign;
}

/** What every call of ours takes beside the official parameters. */
export interface ReadOptions {
  /** Aborting rejects with the signal's reason. What a wallet was asked for already it may still do. */
  signal?: AbortSignal;
}

/** Overrides of a transaction, as ethers has them, and ours. */
export interface WriteOptions extends ReadOptions {
  gasLimit?: BigNumberish;
  gasPrice?: BigNumberish;
  maxFeePerGas?: BigNumberish;
  maxPriorityFeePerGas?: BigNumberish;
  nonce?: BigNumberish;
  value?: BigNumberish;
  /** Milliseconds for the receipt. */
  timeout?: number;
  /**
   * A transaction that did this already, `details.txHash` of an earlier
   * attempt's error: it is waited for, and nothing is sent. With `nonce` of the
   * same details it is known when another transaction took its place.
   */
  txHash?: string;
}

const WHOLE = "a whole number of 0 or more: a number, bigint or BigNumber, or a text in decimal or 0x and hex";

/** A whole number that is not negative, as a text. */
export const whole: Check<string> = (param, value) => {
  const written = attempt(param, WHOLE, () => writtenNumber(param, value));
  if (typeof written === "string" && written.length <= MAX_DIGITS && /^([0-9]+|0x[0-9a-f]+)$/i.test(written)) {
    return written;
  }
  throw invalid(param, WHOLE);
};

/** 256 bits have 78 digits in decimal; leading zeros are allowed. */
const MAX_DIGITS = 100;

function writtenNumber(param: string, value: unknown): unknown {
  if (typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))) {
    return value.toString();
  }
  return typeof value === "object" && value !== null ? hexOf(param, value) : value;
}

/** The hex of an object that stands for a number: a BigNumber, or its JSON. Undefined for any other. */
export function hexOf(param: string, value: object): unknown {
  const toHexString = memberOf(param, value, "toHexString");
  if (typeof toHexString === "function") {
    return toHexString.call(value) as unknown;
  }
  const type = memberOf(param, value, "type");
  return type === "BigNumber" || type === undefined ? memberOf(param, value, "hex") : undefined;
}

export const READ = { signal: optional(abortSignal) };

export const WRITE = {
  ...READ,
  gasLimit: optional(whole),
  gasPrice: optional(whole),
  maxFeePerGas: optional(whole),
  maxPriorityFeePerGas: optional(whole),
  nonce: optional(whole),
  value: optional(whole),
  timeout: optional(number),
  txHash: optional(text),
};

export type GivenWrite = Given<typeof WRITE>;

export const readOptions = (options: unknown): Given<typeof READ> => optionalOptionsOf("options", options, READ);
export const writeOptions = (options: unknown): GivenWrite => optionalOptionsOf("options", options, WRITE);

/** The names of WRITE out of a record that has others too. */
export function overridesOf(given: GivenWrite): GivenWrite {
  const overrides = empty<GivenWrite>();
  for (const name of Object.keys(WRITE) as (keyof GivenWrite)[]) {
    Object.assign(overrides, { [name]: given[name] });
  }
  return overrides;
}

const TIMES = ["receipt", "poll", "outage", "dropAfter", "answer"] as const;
const LIMITS = ["maxValue", "maxFeePerGas", "maxFee"] as const;

function each<Name extends string, Value>(names: readonly Name[], check: Check<Value>): Record<Name, Check<Value>> {
  return Object.fromEntries(names.map((name) => [name, check])) as Record<Name, Check<Value>>;
}

const OPTIONS = {
  signer: anything as Check<SenderLike | undefined>,
  provider: anything,
  network: optional(text) as Check<LitNetwork | undefined>,
  customContext: anything as Check<LitContractsOptions["customContext"]>,
  rpc: optional(text),
  rpcs: optional(listOf(text)),
  debug: anything,
  timing: optional(record(each(TIMES, optional(number)))),
  chainId: optional(whole),
  limits: optional(record(each(LIMITS, optional(whole)))),
  beforeSign: optional(callable) as Check<BeforeSign | undefined>,
  // What would put a key into the page: refused, and not repeated.
  privateKey: anything,
  randomPrivatekey: anything,
  options: anything,
};

export type GivenOptions = Given<typeof OPTIONS>;

export const contractsOptions = (args: unknown): GivenOptions => optionalOptionsOf("args", args, OPTIONS);

const CONTRACTS = ["Staking", "RateLimitNFT", "PubkeyRouter", "PKPHelper", "PKPPermissions", "PKPNFT"] as const;

/** ABIs and providers stay behind: they are large, or no data. */
export function addressesOnly(param: string, context: unknown): object | undefined {
  if (context === undefined || context === null) {
    return undefined;
  }
  const from = object(param, context);
  const addresses = empty<Record<string, unknown>>();
  const resolver = memberOf(`${param}.resolverAddress`, from, "resolverAddress");
  if (resolver) {
    addresses["resolverAddress"] = plain(resolver);
    addresses["environment"] = plain(memberOf(`${param}.environment`, from, "environment"));
    addresses["contractContext"] = addressesOnly(`${param}.contractContext`, memberOf(param, from, "contractContext"));
    return addresses;
  }
  for (const name of CONTRACTS) {
    const contract = isGiven(param, from, name) ? memberOf(`${param}.${name}`, from, name) : undefined;
    if (contract !== undefined && contract !== null) {
      const at = `${param}.${name}`;
      addresses[name] = { address: plain(memberOf(`${at}.address`, object(at, contract), "address")) };
    }
  }
  return addresses;
}

/** What JSON can say of a text or number; null, which the module refuses, for anything else. */
const plain = (value: unknown) => (typeof value === "string" || typeof value === "number" ? value : null);
