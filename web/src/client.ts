/**
 * The client: the official SDK's class over the module. It holds no protocol
 * logic; it keeps what dapps read synchronously, and passes calls on.
 */
import { Abort, abortable } from "./abort.js";
import { Attempt } from "./attempt.js";
import { bindMethods } from "./bound.js";
import { signInWith, type AuthCallback } from "./callback.js";
import { CALL, progressOf, requireKnownNetwork } from "./checks.js";
import { LIT_SESSION_KEY_URI } from "./constants.js";
import { encodeParams, givenParams } from "./crossing.js";
import { delegateCapacity, requireOwner, type CapacityCreditsReq, type CapacityCreditsRes } from "./delegation.js";
import { isLitError, makeError, ParamsMissingError, retold, type LitError } from "./errors.js";
import { Emitter } from "./events.js";
import { follow } from "./follow.js";
import { anything, empty, listOf, optionalOptionsOf, optionsOf, text } from "./given.js";
import { Inside, type InsideEvent } from "./inside.js";
import { callModule, init, type ModuleClient, type ModuleProgress } from "./load.js";
import type {
  AuthSig,
  CallOptions,
  CheckNeedToResignSessionKey,
  GetLitActionSessionSigs,
  GetPkpSessionSigs,
  GetSessionSigsProps,
  GetWalletSigProps,
  LitNodeClientConfig,
  SessionKeyPair,
  SessionSigsMap,
  SignSessionKeyProp,
  SignSessionKeyResponse,
} from "./params.js";
import { RecapSessionCapabilityObject, type ISessionCapabilityObject } from "./recap.js";
import type { ILitResource } from "./resources.js";
import { givenConfig, type ClientEvents, type Disconnection, type NetworkState, type ResolvedConfig } from "./state.js";
import { providerOf, resolveStorage, type StorageKind } from "./storage.js";
import { getSessionSigByUrl } from "./validate.js";

/** A call into the module; the listener and the signal are ours. */
type Enter = (client: ModuleClient, onProgress: ModuleProgress | undefined, signal?: AbortSignal) => Promise<string>;

/** How long a session lasts when nobody says; a JWT half as long. */
const DAY = 24 * 60 * 60 * 1000;

