/** The connection of a LitContracts: its half inside the module, its sender, and the calls through both. */
import { Abort } from "../abort.js";
import { RPC_URL_BY_NETWORK, type LitNetwork } from "../constants.js";
import { InitError, InvalidParamType, isLitError, makeError, retold, TransactionError, type LitError } from "../errors.js";
import { load, type ModuleContracts, type Program } from "../load.js";
import { originLock } from "../locks.js";
import type { LitContractContext, LitContractResolverContext } from "../params.js";
import { pageWallet } from "../provider.js";
import type { BigNumberish } from "./bignumber.js";
import { describe, toRequest, toSender, walletSender, type ModuleTransaction, type Request, type Sender, type SenderLike } from "./sender.js";
import {
  fromValue,
  toReceipt,
  toTransaction,
  toValue,
  type ContractReceipt,
  type ContractTransaction,
  type ModuleReceipt,
  type ModuleSent,
} from "./shapes.js";

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

/** What a mint answers with. */
export interface ModuleMinted {
  tokenId: string;
  publicKey: string;
  ethAddress: string;
  sent: ModuleSent;
  receipt: ModuleReceipt;
}

const NOT_CONNECTED = "Contracts are not connected. Please call connect() first";
const NO_WALLET = "No web3 provider found. Please install Brave, MetaMask or another web3 provider.";

/** Of steps that the official SDK has a TransactionError for. */
const OFFICIAL_TEXTS: Record<string, string | undefined> = {
  mintCost: "Could not get mint cost",
  receipt: "No events found in receipt",
};

interface Binding {
  program: Program;
  contracts: ModuleContracts;
}

const abandoned = new FinalizationRegistry<Binding>(({ program, contracts }) => {
  if (!program.ended) {
    contracts.release();
  }
});

export class Core {
  readonly options: LitContractsOptions;
  readonly network: LitNetwork;
  readonly rpc: string;
  sender: Sender | undefined;
  connected = false;
  /** By contract, as connect found them. */
  addresses: Record<string, { address: string }> = {};
  #chainId = 0;
  #binding: Binding | undefined;

  constructor(options: LitContractsOptions) {
    this.options = options;
    this.network = options.network ?? "datil-dev";
    this.rpc = options.rpc ?? options.rpcs?.[0] ?? RPC_URL_BY_NETWORK[this.network];
  }

  async connect({ signal }: ReadOptions = {}): Promise<void> {
    const abort = new Abort(signal);
    try {
      await abort.race(this.#connect(abort.signal));
    } finally {
      abort.done();
    }
  }

  async #connect(signal: AbortSignal | undefined): Promise<void> {
    this.connected = false;
    this.sender = await this.#chooseSender();
    const program = await load();
    this.#bind(program);
    const state = await this.call<{ chainId: number; contracts: Core["addresses"] }>("connect", {}, signal);
    this.#chainId = state.chainId;
    this.addresses = state.contracts;
    if (this.sender) {
      await this.#ready(this.sender, signal);
    }
    this.connected = true;
  }

