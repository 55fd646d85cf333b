/** Things that are remembered for as long as somebody uses them. */
export class Living<Thing extends object> {
  readonly #references = new Set<WeakRef<Thing>>();

  add(thing: Thing): void {
    this.all(); // so that the set does not grow with what is gone
    this.#references.add(new WeakRef(thing));
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
