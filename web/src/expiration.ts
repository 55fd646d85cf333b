/** Ends of validity that callers ask for. */
import { InvalidParamType } from "./errors.js";

/**
 * Refuses a time that is over already: what would be signed is good for nothing.
 * What is absent or no time at all is left to those who write the message.
 *
 * @throws InvalidParamType (`invalid_param`)
 */
export function requireFuture(expiration: unknown, now: number): void {
  if (typeof expiration === "string" && Date.parse(expiration) <= now) {
    throw new InvalidParamType({
      reason: "invalid_param",
      message: `expiration is in the past (${new Date(expiration).toISOString()}). Pass a time in the future.`,
      details: { param: "expiration", want: "a time in the future" },
    });
  }
}
