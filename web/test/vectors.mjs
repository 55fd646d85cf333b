/** What the tests of the auth functions share: vectors of the official packages, and a clock that stands still. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const vectors = JSON.parse(readFileSync(new URL("testdata/auth.json", import.meta.url), "utf8"));

/** Calls make and returns what it threw. */
export function thrownBy(make) {
  try {
    make();
  } catch (error) {
    return error;
  }
  assert.fail("nothing was thrown");
}

export const rejection = (promise) => promise.then(() => assert.fail("resolved"), (error) => error);

/** Stops the clock for one test. */
export function stopClock(t, now) {
  t.mock.timers.enable({ apis: ["Date"], now: new Date(now) });
}
