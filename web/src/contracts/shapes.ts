/** Transactions, receipts and events in the shapes of ethers 5, which the official SDK returns. */
import { toHex } from "../hex.js";
import { makeError } from "../errors.js";
import { attempt, bytes, empty, invalid, listOf, memberOf, text } from "../given.js";
import { callModule } from "../load.js";
import { BigNumber } from "./bignumber.js";
import { hexOf } from "./options.js";

export interface Log {
  transactionIndex: number;
  blockNumber: number;
  transactionHash: string;
  address: string;
  topics: string[];
  data: string;
  logIndex: number;
  blockHash: string;
}

/** A log; those of Lit's contracts with name and arguments. */
export interface ContractEvent extends Log {
  event?: string;
  eventSignature?: string;
  /** A list whose elements can be had by name as well. */
  args?: Result;
}

export interface ContractReceipt {
  to: string | null;
  from: string;
  contractAddress: string | null;
  transactionIndex: number;
  gasUsed: BigNumber;
  logsBloom: string;
  blockHash: string;
  transactionHash: string;
  logs: Log[];
  blockNumber: number;
  /** As many as were waited for. */
  confirmations: number;
  cumulativeGasUsed: BigNumber;
  effectiveGasPrice: BigNumber;
  status: number;
  type: number;
  byzantium: true;
  events: ContractEvent[];
}

export interface ContractTransaction {
  hash: string;
  from: string;
  to: string;
  nonce: number;
  gasLimit: BigNumber;
  /** Null where the fee is capped as of EIP-1559. */
  gasPrice: BigNumber | null;
  maxFeePerGas?: BigNumber;
  maxPriorityFeePerGas?: BigNumber;
  data: string;
  value: BigNumber;
  chainId: number;
  type: number;
  accessList: [] | null;
  confirmations: 0;
  /**
   * Waits until it is mined and so many blocks confirm it, its own among them
   * (default 1); rejects with TransactionError when it reverts, disappears or
   * takes too long.
   */
  wait(confirmations?: number): Promise<ContractReceipt>;
}

/** Several values: a list whose elements can be had by name as well. */
export type Result = readonly unknown[] & Readonly<Record<string, unknown>>;

/** What the module says of a transaction that was sent. */
export interface ModuleSent {
  hash: string;
  block: number;
  /** Whether the nonce is the transaction's: a wallet may have chosen another. */
  nonceSure: boolean;
  transaction: Record<"from" | "to" | "data" | "value" | "nonce", string> &
    Partial<Record<"chainId" | "gas" | "gasPrice" | "maxFeePerGas" | "maxPriorityFeePerGas", string>>;
}

/** What the module says of one that was mined. */
export interface ModuleReceipt {
  receipt: Record<string, string | null> & { logs: Record<string, never>[] };
  events: ({ event: string; eventSignature: string; args: [name: string, value: unknown][] } | null)[];
}

/** EIP-55. */
const checksum = (address: string): string => callModule("checksumAddress", address);

const big = (hex: string) => BigNumber.from(hex);

export function toTransaction(sent: ModuleSent, chainId: number, wait: ContractTransaction["wait"]): ContractTransaction {
  const { from, to, data, value, nonce, gas, gasPrice, maxFeePerGas, maxPriorityFeePerGas } = Object.assign(
    empty<ModuleSent["transaction"]>(),
    sent.transaction,
  );
  const capped = maxFeePerGas !== undefined;
  return {
    hash: sent.hash,
    from: checksum(from),
    to: checksum(to),
    nonce: Number(nonce),
    gasLimit: big(gas ?? "0x0"),
    gasPrice: gasPrice ? big(gasPrice) : null,
    ...(capped && { maxFeePerGas: big(maxFeePerGas), maxPriorityFeePerGas: big(maxPriorityFeePerGas ?? "0x0") }),
    data,
    value: big(value),
    chainId,
    type: gasPrice ? 0 : 2,
    accessList: gasPrice ? null : [],
    confirmations: 0,
    wait,
  };
}

/** The chain's receipt, of which the module has checked what it uses itself. */
export function toReceipt(mined: ModuleReceipt, confirmations = 1): ContractReceipt {
  try {
    return readReceipt(mined, confirmations);
  } catch (cause) {
    throw makeError({ reason: "chain_unreachable", message: "The chain's receipt is malformed.", cause });
  }
}

