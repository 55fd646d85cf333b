/** Ends of validity that callers ask for. */
import { InvalidParamType } from "./errors.js";
import { invalid, text } from "./given.js";

/**
 * Refuses a time that is over already: what would be signed is good for
 * nothing; and what is no time at all. None, or an empty one, is left alone.
 *
 * @throws InvalidParamType (`invalid_param`)
 */
export function requireFuture(expiration: unknown, now: number): void {
  if (expiration === undefined || expiration === null || expiration === "") {
    return;
  }
  const time = Date.parse(text("expiration", expiration));
  if (Number.isNaN(time)) {
    throw invalid("expiration", "a time in ISO 8601 form, as toISOString gives it");
  }
  if (time <= now) {
    throw new InvalidParamType({
      reason: "invalid_param",
      message: `expiration is in the past (${new Date(time).toISOString()}). Pass a time in the future.`,
      details: { param: "expiration", want: "a time in the future" },
    });
  }
}
