/** Session keys and wallets' AuthSigs. */
import { callModule } from "./load.js";
import type { SessionKeyPair } from "./params.js";

/** A new session key. Needs lit.wasm, because it answers in the same turn: `not_ready` before it is loaded. */
export function generateSessionKeyPair(): SessionKeyPair {
  return callModule("generateSessionKeyPair", null);
}
