/** Methods that work without their object, and behind a Proxy of it. */

/**
 * Binds an object's methods and getters, or what a subclass has in their
 * place: `const { connect } = client`. A Proxy, as Vue and MobX put around what
 * they watch, is no receiver for them otherwise, because private members are
 * the object's alone.
 */
export function bindMethods(object: object): void {
  for (const [name, { get, value }] of Object.entries(members(object))) {
    const bound = get ? { get: get.bind(object) as () => unknown } : { value: (value as () => unknown).bind(object), writable: true };
    Object.defineProperty(object, name, Object.assign(Object.create(null) as object, bound, { configurable: true }));
  }
}

/** The methods and getters of an object's classes by name, those of the lowest class where several have one. */
function members(object: object): Record<string, PropertyDescriptor> {
  const found: Record<string, PropertyDescriptor> = Object.create(null) as typeof found;
  for (let at = Object.getPrototypeOf(object) as object; Object.getPrototypeOf(at); at = Object.getPrototypeOf(at) as object) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      const member = Object.assign(Object.create(null) as PropertyDescriptor, descriptor); // a getter has no value, whatever Object.prototype has
      if (name !== "constructor" && (member.get || typeof member.value === "function")) {
        found[name] ??= member;
      }
    }
  }
  return found;
}
