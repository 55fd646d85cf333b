/** The arithmetic of capacity credits, as exported by the official package. */
import { InvalidArgumentException, type LitError } from "../errors.js";
import { anything, number, optionsOf } from "../given.js";

const DAY = 86_400; // seconds

/** Which periods there are, each function says itself. */
const RATE = { period: anything, requests: number };

export function convertRequestsPerDayToPerSecond(requestsPerDay: number): number {
  return number("requestsPerDay", requestsPerDay) / DAY;
}

/** Unix time in seconds of 00:00 UTC so many days from today; 1 is the coming midnight. */
export function calculateUTCMidnightExpiration(daysFromNow: number): number {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + number("daysFromNow", daysFromNow)) / 1000;
}

/** Rounds half up; fewer than 44 requests per day are none per kilosecond. */
export function requestsToKilosecond(params: { period: "day" | "second"; requests: number }): number {
  const { period, requests } = optionsOf("params", params, RATE);
  switch (period) {
    case "day":
      return Math.round(requests / (DAY / 1000));
    case "second":
      return Math.round(requests * 1000);
  }
  throw invalidPeriod();
}

/** A kilosecond is taken for 1/86 of a day, as in the official package; it is 1/86.4. */
export function requestsToDay(params: { period: "second" | "kilosecond"; requests: number }): number {
  const { period, requests } = optionsOf("params", params, RATE);
  switch (period) {
    case "second":
      return Math.round(requests * DAY);
    case "kilosecond":
      return Math.round(requests * 86);
  }
  throw invalidPeriod();
}

/** Of kiloseconds it gives a thousand times the requests, as the official package does, and not a thousandth. */
export function requestsToSecond(params: { period: "day" | "kilosecond"; requests: number }): number {
  const { period, requests } = optionsOf("params", params, RATE);
  switch (period) {
    case "day":
      return Math.round(requests / DAY);
    case "kilosecond":
      return Math.round(requests * 1000);
  }
  throw invalidPeriod();
}

function invalidPeriod(): LitError {
  return new InvalidArgumentException({
    reason: "invalid_param",
    message: "Invalid period",
    details: { param: "period", want: "one of the periods that the function takes" },
  });
}
