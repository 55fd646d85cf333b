/** Session signatures for people to read. */
import { BareError } from "./errors.js";
import type { AuthSig } from "./params.js";
import { attempt, empty, text } from "./given.js";
import { parseSignedMessage, partOf, readTime, type SessionSigText } from "./validate.js";

/**
 * Describes session signatures: when they and each capability begin and end,
 * and what each allows. It reads the first node's only; all say the same but
 * for the node. Texts are shown as they are: nothing is verified.
 *
 * @param sessionSigs the map as JSON text
 * @throws a plain Error (reason `invalid_param`) for text that is no session signature
 */
export function formatSessionSigs(sessionSigs: string, currentTime: Date = new Date()): string {
  return attempt("sessionSigs", "session signatures as JSON text", () => formatted(sessionSigs, currentTime));
}

function formatted(sessionSigs: string, currentTime: Date): string {
  const { now, today } = attempt("currentTime", "a Date", () => ({ now: currentTime.getTime(), today: currentTime.toISOString() }));
  const said = firstText(text("sessionSigs", sessionSigs));
  const capabilities: unknown[] = Array.isArray(said.capabilities) ? said.capabilities : [];
  const lines = [
    `The request time is at: ${today}`,
    "* Outer expiration:",
    ...period(said.issuedAt, said.expiration, now, "    "),
    "* Capabilities:",
    ...capabilities.flatMap((capability, i) => describe(capability, i + 1, now)),
  ];
  return lines.join("\n") + "\n";
}

function firstText(sessionSigs: string): SessionSigText {
  const said = firstMessage(sessionSigs);
  if (said === null) {
    throw invalid("Error parsing issuedAt or expiration: signedMessage is null");
  }
  return Object.assign(empty<SessionSigText>(), said);
}

function firstMessage(sessionSigs: string): SessionSigText | null {
  try {
    const [first] = Object.values(JSON.parse(sessionSigs) as Record<string, AuthSig>);
    return JSON.parse(String(partOf(first, "signedMessage"))) as SessionSigText | null;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw invalid(`Invalid JSON format for signedMessage: ${why}`, cause);
  }
}

function invalid(message: string, cause?: unknown): Error {
  return new BareError({ reason: "invalid_param", message, details: { param: "sessionSigs", want: "session signatures as JSON text" }, cause });
}

function describe(capability: unknown, number: number, now: number): string[] {
  const fields = parseSignedMessage(String(partOf(capability, "signedMessage")));
  return [
    `    * Capability ${number} (${String(partOf(capability, "derivedVia"))}):`,
    ...period(fields.get("Issued At"), fields.get("Expiration Time"), now, "        "),
    "        * Attenuation:",
    ...tree(attenuation(fields.get("- urn")), "            "),
  ];
}

function period(issuedAt: unknown, expiration: unknown, now: number, indent: string): string[] {
  const begin = readTime(issuedAt);
  const end = readTime(expiration);
  const left = end.getTime() - now;
  const status = left > 0 ? `✅ Not expired (valid for ${duration(left)})` : `❌ Expired (expired ${duration(-left)} ago)`;
  return [
    `${indent}* Issued at: ${begin.toISOString()}`,
    `${indent}* Expiration: ${end.toISOString()}`,
    `${indent}* Duration: ${duration(end.getTime() - begin.getTime())}`,
    `${indent}* Status: ${status}`,
  ];
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Whole days from one day on, else hours, minutes and seconds. */
function duration(ms: number): string {
  if (ms >= DAY) {
    return `${Math.floor(ms / DAY)} days`;
  }
  const hours = ms >= HOUR ? `${Math.floor(ms / HOUR)} hours, ` : "";
  return `${hours}${Math.floor((ms % HOUR) / MINUTE)} minutes, ${((ms % MINUTE) / SECOND).toFixed(3)} seconds`;
}

/** What a ReCap allows; undefined for a message without one, or with one that cannot be read. */
function attenuation(urn: string | undefined): unknown {
  try {
    const [, base64url = ""] = /^recap:(\S*)/.exec(urn ?? "") ?? [];
    const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
    const utf8 = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return (JSON.parse(new TextDecoder().decode(utf8)) as { att?: unknown }).att;
  } catch {
    return undefined;
  }
}

/** One line for each name and each plain value. Lists have no lines of their own, nor have null and undefined. */
function tree(value: unknown, indent: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => (isObject(item) ? members(item, indent) : tree(item, indent)));
  }
  if (isObject(value)) {
    return members(value, indent);
  }
  return value === null || value === undefined ? [] : [`${indent}* ${String(value)}`];
}

/** A list inside a list shows its indices as names. */
function members(object: object, indent: string): string[] {
  return Object.entries(object).flatMap(([name, value]) => [`${indent}* ${name}`, ...tree(value, `${indent}  `)]);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
