/** Things that are used by others, and what becomes of them when they no longer are. */

/** A reference that keeps nothing alive. */
export interface Weak<Thing> {
  deref(): Thing | undefined;
}

/** A weak reference, or an ordinary one where the engine has no others: what it refers to stays then. */
export function weakly<Thing extends object>(thing: Thing): Weak<Thing> {
  return typeof WeakRef === "function" ? new WeakRef(thing) : { deref: () => thing };
}

/** Frees what belongs to things that were dropped; where the engine cannot tell, that waits for somebody to free it. */
export class Abandoned<Held> {
  readonly #registry: FinalizationRegistry<Held> | undefined;

  constructor(free: (held: Held) => void) {
    this.#registry = typeof FinalizationRegistry === "function" ? new FinalizationRegistry(free) : undefined;
  }

  /** Held is freed when owner is dropped, unless {@link forget} is called with the token. */
  register(owner: object, held: Held, token?: object): void {
    this.#registry?.register(owner, held, token);
  }

  forget(token: object): void {
    this.#registry?.unregister(token);
  }
}

/** Things that are remembered for as long as somebody uses them. */
export class Living<Thing extends object> {
  readonly #references = new Set<Weak<Thing>>();

  add(thing: Thing): void {
    if (!this.all().includes(thing)) { // which also forgets what is gone
      this.#references.add(weakly(thing));
    }
  }

  delete(thing: Thing): void {
    for (const reference of this.#references) {
      if (reference.deref() === thing) {
        this.#references.delete(reference);
      }
    }
  }

  /** What is still there; forgets the rest. */
  all(): Thing[] {
    const things = [];
    for (const reference of this.#references) {
      const thing = reference.deref();
      thing ? things.push(thing) : this.#references.delete(reference);
    }
    return things;
  }
}
