/**
 * The loader: starts lit.wasm when it is first needed and hands out what it
 * exports. Start with {@link init}. Nothing is written to the page's globals:
 * the program's global object is a scope made here, and native functions that
 * insist on their own receiver cross as closures.
 */
import { makeError, type ErrorFields, type LitError } from "./errors.js";
import { anything, attempt, empty, optionalOptionsOf } from "./given.js";
import { instantiate, isResponse, requirePlatform, type WasmSource } from "./source.js";
import type { StorageLike } from "./storage.js";
import { defineGo, type Go } from "./wasm_exec.js";

export interface InitOptions {
  /** lit.wasm, where it is not next to this file: an address, a response, bytes, or a compiled module. */
  wasm?: WasmSource;
}

/** What a client lends to its half inside the module. */
export interface Ports {
  storage?: StorageLike;
  now?: () => number;
  /** Waits for the lock of that name among the origin's tabs; the caller calls what it resolves to when done. */
  lock?(name: string): Promise<() => void>;
  /** What Go reports while no call of the client is waiting. */
  onEvent(json: string): void;
}

/** Told how far a call is: `{phase, node?, done, needed}`. */
export type ModuleProgress = (json: string) => void;

/** Asks the page for a wallet's AuthSig: AuthCallbackParams in, AuthSig out. Undefined where there is no callback. */
export type ModuleSignIn = (json: string) => Promise<string>;

/**
 * A client inside the module. Params and results are JSON; what does not
 * answer in the same turn takes an AbortSignal last.
 */
export interface ModuleClient {
  /** The network's state. */
  connect(onProgress?: ModuleProgress, signal?: AbortSignal): Promise<string>;
  disconnect(): Promise<string>;
  /** The network's state when it differs from what was told before, else `null`. */
  refresh(signal?: AbortSignal): Promise<string>;
  getLitActionSessionSigs(params: string, onProgress?: ModuleProgress, signal?: AbortSignal): Promise<string>;
  getPkpSessionSigs(params: string, onProgress?: ModuleProgress, signal?: AbortSignal): Promise<string>;
  getSessionSigs(
    params: string,
    signIn?: ModuleSignIn,
    onProgress?: ModuleProgress,
    signal?: AbortSignal,
  ): Promise<string>;
  /** `{authSig, pkpPublicKey}`. */
  signSessionKey(params: string, onProgress?: ModuleProgress, signal?: AbortSignal): Promise<string>;
  /** An AuthSig. */
  getWalletSig(
    params: string,
    signIn?: ModuleSignIn,
    onProgress?: ModuleProgress,
    signal?: AbortSignal,
  ): Promise<string>;
  /** A boolean. */
  checkNeedToResignSessionKey(params: string, signal?: AbortSignal): Promise<string>;
  /** A string. */
  getLatestBlockhash(signal?: AbortSignal): Promise<string>;
  /** At once: what an asynchronous storage holds is known after connect only. */
  getSessionKey(): Outcome<string>;
  /** Forgets the session, but for what is in storage. At once. */
  forgetSession(): Outcome<undefined>;
  /** Frees what the module holds for this client. */
  release(): void;
}

/** What a LitContracts lends to its half inside the module. */
export interface ContractPorts {
  /** A transaction as JSON; its hash, or the transaction signed, both in hex. */
  send(json: string): Promise<string>;
  /** What is known of a thrown value: {codes, message, data?, hash?} as JSON. */
  describe(thrown: unknown): string;
  /** Asks a node; params and result are JSON. Default: the network's, by fetch. */
  request?(method: string, params: string): Promise<string>;
  /** As {@link Ports.lock}. */
  lock?(name: string): Promise<() => void>;
}

type ModuleCall = (args: string, signal?: AbortSignal) => Promise<string>;

/** Contracts inside the module. Arguments and results are JSON. */
export interface ModuleContracts {
  connect: ModuleCall;
  read: ModuleCall;
  send: ModuleCall;
  wait: ModuleCall;
  mint: ModuleCall;
  mintCredits: ModuleCall;
  /** Frees what the module holds for it. */
  release(): void;
}

