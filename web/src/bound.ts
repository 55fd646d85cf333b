/** Methods that work without their object. */

/** Binds an object's methods of its class, or what a subclass has in their place: `const { connect } = client`. */
export function bindMethods(object: object, { prototype }: { prototype: object }): void {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const method: unknown = Reflect.get(object, name);
    if (typeof method === "function" && name !== "constructor") {
      const value: unknown = method.bind(object);
      Object.defineProperty(object, name, { value, configurable: true, writable: true });
    }
  }
}
