/** Following the epoch: a look at regular times, for as long as somebody is interested. */
import { weakly } from "./living.js";

/** Node's timers can let the process end. */
interface Timer {
  unref?(): void;
}

/**
 * Calls look every so many milliseconds, never twice at a time, until the
 * returned function is called or owner is no longer used. It keeps neither the
 * owner alive nor a process.
 */
export function follow<Owner extends object>(
  owner: Owner,
  milliseconds: number,
  look: (owner: Owner) => Promise<void>,
): () => void {
  const reference = weakly(owner);
  let busy = false;
  const timer = setInterval(() => {
    const current = reference.deref();
    if (!current) {
      clearInterval(timer);
    } else if (!busy) {
      busy = true;
      look(current).finally(() => (busy = false));
    }
  }, milliseconds);
  (timer as Timer).unref?.();
  return () => clearInterval(timer);
}
