/** Checks that the constructor and the calls make before anything is loaded. */
import { LIT_NETWORK } from "./constants.js";
import { InvalidParamType } from "./errors.js";
import { uncaught } from "./events.js";
import type { ModuleProgress } from "./load.js";
import type { CallOptions, ProgressStep } from "./params.js";

/** The caller's listener as the module calls it; what it throws is reported like any uncaught error. */
export function progressOf(options: CallOptions | undefined): ModuleProgress | undefined {
  const onProgress = options?.onProgress;
  if (onProgress === undefined) {
    return undefined;
  }
  if (typeof onProgress !== "function") {
    throw new InvalidParamType({
      reason: "invalid_param",
      message: "onProgress must be a function.",
      details: { param: "onProgress", want: "a function" },
    });
  }
  return (json) => uncaught(() => onProgress(JSON.parse(json) as ProgressStep));
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
