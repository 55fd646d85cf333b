/**
 * Senders: whatever a dapp has that can send a transaction, turned into the
 * one shape that LitContracts calls. Start with {@link toSender}.
 */
import { METAMASK_CHAIN_INFO } from "../constants.js";
import { InvalidParamType, isLitError, makeError, type LitError } from "../errors.js";
import { memberOf, object } from "../given.js";
import { useChain } from "../provider.js";
import { accountsOf, requestWallet, type EIP1193Provider } from "../signer.js";
import { isPending, isRejection } from "../walleterror.js";

/** A transaction as the module asks for it; numbers are hex. */
export interface ModuleTransaction {
  chainId: string;
  from: string;
  to: string;
  data: string;
  value: string;
  gas: string;
  nonce: string;
  gasPrice?: string;
  maxFeePerGas?: string;
  maxPriorityFeePerGas?: string;
  /** One like it may be on its way: the nonce must be this one. Else a wallet may choose another. */
  again: boolean;
  /** What is called. */
  contract?: string;
  function?: string;
}

/** A transaction that a signer is about to be given. */
export interface TransactionToSign {
  /** Of the contract that {@link contract} names. */
  readonly to: string;
  readonly from: string;
  /** Wei that go to the contract. */
  readonly value: bigint;
  readonly chainId: number;
  /** A browser wallet chooses another when it counts otherwise. */
  readonly nonce: number;
  readonly gasLimit: bigint;
  /** Wei for a unit of gas at most; `gasPrice` on chains without EIP-1559. */
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly gasPrice?: bigint;
  /** The call: selector and arguments, hex. */
  readonly data: string;
  /** The name of the contract, and of the function that data calls. */
  readonly contract: string;
  readonly functionName: string;
}

/** Sees a transaction before the signer does; throwing or rejecting refuses it. */
export type BeforeSign = (transaction: TransactionToSign) => unknown;

/** Shows the caller a transaction. A refusal is told with the code BEFORE_SIGN, which the module knows. */
export async function announce(
  beforeSign: BeforeSign | undefined,
  contract = "",
  functionName = "",
  { to, from, value, chainId, nonce, gas, data, again: _, ...price }: ModuleTransaction,
): Promise<void> {
  if (!beforeSign) {
    return;
  }
  const numbers = { value: BigInt(value), chainId: Number(chainId), nonce: Number(nonce), gasLimit: BigInt(gas) };
  const transaction = Object.freeze({ to, from, ...numbers, ...bigints(price as Record<string, string>), data, contract, functionName });
  try {
    await beforeSign(transaction);
  } catch (cause) {
    throw Object.assign(new Error("beforeSign refused the transaction", { cause }), { code: "BEFORE_SIGN" });
  }
}

/** A chain, and what a wallet needs to know to add it. */
export interface Chain {
  id: number;
  rpcUrl: string;
}

export interface Sender {
  address(): Promise<string>;
  /** Makes sure that it sends on the chain, asking the user to switch if it can. */
  useChain(chain: Chain): Promise<void>;
  /** A transaction's hash, or the transaction signed; both in hex. */
  send(transaction: ModuleTransaction): Promise<string>;
  /** It chooses nonces itself, unless a transaction says `again`. */
  readonly counts?: boolean;
  /** It has no chain of its own, and signs for the one that a transaction says. */
  readonly signsForAnyChain?: boolean;
  /** A node that it brings along, if any. */
  readonly node?: Request;
}

/** A JSON-RPC request. */
export type Request = (method: string, params: unknown[]) => Promise<unknown>;

/** A signer of ethers 5 or 6, or a PKP wallet. */
export interface EthersLikeSender {
  getAddress(): Promise<string> | string;
  sendTransaction?(transaction: never): Promise<{ hash: string }>;
  signTransaction?(transaction: never): Promise<string>;
  readonly provider?: unknown;
  /** Of PKP wallets. */
  readonly rpcProvider?: unknown;
}

/** A wallet client of viem with an account. */
export interface ViemWalletSender {
  getAddresses(): Promise<readonly string[]>;
  getChainId(): Promise<number>;
  sendTransaction(transaction: never): Promise<string>;
  request(args: never): Promise<unknown>;
  readonly account?: unknown;
}

/** An account of viem that holds its key. */
export interface ViemLocalAccount {
  readonly address: string;
  readonly type: string;
  signTransaction(transaction: never): Promise<string>;
}

export type SenderLike = EthersLikeSender | ViemWalletSender | ViemLocalAccount | EIP1193Provider;