/** The last millisecond that a Date can hold, and a day less. */
const LAST_MOMENT = 8.64e15 - DAY;

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
  /** As of connect or the last look at the epoch; {@link getLatestBlockhash} gives a current one. */
  latestBlockhash: string | null = null;
  currentEpochNumber: number | null = null;
  /** How many milliseconds the nodes' clocks are ahead of this machine's; 0 while that is within half a minute. */
  clockSkew = 0;
  /** Asked by calls that bring no callback of their own. */
  defaultAuthCallback: AuthCallback | undefined;

  readonly #inside: Inside;
  #attempt: Attempt | undefined;
  #stopFollowing = () => {};
  #cannotFollow = false;

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
    this.config = givenConfig(config);
    requireKnownNetwork(this.config.litNetwork);
    const storage = resolveStorage(this.config.storage ?? providerOf(this.config.storageProvider));
    this.storageKind = storage.kind;
    this.defaultAuthCallback = this.config.defaultAuthCallback;
    this.#inside = new Inside(this.config, storage, (event) => this.#hear(event));
    bindMethods(this);
  }

  /**
   * Reads the network from the chain and shakes hands with its nodes.
   * Concurrent calls share one attempt, which ends when the last of them is
   * aborted. From then on the epoch is followed.
   */
  async connect(options?: CallOptions): Promise<void> {
    const given = optionalOptionsOf("options", options, CALL);
    const abort = new Abort(given.signal);
    const listener = progressOf(given);
    const attempt = this.#attempt && !this.#attempt.ended ? this.#attempt : this.#begin();
    const leave = attempt.join(listener);
    try {
      await abort.race(attempt.connected);
    } finally {
      abort.done();
      leave();
    }
  }

  /** Forgets the connection, and ends an attempt at one. The session key stays where it is stored. */
  async disconnect(): Promise<void> {
    this.#attempt?.end(new DOMException("The client was disconnected.", "AbortError"));
    this.#lost({ reason: "disconnect" });
    this.#stopFollowing();
    await this.#inside.leave();
  }

  /**
   * Has the nodes run a Lit Action that decides whether this session may use
   * the PKP, and returns one session signature per node.
   */
  async getLitActionSessionSigs(params: GetLitActionSessionSigs, options?: CallOptions): Promise<SessionSigsMap> {
    const given = givenParams(params);
    const json = encodeParams(given);
    return this.#call("getLitActionSessionSigs", given, options, (client, onProgress, signal) =>
      client.getLitActionSessionSigs(json, onProgress, signal),
    );
  }

  /** Like {@link getLitActionSessionSigs}, where auth methods may stand beside the action or in its place. */
  async getPkpSessionSigs(params: GetPkpSessionSigs, options?: CallOptions): Promise<SessionSigsMap> {
    const given = givenParams(params);
    const json = encodeParams(given);
    return this.#call("getPkpSessionSigs", given, options, (client, onProgress, signal) =>
      client.getPkpSessionSigs(json, onProgress, signal),
    );
  }

  /**
   * One session signature per node, with an AuthSig that `authNeededCallback`
   * brings: mostly one that a wallet signs. The callback is not asked again
   * while what it brought still fits. What it throws rejects the call as it is.
   */
  async getSessionSigs(params: GetSessionSigsProps, options?: CallOptions): Promise<SessionSigsMap> {
    const given = givenParams(params);
    const json = encodeParams(given, given.authNeededCallback ?? this.defaultAuthCallback);
    const signIn = signInWith(given as Parameters<typeof signInWith>[0], this.defaultAuthCallback);
    return this.#call("getSessionSigs", given, options, (client, onProgress, signal) =>
      client.getSessionSigs(json, signIn, onProgress, signal),
    );
  }

  /** Has the nodes authorize a session key for a PKP. Nothing is taken from storage but the key, and nothing put there. */
  async signSessionKey(params: SignSessionKeyProp, options?: CallOptions): Promise<SignSessionKeyResponse> {
    const given = givenParams(params);
    const json = encodeParams(given);
    return this.#call("signSessionKey", given, options, (client, onProgress, signal) =>
      client.signSessionKey(json, onProgress, signal),
    );
  }

  /** The AuthSig of {@link getSessionSigs}. */
  async getWalletSig(params: GetWalletSigProps, options?: CallOptions): Promise<AuthSig> {
    const given = givenParams(params);
    const json = encodeParams(given, given.authNeededCallback ?? this.defaultAuthCallback);
    const signIn = signInWith(given as Parameters<typeof signInWith>[0], this.defaultAuthCallback);
    return this.#call("getWalletSig", given, options, (client, onProgress, signal) =>
      client.getWalletSig(json, signIn, onProgress, signal),
    );
  }

  /** Whether an AuthSig is no good for the session key and the requests. */
  async checkNeedToResignSessionKey(params: CheckNeedToResignSessionKey, options?: CallOptions): Promise<boolean> {
    const json = encodeParams(givenParams(params));
    return this.#call("checkNeedToResignSessionKey", empty(), options, (client, _, signal) =>
      client.checkNeedToResignSessionKey(json, signal),
    );
  }

  /**
   * The session key in storage, made and stored if there is none. Works once
   * lit.wasm is loaded, by {@link init} or any connect, and of a storage that
   * answers with promises after this client's connect; before, it throws
   * LitNodeClientNotReadyError (reason `not_ready`).
   */
  getSessionKey(): SessionKeyPair {
    return this.#inside.atOnce((client) => client.getSessionKey());
  }

  /** Its name in messages. */
  getSessionKeyUri(publicKey: string): string {
    return LIT_SESSION_KEY_URI + text("publicKey", publicKey);
  }

  /** Whether obj has the form of a session key; that its two halves belong together is not checked. */
  isSessionKeyPair(obj: unknown): obj is SessionKeyPair {
    try {
      optionsOf("obj", obj, { publicKey: text, secretKey: text });
      return true;
    } catch {
      return false;
    }
  }

  /** 24 hours from now, as ISO 8601. */
  static getExpiration(): string {
    return new Date(Date.now() + DAY).toISOString();
  }

  /** As the static one, by this client's clock. */
  getExpiration(): string {
    return new Date(this.#now() + DAY).toISOString();
  }

  /** Issue and expiration of a JWT that nodes accept, in seconds by their clocks: now and 12 hours later. */
  getJWTParams(): { iat: number; exp: number } {
    const iat = Math.floor((this.#now() + this.clockSkew) / 1000);
    return { iat, exp: iat + DAY / 2 / 1000 };
  }

  /** The CIDv0 of a text, as `ipfs add` names it. Loads lit.wasm if need be. */
  async getIpfsId(params: { str: string }, options?: CallOptions): Promise<string> {
    const { str } = optionsOf("params", params, { str: text });
    const { signal } = optionalOptionsOf("options", options, CALL);
    await abortable(signal, () => init());
    return callModule("getIpfsId", { str });
  }

  /** A block hash that nodes accept as nonce, at most 30 seconds old. */
  async getLatestBlockhash(options?: CallOptions): Promise<string> {
    return this.#call("getLatestBlockhash", empty(), options, (client, _, signal) => client.getLatestBlockhash(signal));
  }

  /**
   * Has the owner of capacity credits sign that others may spend them; pass
   * the result to the getSessionSigs family. Connects first where need be.
   */
  async createCapacityDelegationAuthSig(params: CapacityCreditsReq, options?: CallOptions): Promise<CapacityCreditsRes> {
    const { signal, onProgress } = optionalOptionsOf("options", options, CALL);
    requireOwner(params);
    if (!this.ready) {
      await this.connect({ signal, onProgress });
    }
    return abortable(signal, () => delegateCapacity(params, this, signal));
  }

  /** An empty session capability object, or with addAll one that allows everything on each of the resources. */
  static async generateSessionCapabilityObjectWithWildcards(
    litResources: ILitResource[],
    addAll = false,
  ): Promise<ISessionCapabilityObject> {
    const capability = new RecapSessionCapabilityObject();
    if (addAll) {
      const resources = listOf(anything)("litResources", litResources) as ILitResource[];
      resources.forEach((resource) => capability.addAllCapabilitiesForResource(resource));
    }
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

  #begin(): Attempt {
    const attempt = new Attempt((onProgress, signal) => this.#connect(onProgress, signal));
    const over = () => {
      if (this.#attempt === attempt) {
        this.#attempt = undefined;
      }
    };
    attempt.connected.then(over, over);
    return (this.#attempt = attempt);
  }

  async #connect(onProgress: ModuleProgress, signal: AbortSignal): Promise<void> {
    this.#inside.forgetDead();
    const state: NetworkState = await this.#enter("connect", signal, (client, ours) => client.connect(onProgress, ours));
    this.#apply(state);
    this.#stopFollowing();
    if (this.config.epochInterval > 0) {
      this.#stopFollowing = follow(this, this.config.epochInterval, (client) => client.#look());
    }
    this.#connected();
  }

  #connected(): void {
    this.ready = true;
    this.#cannotFollow = false;
    this.dispatch("connected", true);
    globalThis.document?.dispatchEvent(new Event("lit-ready"));
  }

  #apply(told: NetworkState): void {
    const state = Object.assign(empty<NetworkState>(), told);
    this.config.minNodeCount = state.minNodeCount;
    this.config.bootstrapUrls = state.nodes;
    this.connectedNodes = new Set(state.connectedNodes);
    this.networkPubKey = state.networkPubKey;
    this.subnetPubKey = state.subnetPubKey;
    this.networkPubKeySet = state.networkPubKeySet;
    this.hdRootPubkeys = state.hdRootPubkeys;
    this.latestBlockhash = state.latestBlockhash;
    this.currentEpochNumber = state.currentEpochNumber;
    this.clockSkew = state.clockSkew;
  }

  /**
   * Looks whether there is a new epoch. A chain that does not answer is told
   * once and leaves the connection as it is; validators that cannot be reached
   * or agreed with, or another network in its place, end it, until a later look
   * finds them.
   */
  async #look(): Promise<void> {
    if (!this.#inside.bound) {
      return;
    }
    try {
      const state = await this.#enter<NetworkState | null>("refresh", undefined, (client, ours) => client.refresh(ours));
      if (state) {
        this.#apply(state);
      }
      this.#cannotFollow = false;
      if (!this.ready && this.#inside.bound) {
        this.#connected();
      }
    } catch (error) {
      this.#cannotLook(error);
    }
  }

  #cannotLook(error: unknown): void {
    if (this.#cannotFollow || !this.#inside.bound) {
      return; // told already, or gone meanwhile
    }
    this.#cannotFollow = true;
    const { reason, message } = error as LitError;
    if (!this.ready || reason === "chain_unreachable" || reason === "timeout") {
      this.dispatch("error", error);
      return;
    }
    const words = `Error while attempting to reconnect to nodes after epoch transition:${message}`;
    const failure =
      reason === "network_changed" ? error : makeError(retold(error as LitError, { message: words }));
    this.dispatch("error", failure);
    this.#lost({ reason: "error", error: failure });
  }

  /** By the caller's clock, if it gives a usable time, else by the machine's. */
  #now(): number {
    const { now } = this.config;
    try {
      const time = now?.();
      return typeof time === "number" && Math.abs(time) <= LAST_MOMENT ? time : Date.now();
    } catch {
      return Date.now();
    }
  }

  /** A call of the caller's: signal and listener may stand in the parameters or the options. */
  async #call<Result>(
    name: string,
    params: CallOptions,
    options: CallOptions | undefined,
    enter: Enter,
  ): Promise<Result> {
    const given = optionalOptionsOf("options", options, CALL);
    const onProgress = progressOf(given) ?? progressOf(params);
    const signal = given.signal ?? params.signal;
    return this.#enter(name, signal, (client, ours) => enter(client, onProgress, ours));
  }

  async #enter<Result>(
    name: string,
    signal: AbortSignal | undefined,
    enter: (client: ModuleClient, signal?: AbortSignal) => Promise<string>,
  ): Promise<Result> {
    try {
      return await this.#inside.call<Result>(name, signal, enter);
    } catch (error) {
      this.#noteDeath(error);
      if (isLitError(error) && error.reason === "network_changed") {
        this.#cannotLook(error);
      }
      throw error;
    }
  }

  #hear(event: InsideEvent): void {
    if ("clockSkew" in event) {
      this.clockSkew = event.clockSkew;
    } else {
      this.dispatch("error", event.error);
    }
  }

  /** The module died under us: the connection it held is gone. */
  #noteDeath(error: unknown): void {
    if (this.#inside.dead && this.ready) {
      this.dispatch("error", error);
      this.#lost({ reason: "error", error });
    }
  }

  #lost(why: Disconnection): void {
    this.ready = false;
    this.dispatch("disconnected", why);
  }
}
