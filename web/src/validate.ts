/**
 * Whether session signatures are complete and not expired, by their texts
 * alone: no signature is verified. Start with {@link validateSessionSigs}.
 */
import { BareError, InvalidArgumentException } from "./errors.js";
import { anything, attempt, empty, memberOf, object, optionsOf, text } from "./given.js";
import type { AuthSig, SessionSigsMap } from "./params.js";

export interface ValidationResult {
  isValid: boolean;
  errors: string[];
}

/** What the text of a session signature says; anything may be missing, or be something else. */
export interface SessionSigText {
  capabilities?: unknown;
  issuedAt?: unknown;
  expiration?: unknown;
}

/**
 * Checks one session signature: that the text is JSON with capabilities, and
 * that neither they nor the session have expired. The sentences in `errors`
 * are the official SDK's.
 */
export function validateSessionSig(sessionSig: AuthSig): ValidationResult {
  const said = readText(partOf(sessionSig, "signedMessage"));
  if (said === undefined) {
    return verdict(["Main signedMessage is not valid JSON."]);
  }
  const outer = said.expiration
    ? expirationErrors(said.expiration, "main signedMessage")
    : ["Expiration Time not found in outer signedMessage."];
  return verdict([...capabilityErrors(said.capabilities), ...outer]);
}

/** Checks all session signatures. Each that is wrong gives one sentence that names its node. */
export function validateSessionSigs(sessionSigs: SessionSigsMap): ValidationResult {
  const entries = attempt("sessionSigs", "a map of session signatures", () => Object.entries(object("sessionSigs", sessionSigs)));
  const sentences = entries.flatMap(([url, sessionSig]) => {
    const { isValid, errors } = validateSessionSig(sessionSig);
    return isValid ? [] : [`Session Sig '${url}': ${errors.join(", ")}`];
  });
  return verdict(sentences);
}

/**
 * The session signature for one node. A missing map, or a node that it does
 * not have, throws InvalidArgumentException (reason `invalid_param`).
 */
export function getSessionSigByUrl(params: { sessionSigs: SessionSigsMap; url: string }): AuthSig {
  const { sessionSigs, url: given } = optionsOf("params", params, { sessionSigs: anything, url: anything });
  if (!sessionSigs) {
    const message = `You must pass in sessionSigs. Received: ${String(sessionSigs)}`;
    const details = { param: "sessionSigs", want: "the map that getSessionSigs returned" };
    throw new InvalidArgumentException({ reason: "invalid_param", message, details });
  }
  const url = text("url", given);
  const sessionSig = memberOf("sessionSigs", object("sessionSigs", sessionSigs), url) as AuthSig | undefined;
  if (!sessionSig) {
    const message = `You passed sessionSigs but we could not find session sig for node ${url}`;
    const details = { param: "url", want: "the URL of a node that signed" };
    throw new InvalidArgumentException({ reason: "invalid_param", message, details });
  }
  return sessionSig;
}

/**
 * The fields of a SIWE message as the validator sees them: `Key: value` starts
 * a field, any other line goes on with the one before. So a ReCap is the value
 * of `- urn`, and the last one counts.
 */
export function parseSignedMessage(signedMessage: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last: string | undefined;
  for (const line of signedMessage.split("\n")) {
    const [, key, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) {
      last = key.trim();
      fields.set(last, value.trim());
    } else if (last !== undefined && line.trim()) {
      fields.set(last, `${fields.get(last)}\n${line}`.trim());
    }
  }
  return fields;
}

/** A time as Date reads it. Throws a plain Error (reason `invalid_param`) for what is none. */
export function readTime(value: unknown): Date {
  const time = new Date(value as string);
  if (Number.isNaN(time.getTime())) {
    const details = { param: "sessionSigs", want: "session signatures with times of ISO 8601" };
    throw new BareError({ reason: "invalid_param", message: "Invalid time value", details });
  }
  return time;
}

function verdict(errors: string[]): ValidationResult {
  return { isValid: errors.length === 0, errors };
}

/** A member of what should be an AuthSig; undefined where it cannot be had. */
export function partOf(authSig: unknown, name: keyof AuthSig): unknown {
  return typeof authSig === "object" && authSig !== null ? memberOf(`sessionSig.${name}`, authSig, name) : undefined;
}

/** Any JSON but null has fields, if only missing ones. */
function readText(signedMessage: unknown): SessionSigText | undefined {
  try {
    const said = JSON.parse(typeof signedMessage === "string" ? signedMessage : "") as object | null;
    return said === null ? undefined : Object.assign(empty<SessionSigText>(), said);
  } catch {
    return undefined;
  }
}

function capabilityErrors(capabilities: unknown): string[] {
  if (!Array.isArray(capabilities)) {
    return ["Capabilities not found in main signedMessage."];
  }
  if (capabilities.length === 0) {
    return ["No capabilities found in main signedMessage."];
  }
  return (capabilities as unknown[]).flatMap((capability, i) => {
    const expiration = parseSignedMessage(String(partOf(capability, "signedMessage"))).get("Expiration Time");
    return expiration
      ? expirationErrors(expiration, `capability ${i}`)
      : [`Expiration Time not found in capability ${i}'s signedMessage.`];
  });
}

function expirationErrors(expiration: unknown, context: string): string[] {
  const time = new Date(expiration as string);
  if (Number.isNaN(time.getTime())) {
    return [`Invalid Expiration Time format in ${context}: ${String(expiration)}`];
  }
  return time.getTime() < Date.now() ? [`Expired ${context}. Expiration Time: ${time.toISOString()}`] : [];
}
