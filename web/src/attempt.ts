/** A connect that several callers wait for. */
import type { ModuleProgress } from "./load.js";

/** It ends when the last of those who wait leaves before it is done. */
export class Attempt {
  readonly #controller = new AbortController();
  readonly #listeners = new Set<ModuleProgress>();
  #waiting = 0;
  /** Rejects with the reason when the attempt is ended. */
  readonly connected: Promise<void>;

  constructor(connect: (onProgress: ModuleProgress, signal: AbortSignal) => Promise<void>) {
    const tellAll: ModuleProgress = (json) => this.#listeners.forEach((listener) => listener(json));
    this.connected = connect(tellAll, this.#controller.signal);
    this.connected.catch(() => {}); // for those who wait to handle, if there still are any
  }

  get ended(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Waits with the others; the returned function leaves. */
  join(listener: ModuleProgress | undefined): () => void {
    this.#waiting++;
    if (listener) {
      this.#listeners.add(listener);
    }
    return () => {
      if (listener) {
        this.#listeners.delete(listener);
      }
      if (--this.#waiting === 0) {
        this.end(new DOMException("Nobody waits for the connection any more.", "AbortError"));
      }
    };
  }

  end(reason: unknown): void {
    this.#controller.abort(reason);
  }
}
