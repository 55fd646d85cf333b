/** An event emitter with the methods that dapps use of the official client's. */
import { callable } from "./given.js";

type Listener<Payload> = (payload: Payload) => void;

interface Entry {
  listener: Listener<never>;
  once: boolean;
}

export class Emitter<Events> {
  readonly #entries = new Map<keyof Events, readonly Entry[]>();

  /** Calls listener on every event of that name. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    return this.#add(name, { listener, once: false });
  }

  /** Calls listener on the next event of that name only. */
  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    return this.#add(name, { listener, once: true });
  }

  /** Removes listener however it was added; without one, all of that name. */
  off<Name extends keyof Events>(name: Name, listener?: Listener<Events[Name]>): this {
    const kept = this.#of(name).filter((entry) => listener && entry.listener !== listener);
    this.#entries.set(name, kept);
    return this;
  }

  /** As {@link on}. */
  addListener<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    return this.on(name, listener);
  }

  /** As {@link off}. */
  removeListener<Name extends keyof Events>(name: Name, listener?: Listener<Events[Name]>): this {
    return this.off(name, listener);
  }

  /** Removes all of that name, or all. */
  removeAllListeners(name?: keyof Events): this {
    name === undefined ? this.#entries.clear() : this.#entries.delete(name);
    return this;
  }

  /** Calls the listeners of that name and reports whether there are any. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): boolean {
    const any = this.listenerCount(name) > 0;
    this.dispatch(name, payload);
    return any;
  }

  listeners<Name extends keyof Events>(name: Name): Listener<Events[Name]>[] {
    return this.#of(name).map((entry) => entry.listener as Listener<Events[Name]>);
  }

  listenerCount(name: keyof Events): number {
    return this.#of(name).length;
  }

  eventNames(): (keyof Events)[] {
    return [...this.#entries.keys()].filter((name) => this.listenerCount(name) > 0);
  }

  /** A listener that throws is reported like any uncaught error and disturbs nobody else. */
  protected dispatch<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const entry of this.#of(name)) {
      if (entry.once) {
        this.#entries.set(name, this.#of(name).filter((other) => other !== entry));
      }
      uncaught(() => (entry.listener as Listener<Events[Name]>)(payload));
    }
  }

  #of(name: keyof Events): readonly Entry[] {
    return this.#entries.get(name) ?? [];
  }

  #add(name: keyof Events, entry: Entry): this {
    callable("listener", entry.listener);
    this.#entries.set(name, [...this.#of(name), entry]);
    return this;
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
