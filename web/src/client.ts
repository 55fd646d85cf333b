/**
 * The client: the official SDK's class over the module. It holds no protocol
 * logic; it keeps what dapps read synchronously, and passes calls on.
 */
import { Abort } from "./abort.js";
import { LIT_NETWORK } from "./constants.js";
import { delegateCapacity, requireOwner, type CapacityCreditsReq, type CapacityCreditsRes } from "./delegation.js";
import { InvalidParamType, makeError, ParamsMissingError, type ErrorFields } from "./errors.js";
import { Emitter } from "./events.js";
import { load, type ModuleClient, type Ports, type Program } from "./load.js";
import {
  encodeConfig,
  encodeParams,
  type AuthSig,
  type GetLitActionSessionSigs,
  type LitNodeClientConfig,
  type SessionKeyPair,
  type SessionSigsMap,
} from "./params.js";
import { RecapSessionCapabilityObject, type ISessionCapabilityObject } from "./recap.js";
import type { ILitResource } from "./resources.js";
import { resolveStorage, type ResolvedStorage, type StorageKind } from "./storage.js";
import { getSessionSigByUrl } from "./validate.js";

/** Why the connection is gone. */
export type Disconnection = { reason: "disconnect" } | { reason: "error"; error: unknown };

export interface ClientEvents {
  connected: true;
  disconnected: Disconnection;
  /** Failures that no call reports, such as a storage that is full. */
  error: unknown;
}

export interface CallOptions {
  /** Aborting rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** The configuration with the defaults filled in. */
export type ResolvedConfig = LitNodeClientConfig &
  Required<Pick<LitNodeClientConfig, "minNodeCount" | "connectTimeout" | "checkNodeAttestation" | "debug">>;

/** What the module says after connecting. */
interface NetworkState {
  connectedNodes: string[];
  minNodeCount: number;
  networkPubKey: string;
  subnetPubKey: string;
  networkPubKeySet: string;
  hdRootPubkeys: string[];
  latestBlockhash: string;
  currentEpochNumber: number;
}

/** The program that a client uses and its half inside. */
interface Binding {
  program: Program;
  client: ModuleClient;
}

/** Frees the inside half of clients that were dropped without disconnect. */
const abandoned = new FinalizationRegistry<Binding>(release);

/**
 * A connection to a Lit network.
 *
 * ```js
 * const client = new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext });
 * await client.connect();
 * const sessionSigs = await client.getLitActionSessionSigs({ … });
 * ```
 */
export class LitNodeClient extends Emitter<ClientEvents> {
  readonly config: ResolvedConfig;
  /** Where the session key rests. `"memory"` when nothing else can be used here: it is gone with this client. */
  readonly storageKind: StorageKind;
  /** True between connect and disconnect. */
  ready = false;
  /** URLs of the nodes that answered. */
  connectedNodes: Set<string> = new Set();
  /** The network's BLS key, 96 hex digits; null before connect, like the fields that follow. */
  networkPubKey: string | null = null;
  subnetPubKey: string | null = null;
  networkPubKeySet: string | null = null;
  /** Compressed secp256k1 keys, 66 hex digits each. */
  hdRootPubkeys: string[] | null = null;
  /** As of connect; {@link getLatestBlockhash} gives a current one. */
  latestBlockhash: string | null = null;
  currentEpochNumber: number | null = null;

  readonly #storage: ResolvedStorage;
  #binding: Binding | undefined;
  #connecting: Promise<void> | undefined;
  #attempt: AbortController | undefined;

  /** Throws ParamsMissingError and InvalidParamType as the official client does; the rest is checked by connect. */
  constructor(config: LitNodeClientConfig) {
    super();
    if (!config) {
      throw new ParamsMissingError({
        reason: "missing_param",
        message: "must provide LitNodeClient parameters",
        details: { param: "config" },
      });
    }
    requireKnownNetwork(config.litNetwork);
    this.#storage = resolveStorage(config.storage ?? config.storageProvider?.provider);
    this.storageKind = this.#storage.kind;
    this.config = {
      minNodeCount: 2,
      connectTimeout: 20_000,
      checkNodeAttestation: false,
      debug: false,
      ...config,
    };
  }

  /**
   * Reads the network from the chain and shakes hands with its nodes.
   * Concurrent calls share one attempt; a signal ends only its caller's wait.
   */
  async connect(options?: CallOptions): Promise<void> {
    const abort = new Abort(options?.signal);
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined));
    await abort.race(this.#connecting).finally(() => abort.done());
  }

  /** Forgets the connection, and ends an attempt at one. The session key stays where it is stored. */
  async disconnect(): Promise<void> {
    this.#attempt?.abort(new DOMException("The client was disconnected.", "AbortError"));
    const binding = this.#binding;
    this.#binding = undefined;
    this.#lost({ reason: "disconnect" });
    if (binding && !binding.program.ended) {
      await binding.program.run(() => binding.client.disconnect()).finally(() => release(binding));
    }
  }

  /**
   * Has the nodes run a Lit Action that decides whether this session may use
   * the PKP, and returns one session signature per node.
   */
  async getLitActionSessionSigs(params: GetLitActionSessionSigs, options?: CallOptions): Promise<SessionSigsMap> {
    const signal = options?.signal ?? params?.signal;
    const json = encodeParams(params);
    return this.#call("getLitActionSessionSigs", signal, (client, ours) => client.getLitActionSessionSigs(json, undefined, ours));
  }

  /** The session key in storage, made and stored if there is none. */
  async getSessionKey(): Promise<SessionKeyPair> {
    return this.#call("getSessionKey", undefined, (client) => client.getSessionKey());
  }