/**
 * Takes a signer of ethers 5 or 6, a wallet client or account of viem, or an
 * EIP-1193 provider. A signer without a node signs only; the module sends then.
 *
 * @throws InvalidParamType for anything else
 */
export function toSender(signer: SenderLike): Sender {
  const holder = object("signer", signer);
  const has = (name: string) => typeof memberOf("signer", holder, name) === "function";
  if (has("sendTransaction") && has("getAddresses")) {
    return viemSender(signer as ViemWalletSender);
  }
  if (has("getAddress") && (has("sendTransaction") || has("signTransaction"))) {
    return ethersSender(signer as EthersLikeSender);
  }
  if (has("signTransaction") && typeof memberOf("signer", holder, "address") === "string") {
    return accountSender(signer as ViemLocalAccount);
  }
  if (has("request")) {
    return walletSender(signer as EIP1193Provider);
  }
  throw new InvalidParamType({
    reason: "invalid_param",
    message: "signer cannot send transactions.",
    details: { param: "signer", want: "an ethers signer, a viem wallet client or account, or an EIP-1193 provider" },
  });
}

/** A provider's requests: EIP-1193 and viem have request, the providers of ethers send. */
export function toRequest(param: string, provider: unknown): Request | undefined {
  if (provider === undefined || provider === null) {
    return undefined;
  }
  const holder = object(param, provider);
  if (typeof memberOf(param, holder, "request") === "function") {
    const wallet = provider as EIP1193Provider;
    return (method, params) => wallet.request({ method, params });
  }
  if (typeof memberOf(param, holder, "send") === "function") {
    const node = provider as { send(method: string, params: unknown[]): Promise<unknown> };
    return (method, params) => node.send(method, params);
  }
  return undefined;
}

const fees = ({ gasPrice, maxFeePerGas, maxPriorityFeePerGas }: ModuleTransaction) =>
  gasPrice ? { gasPrice } : { maxFeePerGas, maxPriorityFeePerGas };

function bigints<Name extends string>(values: Partial<Record<Name, string | undefined>>): Record<Name, bigint> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, BigInt(value as string)])) as Record<Name, bigint>;
}

/**
 * Signs and sends in the extension or app; the account is the first that the
 * user gives the page. It is no node: the chain that it asks is the one that
 * the user is on, which is not always the network's.
 */
export function walletSender(provider: EIP1193Provider): Sender {
  return {
    counts: true,
    address: async () => (await accountsOf(provider))[0] ?? missingAccount(),
    useChain: (chain) => switchWallet(provider, chain),
    send: async ({ again, nonce, ...transaction }) =>
      (await provider.request({ method: "eth_sendTransaction", params: [{ ...transaction, ...(again && { nonce }) }] })) as string,
  };
}

function ethersSender(signer: EthersLikeSender): Sender {
  const provider = memberOf("signer.provider", signer, "provider") ?? memberOf("signer.rpcProvider", signer, "rpcProvider");
  const node = toRequest("signer.provider", provider);
  const canSend = typeof memberOf("signer", signer, "sendTransaction") === "function" && Boolean(provider);
  const common = ({ chainId, to, data, value, gas }: ModuleTransaction) => ({
    chainId: Number(chainId),
    to,
    data,
    value,
    gasLimit: gas,
  });
  return {
    address: async () => signer.getAddress(),
    useChain: async (chain) => {
      if (node) {
        requireChain(chain, Number(await node("eth_chainId", [])));
      }
    },
    send: async (transaction) => {
      // Always with the nonce: the providers of ethers 6 answer from a cache, so signers would count wrong.
      const fields = { ...fees(transaction), type: transaction.gasPrice ? 0 : 2, nonce: Number(transaction.nonce) };
      const complete = { ...common(transaction), ...fields } as never;
      return canSend ? (await signer.sendTransaction!(complete)).hash : signer.signTransaction!(complete);
    },
    signsForAnyChain: !provider,
    ...(node && { node }),
  };
}

function viemSender(client: ViemWalletSender): Sender {
  const account = async () => client.account ?? (await client.getAddresses())[0] ?? missingAccount();
  return {
    address: async () => {
      const own = await account();
      return typeof own === "string" ? own : (own as { address: string }).address;
    },
    useChain: async (chain) => requireChain(chain, await client.getChainId()),
    send: async (transaction) => {
      const { to, data, value, gas, nonce } = transaction;
      const fields = { ...bigints({ value, gas }), ...bigints(fees(transaction)), nonce: Number(nonce) };
      return client.sendTransaction({ account: await account(), chain: null, to, data, ...fields } as never);
    },
    node: toRequest("signer", client)!,
  };
}

