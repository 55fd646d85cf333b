/** Checks that the constructor and the calls make before anything is loaded. */
import { LIT_NETWORK } from "./constants.js";
import { abortSignal } from "./abort.js";
import { InvalidParamType } from "./errors.js";
import { uncaught } from "./events.js";
import { callable, optional, type Check } from "./given.js";
import type { ModuleProgress } from "./load.js";
import type { CallOptions, ProgressStep } from "./params.js";

/** What every call takes that takes its time. */
export const CALL = {
  signal: optional(abortSignal),
  onProgress: optional(callable) as Check<CallOptions["onProgress"]>,
};

/** The caller's listener as the module calls it; what it throws is reported like any uncaught error. */
export function progressOf({ onProgress }: CallOptions): ModuleProgress | undefined {
  return onProgress && ((json) => uncaught(() => onProgress(JSON.parse(json) as ProgressStep)));
}

/** Throws InvalidParamType (reason `unknown_network`) as the official constructor does. */
export function requireKnownNetwork(network: unknown): void {
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
