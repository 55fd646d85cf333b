// Properties: the same random case goes through the npm packages and through
// ours, and both must give the same value or both refuse.
import fc from "fast-check";

/** How long the search for the smallest case that fails may take, in ms. */
const shrinkLimit = 60_000;

/** The time at which all of it happens. */
export const now = Date.parse("2026-01-15T12:00:00.000Z");

/** Stops the clock of both sides, which read it from Date. */
export function stopClock() {
  const Running = Date;
  globalThis.Date = class extends Running {
    constructor(...args) {
      super(...(args.length === 0 ? [now] : args));
    }
    static now() {
      return now;
    }
  };
}

/** What a call came to: {value}, or {error} with the error's sentence. */
export function attempt(call) {
  try {
    return { value: call() };
  } catch (error) {
    return { error: String(error?.message ?? error) };
  }
}

/** The same of a promise. */
export async function outcome(call) {
  try {
    return { value: await call() };
  } catch (error) {
    return { error: String(error?.message ?? error) };
  }
}

/** Where the sentences are nobody's promise: only whether there is a value. */
export function verdict(call) {
  const { value, error } = attempt(call);
  return error === undefined ? { value } : { refused: true };
}

/** siwe-recap writes names such as `__proto__` through to what all objects share; the next case must not see it. */
function cleanPrototype() {
  for (const name of Object.keys(Object.prototype)) {
    delete Object.prototype[name];
  }
}

const text = (value) => JSON.stringify(value) ?? "undefined";

/**
 * Runs so many cases of one kind and returns a row of the table. Another seed
 * gives other cases.
 *
 * kind: {name, arbitrary, ours(case), official(case), alike?(ours, official),
 * listed?(case, ours, official)}; the sides return JSON values. Where they
 * differ and are not alike, listed gives the reason if the official result is
 * a known defect; anything else fails the run with the smallest case that
 * shows it.
 */
export async function check({ name, arbitrary, ours, official, alike, listed }, cases, seed) {
  const reasons = new Map();
  let identical = 0;
  let failedAt;
  const property = fc.asyncProperty(arbitrary, async (one) => {
    fc.pre(failedAt === undefined || performance.now() - failedAt < shrinkLimit);
    const [a, b] = [await ours(one), await official(one)];
    cleanPrototype();
    if (text(a) === text(b) || alike?.(a, b)) {
      identical++;
      return;
    }
    const reason = listed?.(one, a, b);
    if (!reason) {
      failedAt ??= performance.now();
      throw new Error(`ours:     ${text(a)}\nofficial: ${text(b)}`);
    }
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  });
  const started = performance.now();
  const result = await fc.check(property, { numRuns: cases, seed, endOnFailure: false });
  const seconds = (performance.now() - started) / 1000;
  return {
    name,
    runs: result.numRuns,
    identical,
    reasons: [...reasons],
    seconds,
    failure: result.failed ? `${text(result.counterexample?.[0])}\n${result.errorInstance?.message}` : undefined,
  };
}
