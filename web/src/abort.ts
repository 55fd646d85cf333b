/** Aborting: the caller's signal, watched by us and passed on as one of ours. */
import { InvalidParamType } from "./errors.js";

/**
 * A signal of our own that follows the caller's. The module sees only ours, so
 * a foreign object never runs code inside it, and nothing stays attached to a
 * long-lived signal of the caller's once the call is over.
 */
export class Abort {
  readonly #caller: AbortSignal | undefined;
  readonly #controller: AbortController | undefined;
  readonly #follow = () => this.#controller?.abort(this.#caller?.reason);

  /** Throws the caller's reason when its signal has been aborted already. */
  constructor(caller: AbortSignal | null | undefined) {
    if (!caller) {
      return;
    }
    if (typeof caller.addEventListener !== "function") {
      throw new InvalidParamType({
        reason: "invalid_param",
        message: "signal must be an AbortSignal.",
        details: { param: "signal", want: "an AbortSignal" },
      });
    }
    if (caller.aborted) {
      throw caller.reason;
    }
    this.#caller = caller;
    this.#controller = new AbortController();
    caller.addEventListener("abort", this.#follow, { once: true });
  }

  /** Undefined when the caller gave none. */
  get signal(): AbortSignal | undefined {
    return this.#controller?.signal;
  }

  /** Settles as work does, or rejects with the caller's reason when that comes first. */
  async race<Result>(work: Promise<Result>): Promise<Result> {
    const { signal } = this;
    if (!signal) {
      return work;
    }
    let give: () => void = () => {};
    const aborted = new Promise<never>((_, reject) => {
      give = () => reject(signal.reason);
      signal.addEventListener("abort", give, { once: true });
    });
    try {
      return await Promise.race([aborted, work]);
    } finally {
      signal.removeEventListener("abort", give);
    }
  }

  /** Stops following. */
  done(): void {
    this.#caller?.removeEventListener("abort", this.#follow);
  }
}

/** Settles as work does, or rejects with the signal's reason when that comes first. An aborted signal begins nothing. */
export async function abortable<Result>(
  signal: AbortSignal | null | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const abort = new Abort(signal);
  try {
    return await abort.race(work());
  } finally {
    abort.done();
  }
}
