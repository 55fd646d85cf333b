/** Members of foreign objects, which may be hostile. */

/** Prototypes that are looked at; a Proxy can make up an endless chain of them. */
const MAX_PROTOTYPES = 100;

/**
 * A member of a foreign object; undefined if it cannot be read (a getter that
 * throws, a revoked Proxy), or if only the end of the prototype chain has it:
 * Object.prototype, whatever a page's library put there.
 */
export function member(object: object, name: string): unknown {
  try {
    const value = (object as Record<string, unknown>)[name];
    return value !== undefined && isGiven(object, name) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Names that nobody in the chain owns come from a Proxy, which gives them by itself. */
function isGiven(object: object, name: string): boolean {
  let at = object;
  for (let depth = 0; depth < MAX_PROTOTYPES; depth++) {
    const prototype = Object.getPrototypeOf(at) as object | null;
    if (Object.hasOwn(at, name)) {
      return at === object || prototype !== null;
    }
    if (prototype === null) {
      return true;
    }
    at = prototype;
  }
  return false;
}