/** What a synchronous function of the module returns, because Go cannot throw into JavaScript. */
export type Outcome<Value> = { value: Value } | { error: unknown };

/** What the module exports. */
export interface ModuleAPI {
  readonly version: string;
  /** A function that needs no client, by name; JSON both ways. */
  call(name: string, args: string): Outcome<string>;
  newClient(config: string, ports: Ports): Outcome<ModuleClient>;
  newContracts(config: string, ports: ContractPorts): Outcome<ModuleContracts>;
}

/** One running program. When it ends, every call that waits and every later one rejects with `internal`. */
export class Program {
  readonly #waiting = new Set<(death: LitError) => void>();
  #death: LitError | undefined;
  #api: ModuleAPI | undefined;

  /** Calls a synchronous function of the API; throws its error, or `internal` when the program has ended or ends in it. */
  enter<Value>(call: (api: ModuleAPI) => Outcome<Value>): Value {
    if (!this.#api || this.#death) {
      throw this.#death ?? ended("it has not started");
    }
    let outcome: Outcome<Value>;
    try {
      outcome = call(this.#api);
    } catch (error) {
      throw this.#death ?? error;
    }
    if (Object.hasOwn(outcome, "error")) {
      throw (outcome as { error: unknown }).error;
    }
    return (outcome as { value: Value }).value;
  }

  get ended(): boolean {
    return this.#death !== undefined;
  }

  /** Settles as call does, or rejects when the program ends first. */
  async run<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#death) {
      throw this.#death;
    }
    let stopWaiting: (death: LitError) => void = () => {};
    const death = new Promise<never>((_, reject) => (stopWaiting = reject));
    this.#waiting.add(stopWaiting);
    try {
      const result = new Promise<Result>((resolve) => resolve(call()));
      return await Promise.race([death, result]);
    } finally {
      this.#waiting.delete(stopWaiting);
    }
  }

  /** Starts the program of source and waits until it is ready. */
  static async start(source: WasmSource): Promise<Program> {
    requirePlatform();
    const program = new Program();
    const scope = makeScope();
    const go = new (defineGo(scope))();
    const ready = program.run(
      () => new Promise<ModuleAPI>((resolve) => (scope["litsession"] = makeHooks(resolve))),
    );
    ready.catch(() => {}); // also observed below, but perhaps only after it rejected
    program.#watch(go, await instantiate(source, go.importObject));
    program.#api = await ready;
    return program;
  }

  /**
   * Runs the program and notices its end. A trap (stack overflow, unreachable)
   * leaves it unusable without ending it, so that counts as an end as well.
   * What still calls into it afterwards, a late timer or answer, is ignored.
   */
  #watch(go: Go, instance: WebAssembly.Instance): void {
    const end = (why: string, cause?: unknown) => {
      this.#end(why, cause);
      go._scheduledTimeouts.forEach(clearTimeout);
      go._scheduledTimeouts.clear();
    };
    const crashed = (cause: unknown) => end("the program crashed", cause);
    const resume = go._resume.bind(go);
    go._resume = () => {
      if (this.#death) {
        return;
      }
      try {
        resume();
      } catch (cause) {
        crashed(cause);
        throw cause;
      }
    };
    go.exit = (status) => end(`the program ended with status ${status}`);
    go.run(instance).catch(crashed);
  }

  #end(why: string, cause?: unknown): void {
    this.#death ??= ended(why, cause);
    for (const stopWaiting of this.#waiting) {
      stopWaiting(this.#death);
    }
    this.#waiting.clear();
  }
}

function ended(why: string, cause?: unknown): LitError {
  return makeError({
    reason: "internal",
    message: `lit.wasm stopped working: ${why}. Call connect() to start it again, and please report this.`,
    cause,
  });
}

/** Names that the program and its runtime look up on their global object. */
const SCOPE_NAMES = [
  "AbortController", "Array", "ArrayBuffer", "BigInt", "Boolean", "DOMException", "DataView", "Date", "Error",
  "Function", "JSON", "Map", "Math", "MessageChannel", "Number", "Promise", "RangeError", "Reflect", "Set",
  "String", "Symbol", "TextDecoder", "TextEncoder", "TypeError", "URL", "Uint8Array", "Uint8ClampedArray",
  "console", "crypto", "performance", "setTimeout",
] as const;