  /** A block hash that nodes accept as nonce, at most 30 seconds old. */
  async getLatestBlockhash(options?: CallOptions): Promise<string> {
    return this.#call("getLatestBlockhash", options?.signal, (client, signal) => client.getLatestBlockhash(signal));
  }

  /**
   * Has the owner of capacity credits sign that others may spend them; pass
   * the result to the getSessionSigs family. Connects first where need be.
   */
  async createCapacityDelegationAuthSig(params: CapacityCreditsReq): Promise<CapacityCreditsRes> {
    requireOwner(params);
    if (!this.ready) {
      await this.connect();
    }
    return delegateCapacity(params, this);
  }

  /** An empty session capability object, or with addAll one that allows everything on each of the resources. */
  static async generateSessionCapabilityObjectWithWildcards(
    litResources: ILitResource[],
    addAll = false,
  ): Promise<ISessionCapabilityObject> {
    const capability = new RecapSessionCapabilityObject();
    (addAll ? litResources : []).forEach((resource) => capability.addAllCapabilitiesForResource(resource));
    return capability;
  }

  /** An empty session capability object: as in the official SDK the resources are not looked at. */
  async generateSessionCapabilityObjectWithWildcards(litResources: ILitResource[]): Promise<ISessionCapabilityObject> {
    return LitNodeClient.generateSessionCapabilityObjectWithWildcards(litResources);
  }

  /** As the function of that name. */
  getSessionSigByUrl(params: { sessionSigs: SessionSigsMap; url: string }): AuthSig {
    return getSessionSigByUrl(params);
  }

  async #connect(): Promise<void> {
    if (this.#binding?.program.ended) {
      this.#binding = undefined;
    }
    this.#attempt = new AbortController();
    const { signal } = this.#attempt;
    const state: NetworkState = await this.#call("connect", signal, (client, ours) => client.connect(undefined, ours));
    this.config.minNodeCount = state.minNodeCount;
    this.connectedNodes = new Set(state.connectedNodes);
    this.networkPubKey = state.networkPubKey;
    this.subnetPubKey = state.subnetPubKey;
    this.networkPubKeySet = state.networkPubKeySet;
    this.hdRootPubkeys = state.hdRootPubkeys;
    this.latestBlockhash = state.latestBlockhash;
    this.currentEpochNumber = state.currentEpochNumber;
    this.ready = true;
    this.dispatch("connected", true);
    globalThis.document?.dispatchEvent(new Event("lit-ready"));
  }

  /** One call into the module: loads it if need be, obeys the signal, parses the result. */
  async #call<Result>(
    name: string,
    signal: AbortSignal | undefined,
    enter: (client: ModuleClient, signal?: AbortSignal) => Promise<string>,
  ): Promise<Result> {
    const abort = new Abort(signal);
    const start = performance.now();
    try {
      const { program, client } = await abort.race(this.#bind());
      return JSON.parse(await abort.race(program.run(() => enter(client, abort.signal)))) as Result;
    } catch (error) {
      this.#noteDeath(error);
      throw error;
    } finally {
      abort.done();
      if (this.config.debug) {
        console.debug(`litsession ${name}: ${(performance.now() - start).toFixed(1)} ms`);
      }
    }
  }

  /** This client's half inside the module, made when first needed. */
  async #bind(): Promise<Binding> {
    const program = this.#binding?.program ?? (await load());
    this.#binding ??= this.#enter(program);
    return this.#binding;
  }

  #enter(program: Program): Binding {
    const domain = this.config.domain ?? (globalThis.location?.host || undefined);
    const config = encodeConfig({ ...this.config, domain });
    const binding = { program, client: program.enter((api) => api.newClient(config, this.#ports())) };
    abandoned.register(this, binding, binding.client);
    this.#reportRefusal();
    return binding;
  }

  /** Holds no strong reference to this client, or the module would keep it alive for ever. */
  #ports(): Ports {
    const self = new WeakRef(this);
    const { port } = this.#storage;
    const { now } = this.config;
    return {
      ...(port && { storage: port }),
      ...(now && { now: () => now() }),
      onEvent: (json) => {
        const client = self.deref();
        if (client) {
          client.#report(json);
        }
      },
    };
  }

  /** Once, and not before the first call, so that listeners are there to hear it. */
  #reportRefusal(): void {
    const { refusal } = this.#storage;
    if (refusal !== undefined) {
      this.#storage.refusal = undefined;
      const message = "The storage that was asked for cannot be used here; the session lives in memory.";
      this.dispatch("error", makeError({ reason: "storage_denied", message, cause: refusal }));
    }
  }

  #report(json: string): void {
    const event = JSON.parse(json) as { type: string; error?: ErrorFields };
    if (event.type === "error" && event.error) {
      this.dispatch("error", makeError(event.error));
    }
  }

  /** The module died under us: the connection it held is gone. */
  #noteDeath(error: unknown): void {
    if (this.#binding?.program.ended && this.ready) {
      this.dispatch("error", error);
      this.#lost({ reason: "error", error });
    }
  }

  #lost(why: Disconnection): void {
    this.ready = false;
    this.dispatch("disconnected", why);
  }
}

function release({ program, client }: Binding): void {
  abandoned.unregister(client);
  if (!program.ended) {
    client.release();
  }
}

function requireKnownNetwork(network: unknown): void {
  const known: readonly unknown[] = Object.values(LIT_NETWORK);
  if (!known.includes(network)) {
    const names = known.join(", ");
    throw new InvalidParamType({
      reason: "unknown_network",
      message: `Unsupported network has been provided please use a "litNetwork" option which is supported (${names})`,
      details: { param: "litNetwork", want: names },
    });
  }
}