function accountSender(account: ViemLocalAccount): Sender {
  return {
    signsForAnyChain: true,
    address: async () => account.address,
    useChain: async () => {}, // the chain is part of what it signs
    send: async (transaction) => {
      const { chainId, to, data, value, gas, nonce, gasPrice } = transaction;
      const fields = { ...bigints({ value, gas }), ...bigints(fees(transaction)), type: gasPrice ? "legacy" : "eip1559" };
      return account.signTransaction({ chainId: Number(chainId), nonce: Number(nonce), to, data, ...fields } as never);
    },
  };
}

function missingAccount(): never {
  throw makeError({ reason: "no_wallet", message: "The wallet gives the page no account. Unlock it and connect one." });
}

/** Has the wallet switch, and add the chain if it does not know it. */
async function switchWallet(provider: EIP1193Provider, chain: Chain): Promise<void> {
  let have: number | undefined;
  try {
    have = await useChain(provider, chain.id, description(chain));
  } catch (error) {
    if (isRejection(error)) {
      throw makeError({
        reason: "user_rejected",
        message: `The user did not let the wallet switch to chain ${chain.id}.`,
        details: { want: String(chain.id) },
        cause: error,
      });
    }
    if (isPending(error)) {
      throw error;
    }
    const current = requestWallet<string>(provider, "eth_chainId").then(Number, () => undefined);
    throw wrongChain(chain, await current, error);
  }
  requireChain(chain, have);
}

function description(chain: Chain): object {
  const { chainId, iconUrls, rpcUrls, ...rest } = METAMASK_CHAIN_INFO.yellowstone;
  if (chain.id === chainId && !/^https?:\/\/(127\.|localhost|\[::1\])/.test(chain.rpcUrl)) {
    return { ...rest, rpcUrls };
  }
  const { nativeCurrency } = rest;
  return { chainName: `Lit local network ${chain.id}`, nativeCurrency, rpcUrls: [chain.rpcUrl] };
}

function requireChain(chain: Chain, have: number): void {
  if (have !== chain.id) {
    throw wrongChain(chain, have);
  }
}

function wrongChain(chain: Chain, have: number | undefined, cause?: unknown): LitError {
  return makeError({
    reason: "wrong_chain",
    message: `The wallet is on chain ${have ?? "unknown"}, and the network's chain is ${chain.id}. Switch it by hand.`,
    details: { chainId: String(have ?? ""), want: String(chain.id) },
    cause,
  });
}

/** How deep wallets and libraries wrap the error that started it all. */
const MAX_DEPTH = 6;

/** What nodes say of a nonce that another transaction has; libraries put it into the message of an inner error. */
const NONCE_REFUSED = /nonce too low|replacement transaction underpriced/i;

/** What the module wants to know of a failure: {codes, message, data?, hash?}. */
export function describe(thrown: unknown): string {
  const codes: string[] = [];
  let message: string | undefined;
  let data: string | undefined;
  let hash: string | undefined;
  let level: unknown[] = [thrown];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) {
        continue;
      }
      const e = value as Record<string, unknown>;
      for (const code of [isLitError(value) ? e["reason"] : e["code"], e["name"]]) {
        if (typeof code === "number" || typeof code === "string") {
          codes.push(String(code));
        }
      }
      if (NONCE_REFUSED.test(String(text(e["message"])))) {
        codes.push("NONCE_EXPIRED");
      }
      message ??= text(e["shortMessage"]) ?? text(e["reason"]) ?? text(e["message"]);
      data ??= hex(e["data"]);
      hash ??= hex(e["transactionHash"], 66);
      const inner = e["data"] as Record<string, unknown> | undefined;
      const info = e["info"] as Record<string, unknown> | undefined;
      next.push(e["cause"], e["error"], e["originalError"], info?.["error"]);
      if (typeof inner === "object") {
        next.push(inner, inner?.["originalError"]);
      }
    }
    level = next;
  }
  return JSON.stringify({ codes, message: withoutURLs(message ?? String(thrown)), data, hash });
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

const hex = (value: unknown, length?: number) =>
  typeof value === "string" && /^0x([0-9a-f]{2})*$/i.test(value) && (length === undefined || value.length === length)
    ? value
    : undefined;

/** Cuts addresses in a foreign text down to their origin: the rest often holds a key. */
function withoutURLs(message: string): string {
  return message.replace(/(\w+:\/\/)(?:[^\s/@]*@)?([^\s/?#"')]+)[^\s"')]*/g, "$1$2");
}
