/** A client's half inside the module: made when first needed, freed when dropped, replaced when the program dies. */
import { Abort } from "./abort.js";
import { makeError, type ErrorFields } from "./errors.js";
import { empty, parseRecord } from "./given.js";
import { Abandoned, Living, weakly } from "./living.js";
import { load, running, type ModuleClient, type Outcome, type Ports, type Program } from "./load.js";
import { originLock } from "./locks.js";
import { encodeConfig } from "./crossing.js";
import type { LitNodeClientConfig } from "./params.js";
import type { ResolvedStorage } from "./storage.js";

/** What happened while no call was waiting: a failure, or a clock that turned out to be wrong. */
export type InsideEvent = { error: unknown } | { clockSkew: number };

interface Binding {
  program: Program;
  client: ModuleClient;
}

/** Frees what belongs to clients that were dropped without disconnect. */
const abandoned = new Abandoned<Binding>(release);

/** Every half that is in use, so that who logs out reaches what it holds. */
const halves = new Living<Inside>();

/** Has every client forget its session, but for what is in storage. */
export function forgetSessions(): void {
  halves.all().forEach((half) => half.forgetSession());
}

export class Inside {
  readonly #config: LitNodeClientConfig;
  readonly #storage: ResolvedStorage;
  readonly #tell: (event: InsideEvent) => void;
  #binding: Binding | undefined;

  constructor(config: LitNodeClientConfig, storage: ResolvedStorage, tell: (event: InsideEvent) => void) {
    this.#config = config;
    this.#storage = storage;
    this.#tell = tell;
  }

  /** True when the program has died under a connection. */
  get dead(): boolean {
    return this.#binding?.program.ended ?? false;
  }

  /** Whether there is one, so that something may be known. */
  get bound(): boolean {
    return this.#binding !== undefined && !this.dead;
  }

  /** One call into the module: loads it if need be, obeys the signal, parses the result. */
  async call<Result>(
    name: string,
    signal: AbortSignal | undefined,
    enter: (client: ModuleClient, signal?: AbortSignal) => Promise<string>,
  ): Promise<Result> {
    const abort = new Abort(signal);
    const start = Date.now();
    try {
      const { program, client } = await abort.race(this.#bind());
      return JSON.parse(await abort.race(program.run(() => enter(client, abort.signal)))) as Result;
    } finally {
      abort.done();
      if (this.#config.debug) {
        console.debug(`litsession ${name}: ${Date.now() - start} ms`);
      }
    }
  }

  /** A call that answers in the same turn; throws `not_ready` while the module is not loaded. */
  atOnce<Result>(enter: (client: ModuleClient) => Outcome<string>): Result {
    this.forgetDead();
    this.#binding ??= this.#enter(running());
    const { program, client } = this.#binding;
    return JSON.parse(program.enter(() => enter(client))) as Result;
  }

  /** Lets the next call start anew after the program has died. */
  forgetDead(): void {
    if (this.dead) {
      this.#binding = undefined;
    }
  }

  /** What the module has read of the session, or could not write. */
  forgetSession(): void {
    if (this.#binding && !this.dead) {
      const { program, client } = this.#binding;
      program.enter(() => client.forgetSession());
    }
  }

  /** Ends this half. The next call makes another. */
  async leave(): Promise<void> {
    const binding = this.#binding;
    this.#binding = undefined;
    halves.delete(this);
    if (binding && !binding.program.ended) {
      await binding.program.run(() => binding.client.disconnect()).finally(() => release(binding));
    }
  }

  async #bind(): Promise<Binding> {
    const program = this.#binding?.program ?? (await load());
    this.#binding ??= this.#enter(program);
    return this.#binding;
  }

  #enter(program: Program): Binding {
    const domain = this.#config.domain ?? (globalThis.location?.host || undefined);
    const config = encodeConfig(Object.assign(empty<LitNodeClientConfig>(), this.#config, { domain }));
    const binding = { program, client: program.enter((api) => api.newClient(config, this.#ports())) };
    abandoned.register(this, binding, binding.client);
    halves.add(this);
    this.#reportRefusal();
    return binding;
  }

  /** Holds no strong reference to this half, or the module would keep it alive for ever. */
  #ports(): Ports {
    const self = weakly(this);
    const { port, kind } = this.#storage;
    const { now } = this.#config;
    const lock = kind === "local" || kind === "custom" ? originLock() : undefined;
    return Object.assign(empty<Ports>(), {
      ...(port && { storage: port }),
      ...(now && { now: () => now() }),
      ...(lock && { lock }),
      onEvent: (json: string) => {
        const half = self.deref();
        if (half) {
          half.#report(json);
        }
      },
    });
  }

  /** Once, and not before the first call, so that listeners are there to hear it. */
  #reportRefusal(): void {
    const { refusal } = this.#storage;
    if (refusal !== undefined) {
      this.#storage.refusal = undefined;
      const message = "The storage that was asked for cannot be used here; the session lives in memory.";
      this.#tell({ error: makeError({ reason: "storage_denied", message, cause: refusal }) });
    }
  }

  #report(json: string): void {
    const event = parseRecord<{ type: string; error?: ErrorFields; ms?: number }>(json);
    if (event.type === "error" && event.error) {
      this.#tell({ error: makeError(event.error) });
    } else if (event.type === "clockSkew" && event.ms !== undefined) {
      this.#tell({ clockSkew: event.ms });
    }
  }
}

function release({ program, client }: Binding): void {
  abandoned.forget(client);
  if (!program.ended) {
    client.release();
  }
}
