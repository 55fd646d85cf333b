/** The connection of a LitContracts: its half inside the module, its sender, and the calls through both. */
import { Abort } from "../abort.js";
import { RPC_URL_BY_NETWORK, type LitNetwork } from "../constants.js";
import { InitError, InvalidParamType, isLitError, makeError, ParamsMissingError, retold, TransactionError, type LitError } from "../errors.js";
import { count, parseRecord, text } from "../given.js";
import { load, type ModuleContracts, type Program } from "../load.js";
import { Abandoned, weakly } from "../living.js";
import { originLock } from "../locks.js";
import { pageWallet } from "../provider.js";
import { addressesOnly, readOptions, writeOptions, type GivenOptions, type ReadOptions, type WriteOptions } from "./options.js";
import { announce, describe, toRequest, toSender, walletSender, type ModuleTransaction, type Request, type Sender } from "./sender.js";
import {
  toArguments,
  toReceipt,
  toTransaction,
  toValue,
  type ContractReceipt,
  type ContractTransaction,
  type ModuleReceipt,
  type ModuleSent,
} from "./shapes.js";

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

const abandoned = new Abandoned<Binding>(({ program, contracts }) => {
  if (!program.ended) {
    contracts.release();
  }
});

export class Core {
  readonly options: GivenOptions;
  readonly network: LitNetwork;
  readonly rpc: string;
  sender: Sender | undefined;
  connected = false;
  /** By contract, as connect found them. */
  addresses: Record<string, { address: string }> = {};
  #chainId = 0;
  #binding: Binding | undefined;

  constructor(options: GivenOptions) {
    this.options = options;
    this.network = options.network ?? "datil-dev";
    this.rpc = options.rpc ?? options.rpcs?.[0] ?? RPC_URL_BY_NETWORK[this.network];
  }

  async connect(options?: ReadOptions): Promise<void> {
    const abort = new Abort(readOptions(options).signal);
    try {
      await abort.race(this.#connect(abort.signal));
    } finally {
      abort.done();
    }
  }

  async #connect(signal: AbortSignal | undefined): Promise<void> {
    this.connected = false;
    this.sender = await this.#chooseSender();
    if (this.sender?.signsForAnyChain && this.network === "custom" && this.options.chainId === undefined) {
      throw missingChain();
    }
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
      return text("signer", await abort.race(sender.address()));
    } finally {
      abort.done();
    }
  }

  /** The caller's signer; else, where nothing to read through was given either, the page's wallet. */
  async #chooseSender(): Promise<Sender | undefined> {
    const { signer, provider } = this.options;
    if (signer !== undefined && signer !== null) {
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
    const { customContext, timing, limits, chainId, rpc, rpcs, signer } = this.options;
    const explicit = rpc !== undefined || rpcs !== undefined;
    const node = this.options.provider ? this.#provider() : explicit || !signer ? undefined : this.sender?.node;
    const config = JSON.stringify({
      network: this.network,
      rpc: this.rpc,
      chainId,
      customContext: addressesOnly("customContext", customContext),
      timing,
      limits,
      walletCounts: this.sender?.counts,
    });
    const binding = { program, contracts: program.enter((api) => api.newContracts(config, this.#ports(node))) };
    abandoned.register(this, binding);
    this.#binding = binding;
  }

  #provider(): Request {
    const node = toRequest("provider", this.options.provider);
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
    const self = weakly(this);
    const lock = originLock();
    return {
      describe,
      ...(lock && { lock }),
      send: async (json: string) => {
        const core = self.deref();
        if (!core?.sender) {
          throw noSigner();
        }
        const transaction = parseRecord<ModuleTransaction>(json);
        const { contract, function: name } = transaction;
        delete transaction.contract; // signers take none
        delete transaction.function;
        await announce(core.options.beforeSign, contract, name, transaction);
        return core.sender.send(transaction);
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
  async read<Value>(contract: string, name: string, args: unknown[], options?: ReadOptions): Promise<Value> {
    this.requireConnected();
    const { signal } = readOptions(options);
    const [value] = await this.call<unknown[]>("read", { contract, function: name, args: toArguments(name, args) }, signal);
    return toValue(value) as Value;
  }

  /** Sends a call, and does not wait for it. */
  async send(contract: string, name: string, args: unknown[], options?: WriteOptions, more?: object): Promise<ContractTransaction> {
    this.requireConnected();
    const { signal, timeout } = writeOptions(options);
    const write = await this.write(contract, name, args, options, more);
    return this.transaction(await this.call<ModuleSent>("send", write, signal), { signal, timeout });
  }

  /** Mints a PKP by one of the functions that do. */
  async mint(contract: string, name: string, args: unknown[], options?: WriteOptions): Promise<ModuleMinted> {
    this.requireConnected();
    const { signal } = writeOptions(options);
    const write = await this.write(contract, name, args, options);
    try {
      return await this.call<ModuleMinted>("mint", write, signal);
    } catch (error) {
      const text = isLitError(error) && OFFICIAL_TEXTS[String(error.details["step"])];
      throw text ? transactionError(text, {}, error) : error;
    }
  }

  /** A write as the module takes it, once the sender is ready for it. More are options of the module alone. */
  async write(contract: string, name: string, args: unknown[], options?: WriteOptions, more?: object): Promise<object> {
    this.requireConnected();
    const { sender } = this;
    if (!sender) {
      throw noSigner();
    }
    const { signal, ...overrides } = writeOptions(options);
    const encoded = toArguments(name, args);
    const from = await this.#ready(sender, signal);
    return { from, contract, function: name, args: encoded, options: { ...overrides, ...more } };
  }

  /** A transaction that was sent. The options are those of waiting for it. */
  transaction(sent: ModuleSent, { signal, timeout }: { signal?: AbortSignal | undefined; timeout?: number | undefined }): ContractTransaction {
    return toTransaction(sent, this.#chainId, async (confirmations = 1) => {
      const args = { sent, timeout, confirmations: count("confirmations", confirmations) };
      return toReceipt(await this.call<ModuleReceipt>("wait", args, signal), confirmations);
    });
  }

  receipt(mined: ModuleReceipt): ContractReceipt {
    return toReceipt(mined);
  }
}

function missingChain(): LitError {
  return new ParamsMissingError({
    reason: "missing_param",
    message: "chainId is required: this signer signs for whatever chain the node names. Pass the id of the network's chain.",
    details: { param: "chainId" },
  });
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