  /** The sender's account, once it is on the network's chain. Asks the user for nothing more after an abort. */
  async #ready(sender: Sender, signal: AbortSignal | undefined): Promise<string> {
    const abort = new Abort(signal);
    try {
      await abort.race(sender.useChain({ id: this.#chainId, rpcUrl: this.rpc }));
      return await abort.race(sender.address());
    } finally {
      abort.done();
    }
  }

  /** The caller's signer; else, where nothing to read through was given either, the page's wallet. */
  async #chooseSender(): Promise<Sender | undefined> {
    const { signer, provider } = this.options;
    if (signer) {
      return toSender(signer);
    }
    if (provider || !("document" in globalThis)) {
      return undefined; // reads only
    }
    const wallet = await pageWallet("signer");
    if (!wallet) {
      throw new InitError({ reason: "no_wallet", message: NO_WALLET });
    }
    return walletSender(wallet);
  }

  #bind(program: Program): void {
    if (this.#binding && !this.#binding.program.ended) {
      return; // it knows what is under way
    }
    const { customContext, timing, rpc, rpcs, signer } = this.options;
    const explicit = rpc !== undefined || rpcs !== undefined;
    const node = this.options.provider ? this.#provider() : explicit || !signer ? undefined : this.sender?.node;
    const config = JSON.stringify({ network: this.network, rpc: this.rpc, customContext: addressesOnly(customContext), timing, walletCounts: this.sender?.counts });
    const binding = { program, contracts: program.enter((api) => api.newContracts(config, this.#ports(node))) };
    abandoned.register(this, binding);
    this.#binding = binding;
  }

  #provider(): Request {
    const node = toRequest(this.options.provider);
    if (!node) {
      throw new InvalidParamType({
        reason: "invalid_param",
        message: "provider cannot make requests.",
        details: { param: "provider", want: "a provider with request or send: of ethers, of viem, or EIP-1193" },
      });
    }
    return node;
  }

  /** Holds no strong reference to this, or the module would keep it alive for ever. */
  #ports(node: Request | undefined) {
    const self = new WeakRef(this);
    const lock = originLock();
    return {
      describe,
      ...(lock && { lock }),
      send: async (json: string) => {
        const sender = self.deref()?.sender;
        if (!sender) {
          throw noSigner();
        }
        return sender.send(JSON.parse(json) as ModuleTransaction);
      },
      ...(node && {
        request: async (method: string, params: string) =>
          JSON.stringify((await node(method, JSON.parse(params) as unknown[])) ?? null),
      }),
    };
  }

  /** One call into the module. */
  async call<Answer>(name: Exclude<keyof ModuleContracts, "release">, args: object, signal?: AbortSignal): Promise<Answer> {
    const binding = this.#binding;
    if (!binding) {
      throw notConnected();
    }
    const abort = new Abort(signal);
    if (this.options.debug) {
      console.debug(`litsession contracts: ${name}`);
    }
    try {
      const json = JSON.stringify(args);
      const { program, contracts } = binding;
      return JSON.parse(await abort.race(program.run(() => contracts[name](json, abort.signal)))) as Answer;
    } finally {
      abort.done();
    }
  }

  /** @throws InitError before connect */
  requireConnected(): void {
    if (!this.connected) {
      throw notConnected();
    }
  }

  /** Calls a function that reads. */
  async read<Value>(contract: string, name: string, args: unknown[], options: ReadOptions = {}): Promise<Value> {
    this.requireConnected();
    const [value] = await this.call<unknown[]>("read", { contract, function: name, args: fromValue(args) }, options.signal);
    return toValue(value) as Value;
  }

  /** Sends a call, and does not wait for it. */
  async send(contract: string, name: string, args: unknown[], options: WriteOptions = {}): Promise<ContractTransaction> {
    const write = await this.write(contract, name, args, options);
    return this.transaction(await this.call<ModuleSent>("send", write, options.signal), options);
  }

  /** Mints a PKP by one of the functions that do. */
  async mint(contract: string, name: string, args: unknown[], options: WriteOptions = {}): Promise<ModuleMinted> {
    const write = await this.write(contract, name, args, options);
    try {
      return await this.call<ModuleMinted>("mint", write, options.signal);
    } catch (error) {
      const text = isLitError(error) && OFFICIAL_TEXTS[String(error.details["step"])];
      throw text ? transactionError(text, {}, error) : error;
    }
  }

  /** A write as the module takes it, once the sender is ready for it. */
  async write(contract: string, name: string, args: unknown[], options: WriteOptions): Promise<object> {
    this.requireConnected();
    const { sender } = this;
    if (!sender) {
      throw noSigner();
    }
    const { signal, ...rest } = options;
    const from = await this.#ready(sender, signal);
    const given = Object.entries(rest).filter(([, value]) => value !== undefined);
    return {
      from,
      contract,
      function: name,
      args: fromValue(args),
      options: fromValue(Object.fromEntries(given)),
    };
  }

  transaction(sent: ModuleSent, { signal, timeout }: WriteOptions): ContractTransaction {
    return toTransaction(sent, this.#chainId, async (confirmations = 1) =>
      toReceipt(await this.call<ModuleReceipt>("wait", { sent, timeout, confirmations }, signal), confirmations),
    );
  }

  receipt(mined: ModuleReceipt): ContractReceipt {
    return toReceipt(mined);
  }
}

/** ABIs and providers stay behind: they are large, or no data. */
function addressesOnly(context: LitContractsOptions["customContext"]): object | undefined {
  if (typeof context !== "object" || context === null) {
    return undefined;
  }
  const { resolverAddress, environment, contractContext } = context as LitContractResolverContext;
  if (resolverAddress) {
    return { resolverAddress, environment, contractContext: addressesOnly(contractContext) };
  }
  const entries = Object.entries(context as Partial<LitContractContext>);
  return Object.fromEntries(entries.map(([name, contract]) => [name, { address: contract?.address }]));
}

function notConnected(): LitError {
  return new InitError({ reason: "not_ready", message: NOT_CONNECTED, info: { connected: false } });
}

function noSigner(): LitError {
  return makeError({
    reason: "no_wallet",
    message: "There is no signer to send transactions with. Pass signer to LitContracts.",
    details: { param: "signer" },
  });
}

/**
 * The official TransactionError of a write that failed, with our reason and
 * details. What is no error of ours, an abort, comes through as it is.
 */
export function transactionError(text: string, info: Record<string, unknown>, cause: unknown): unknown {
  if (!isLitError(cause)) {
    return cause;
  }
  const { message } = cause;
  return new TransactionError(
    retold(cause, {
      message: message.startsWith(text) ? message : `${text}: ${message}`,
      shortMessage: text,
      info: { ...info, ...cause.info },
    }),
  );
}