/** The program's global object: copies of references, so that what it defines stays here. */
function makeScope(): Record<string, unknown> {
  const page = globalThis as unknown as Record<string, unknown>;
  const references = SCOPE_NAMES.map((name) => [name, page[name]]);
  return Object.assign(empty<Record<string, unknown>>(), Object.fromEntries(references), { Object: BareObject });
}

/**
 * The program's Object. What it makes has no prototype: a setter that the page
 * has on Object.prototype would keep what the program sets, and whoever reads
 * the object would find what the page has there.
 */
function BareObject(value: unknown): object {
  return new.target ? empty() : (Object(value) as object);
}

/** A value of the program's with ordinary objects in it, for callers. */
function ordinary(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(ordinary);
  }
  const isBare = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;
  return isBare ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, ordinary(inner)])) : value;
}

/** The loader's side of the border. The page's fetch is looked up at each call, so that it can be replaced. */
function makeHooks(ready: (api: ModuleAPI) => void): object {
  return {
    fetch: (url: string, init: RequestInit) => globalThis.fetch(url, init),
    makeError: (fields: ErrorFields) => makeError(Object.assign(fields, { details: ordinary(fields.details) })),
    ready,
  };
}

/** The one program of this copy of the package, shared by its clients, and where it came from. */
const shared: { starting: Promise<Program> | undefined; running: Program | undefined; wasm: WasmSource | undefined } = {
  starting: undefined,
  running: undefined,
  wasm: undefined,
};

/** Next to this file, in the form that bundlers know. Some leave a file without an address, or with one of a blob. */
function besideThisFile(): URL {
  try {
    return new URL("./lit.wasm", import.meta.url);
  } catch (cause) {
    throw makeError({
      reason: "module_unavailable",
      message: "Where lit.wasm is cannot be known here, because this code has no address of its own. Pass init({ wasm }) its address, its bytes or the compiled module.",
      cause,
    });
  }
}

/** The running program, started or started anew as needed; wasm counts for the call that starts it. */
export async function load(wasm?: WasmSource): Promise<Program> {
  if (shared.running?.ended) {
    shared.starting = shared.running = undefined;
  }
  return (shared.starting ??= start(wasm ?? shared.wasm ?? besideThisFile()));
}

async function start(wasm: WasmSource): Promise<Program> {
  try {
    shared.running = await Program.start(wasm);
  } catch (error) {
    shared.starting = undefined;
    throw error;
  }
  if (!isResponse(wasm)) {
    shared.wasm = wasm; // where to find it again; a response can be read only once
  }
  return shared.running;
}

/**
 * Loads lit.wasm, once however often it is called. Clients call it by
 * themselves; call it to choose another place for lit.wasm, or to load early.
 * After a failure (`module_unavailable`) it can be called again, and when the
 * program has died the next call loads it anew, from the same place.
 */
export async function init(options?: InitOptions): Promise<{ version: string }> {
  const { wasm } = optionalOptionsOf("options", options, { wasm: anything });
  const program = await load(wasm as WasmSource | undefined);
  return { version: program.enter((api) => ({ value: api.version })) };
}

/** The program, if it runs already; else throws `not_ready`, for what must answer in the same turn. */
export function running(): Program {
  if (!shared.running || shared.running.ended) {
    throw makeError({
      reason: "not_ready",
      message: "lit.wasm is not loaded yet. Call await init(), or connect() of a client, first.",
      shortMessage: "lit.wasm is not loaded yet.",
    });
  }
  return shared.running;
}

/**
 * Calls a function of the module that needs no client and answers at once; throws `not_ready` before it is loaded,
 * and `invalid_param` that names param for what JSON cannot hold.
 */
export function callModule<Result>(name: string, args: unknown, param = "args"): Result {
  const program = running();
  const json = attempt(param, "a value that JSON can hold", () => JSON.stringify(args) ?? "null");
  return JSON.parse(program.enter((api) => api.call(name, json))) as Result;
}
