/** Aborting: the caller's signal, watched by us and passed on as one of ours. */
import { attempt, memberOf, only, type Check } from "./given.js";

/** An AbortSignal, of the platform or of a library: one that can be listened to. */
export const abortSignal: Check<AbortSignal> = only(
  "an AbortSignal",
  (value) =>
    typeof value === "object" &&
    value !== null &&
    ["addEventListener", "removeEventListener"].every((name) => typeof memberOf("signal", value, name) === "function"),
);

/**
 * A signal of our own that follows the caller's. The module sees only ours, so
 * a foreign object never runs code inside it, and nothing stays attached to a
 * long-lived signal of the caller's once the call is over.
 */
export class Abort {
  readonly #caller: AbortSignal | undefined;
  readonly #controller: AbortController | undefined;
  readonly #follow = () => this.#controller?.abort(this.#caller && reasonOf(this.#caller));

  /** Throws the caller's reason when its signal has been aborted already. */
  constructor(caller: AbortSignal | null | undefined) {
    if (!caller) {
      return;
    }
    if (touch(() => caller.aborted)) {
      throw reasonOf(caller);
    }
    this.#caller = caller;
    this.#controller = new AbortController();
    touch(() => caller.addEventListener("abort", this.#follow));
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
      signal.addEventListener("abort", give); // without options, which would inherit from Object.prototype
    });
    try {
      return await Promise.race([aborted, work]);
    } finally {
      signal.removeEventListener("abort", give);
    }
  }

  /** Stops following. */
  done(): void {
    touch(() => this.#caller?.removeEventListener("abort", this.#follow));
  }
}

/** Signals of libraries run code of theirs, which may throw. */
const touch = <Result>(use: () => Result): Result => attempt("signal", "an AbortSignal", use);

/** Signals that predate the property get the error that fetch would make for them. */
function reasonOf(signal: AbortSignal): unknown {
  return touch(() => signal.reason as unknown) ?? new DOMException("This operation was aborted", "AbortError");
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
