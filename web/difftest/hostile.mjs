/** Values that a caller should not give, and does: by mistake, or to see what breaks. */

/** What functions and getters of these values throw: it may come through from where the caller's code is called. */
export const thrown = new Error("the caller's own");

const throwing = () => {
  throw thrown;
};

/** Random numbers of 32 bits, the same ones for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function detached() {
  const view = new Uint8Array(64);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

function cyclic() {
  const object = { a: [{}] };
  object.a[0].b = object;
  return object;
}

function deep(depth) {
  let array = [];
  for (let i = 0; i < depth; i++) {
    array = [array];
  }
  return array;
}

class Instance {
  #hidden = 1;
  chain = "ethereum";
  get hidden() {
    return this.#hidden;
  }
}

const traps = ["get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf", "set", "defineProperty"];

/** Each makes a new one. */
export const HOSTILE = [
  () => undefined, () => null, () => NaN, () => -0, () => -1, () => 0, () => Infinity, () => 2 ** 53, () => 1.5,
  () => 1n, () => -(2n ** 300n), () => true, () => false, () => Symbol(), () => Symbol.iterator,
  () => "", () => "\ud800", () => "x", () => "0x", () => "0xzz", () => "\0", () => "__proto__", () => "then", () => "9".repeat(400),
  () => "0".repeat(1_000_000), () => "http://[", () => "é\u2028", () => "1970-01-01T00:00:00.000Z",
  () => ({}), () => [], () => [[]], () => [undefined], () => [null], () => [, 1], () => new Array(2 ** 32 - 1), () => deep(100_000), cyclic,
  () => revoked({}), () => revoked([]), () => revoked(() => {}),
  () => new Proxy({}, Object.fromEntries(traps.map((trap) => [trap, throwing]))),
  () => new Proxy([], { get: throwing }), () => new Proxy({}, { get: () => () => "x" }), () => new Proxy({}, { getPrototypeOf: throwing }),
  () => ({ get chain() { return throwing(); }, get str() { return throwing(); }, get resource() { return throwing(); }, get signal() { return throwing(); } }),
  () => ({ toString: throwing, valueOf: throwing, toJSON: throwing }), () => ({ [Symbol.toPrimitive]: throwing }), () => ({ toString: 1, valueOf: 1 }),
  () => ({ toHexString: throwing }), () => ({ toHexString: () => 5 }), () => ({ hex: 5, type: "BigNumber" }),
  () => () => {}, () => throwing, () => async () => throwing(), () => Math.max,
  () => new Date(0), () => new Date(NaN), () => new Map([[1, 2]]), () => new Set([1]), () => /x/g, () => new URL("http://127.0.0.1:1"),
  () => new Uint8Array(3), () => new Uint8Array(2_000_000), () => new Float64Array([NaN]), () => new ArrayBuffer(8), () => new DataView(new ArrayBuffer(1)), detached,
  () => new SharedArrayBuffer(8), () => new WeakMap(), () => new Error("mine"), () => Object.assign(new Error("mine"), { reason: "timeout" }),
  () => ({ then() {} }), () => ({ then: throwing }), () => ({ then: 5 }), () => ({ get then() { return throwing(); } }),
  () => new Instance(), () => Object.create(null), () => Object.assign(Object.create(null), { chain: "ethereum" }), () => Object.freeze({}), () => JSON.parse('{"__proto__": {"chain": 5}}'),
  () => new String("x"), () => new Number(1), () => Object(1n), () => globalThis, () => new (class extends Array {})(),
];

export const hostile = (random) => HOSTILE[random(HOSTILE.length)]();

/** A copy of the arguments with one place, however deep, that is hostile. */
export function spoilt(value, random, depth = 0) {
  const isPlain = typeof value === "object" && value !== null && [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value));
  const names = isPlain ? Object.keys(value) : [];
  if (names.length === 0 || (depth > 0 && random(3) === 0)) {
    return hostile(random);
  }
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const name = names[random(names.length)];
  copy[name] = spoilt(value[name], random, depth + 1);
  return copy;
}
