/** A small event emitter with the three methods that dapps use of the official client's. */

type Listener<Payload> = (payload: Payload) => void;

export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Calls listener on every event of that name. Adding it twice has no effect. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(listener));
    return this;
  }

  /** Calls listener on the next event of that name only. */
  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    const first: Listener<Events[Name]> = (payload) => {
      this.off(name, first);
      listener(payload);
    };
    return this.on(name, first);
  }

  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    this.#listeners.get(name)?.delete(listener);
    return this;
  }

  /** A listener that throws is reported like any uncaught error and disturbs nobody else. */
  protected dispatch<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])] as Listener<Events[Name]>[]) {
      uncaught(() => listener(payload));
    }
  }
}

/** Calls something of the page's; what it throws becomes an uncaught error, and disturbs nobody here. */
export function uncaught(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