function readReceipt({ receipt, events }: ModuleReceipt, confirmations: number): ContractReceipt {
  const text = (name: string) => receipt[name] as string;
  const address = (name: string) => (receipt[name] ? checksum(text(name)) : null);
  const logs = receipt.logs.map(toLog);
  return {
    to: address("to"),
    from: checksum(text("from")),
    contractAddress: address("contractAddress"),
    transactionIndex: Number(text("transactionIndex")),
    gasUsed: big(text("gasUsed")),
    logsBloom: text("logsBloom"),
    blockHash: text("blockHash"),
    transactionHash: text("transactionHash"),
    logs,
    blockNumber: Number(text("blockNumber")),
    confirmations,
    cumulativeGasUsed: big(text("cumulativeGasUsed")),
    effectiveGasPrice: big(receipt["effectiveGasPrice"] ?? "0x0"),
    status: Number(text("status")),
    type: Number(receipt["type"] ?? 0),
    byzantium: true,
    events: logs.map((log, i) => toEvent(log, events[i] ?? null)),
  };
}

function toLog(raw: Record<string, never>): Log {
  return {
    transactionIndex: Number(raw["transactionIndex"]),
    blockNumber: Number(raw["blockNumber"]),
    transactionHash: raw["transactionHash"]!,
    address: checksum(raw["address"]!),
    topics: raw["topics"]!,
    data: raw["data"]!,
    logIndex: Number(raw["logIndex"]),
    blockHash: raw["blockHash"]!,
  };
}

function toEvent(log: Log, known: ModuleReceipt["events"][number]): ContractEvent {
  if (!known) {
    return { ...log };
  }
  const args = named(known.args.map(([name, value]) => [name, toValue(value)]));
  return { ...log, args, event: known.event, eventSignature: known.eventSignature };
}

function named(entries: [name: string, value: unknown][]): Result {
  const list = entries.map(([, value]) => value);
  return Object.freeze(Object.assign(list, Object.fromEntries(entries))) as unknown as Result;
}

/** A value that a contract returned: numbers of more than 32 bits become BigNumber, tuples lists with names. */
export function toValue(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(toValue);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const { type, hex } = Object.assign(empty<{ type?: unknown; hex?: string }>(), value);
  if (type === "BigNumber" && hex !== undefined) {
    return big(hex);
  }
  return named(Object.entries(value).map(([name, inner]) => [name, toValue(inner)]));
}

/** How deep values may lie in each other. */
const MAX_DEPTH = 8;

/** Digits, characters and values in all: nodes take transactions of at most 128 KiB. */
const MAX_SIZE = 300_000;

/** What is left of {@link MAX_SIZE}. */
interface Budget {
  size: number;
}

/** Arguments of a function for the module. Errors name the function, and the argument's number. */
export function toArguments(name: string, args: readonly unknown[]): unknown[] {
  const left = { size: MAX_SIZE };
  return args.map((value, i) => fromValue(`argument ${i + 1} of ${name}`, value, left));
}

/** An argument for the module: whatever ethers takes for a number, bytes as hex, tuples by their names. */
export function fromValue(param: string, value: unknown, left: Budget = { size: MAX_SIZE }, depth = 0): unknown {
  spend(param, left, typeof value === "string" ? value.length : 1, depth);
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "string":
    case "number":
    case "boolean":
    case "undefined":
      return value;
    case "object":
      return value === null ? value : attempt(param, VALUES, () => fromObject(param, value, left, depth + 1));
  }
  throw invalid(param, VALUES);
}

function spend(param: string, left: Budget, size: number, depth: number): void {
  left.size -= size;
  if (left.size < 0 || depth > MAX_DEPTH) {
    throw invalid(param, `what fits into a transaction, and lists at most ${MAX_DEPTH} deep`);
  }
}

const VALUES = "a number, text, boolean or Uint8Array, or a list or object of these";

function fromObject(param: string, value: object, left: Budget, depth: number): unknown {
  if (ArrayBuffer.isView(value)) {
    const given = bytes(param, value);
    spend(param, left, 2 * given.length, depth);
    return toHex(given);
  }
  if (Array.isArray(value)) {
    return listOf((at, item) => fromValue(at, item, left, depth))(param, value);
  }
  const hex = hexOf(param, value);
  if (hex !== undefined) {
    return text(param, hex);
  }
  const tuple = empty<Record<string, unknown>>();
  for (const name of Object.keys(value)) {
    tuple[name] = fromValue(`${param}.${name}`, memberOf(param, value, name), left, depth);
  }
  return tuple;
}
