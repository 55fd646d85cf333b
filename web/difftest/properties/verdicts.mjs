// Session signatures as texts: whether they hold, and how they read.
import misc from "@lit-protocol/misc";
import fc from "fast-check";
import * as litsession from "../../dist/index.js";
import { address, line, maybe, restriction, text, time, uri } from "./arbitraries.mjs";
import { attempt, now } from "./harness.mjs";

const sides = { ours: litsession, official: misc };

/** Around the moment of the check, and now and then no time. */
const moment = fc.oneof(
  time,
  fc.integer({ min: -100_000, max: 100_000 }).map((ms) => new Date(now + ms).toISOString()),
  fc.constantFrom("", "soon", "2026", "Thu, 15 Jan 2026 13:00:00 GMT", "2026-01-15T13:00:00+02:00"),
);

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

const recap = fc
  .dictionary(fc.constantFrom("lit-pkp://*", "lit-litaction://*", "a"), fc.dictionary(fc.constantFrom("a/b", "*/*"), fc.array(restriction, { maxLength: 2 })))
  .map((att) => `urn:recap:${base64url({ att, prf: [] })}`);

const signedText = fc
  .record({ address, statement: maybe(line), uri, issuedAt: moment, expiration: fc.option(moment), resources: fc.array(fc.oneof(uri, recap), { maxLength: 2 }) })
  .map((m) =>
    [
      "localhost wants you to sign in with your Ethereum account:",
      m.address,
      "",
      ...(m.statement ? [m.statement] : []),
      "",
      `URI: ${m.uri}`,
      "Version: 1",
      `Issued At: ${m.issuedAt}`,
      ...(m.expiration === null ? [] : [`Expiration Time: ${m.expiration}`]),
      ...(m.resources.length > 0 ? ["Resources:", ...m.resources.map((resource) => `- ${resource}`)] : []),
    ].join("\n"),
  );

const capability = fc.record({
  sig: fc.constant("0x00"),
  derivedVia: fc.constantFrom("web3.eth.personal.sign", "lit.bls"),
  signedMessage: fc.oneof({ weight: 9, arbitrary: signedText }, { weight: 1, arbitrary: text }),
  address,
});

const outer = fc
  .record(
    {
      sessionKey: fc.constant("00"),
      capabilities: fc.array(capability, { maxLength: 3 }),
      issuedAt: moment,
      expiration: moment,
      nodeAddress: fc.constant("http://127.0.0.1:7470"),
    },
    { requiredKeys: ["sessionKey", "nodeAddress"] },
  )
  .map((value) => JSON.stringify(value));

const sessionSig = fc.record({
  sig: fc.constant("00"),
  derivedVia: fc.constant("litSessionSignViaNacl"),
  signedMessage: fc.oneof(
    { weight: 18, arbitrary: outer },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: fc.json({ maxDepth: 1 }) },
  ),
  address: fc.constant("00"),
  algo: fc.constant("ed25519"),
});

const sigs = fc.dictionary(fc.constantFrom("http://127.0.0.1:7470", "http://127.0.0.1:7471"), sessionSig, { maxKeys: 2 });

const judged = (side) => (one) => attempt(() => sides[side].validateSessionSig(one));
const judgedAll = (side) => (all) => attempt(() => sides[side].validateSessionSigs(all));
const formatted = (side) => (all) => {
  const { value, error } = attempt(() => sides[side].formatSessionSigs(JSON.stringify(all), new Date(now)));
  return value ?? { error: error.split(":")[0] }; // behind the colon the engine speaks
};

/** validateSessionSig reads fields of what may be null. */
const ofNull = (_, ours, official) =>
  ours.value && /^Cannot read properties of null/.test(official.error) && "validateSessionSig throws a TypeError for the text null";

/** A report without what its ReCaps hold. */
const withoutDetails = (report) => String(report).replaceAll(/^ {12}[^\n]*\n/gm, "");

/** Known defects of the official reader. */
function misread(all, ours, official) {
  if (typeof ours === "string" && /^Cannot read properties of/.test(official.error)) {
    return "formatSessionSigs throws a TypeError where something is missing";
  }
  if (withoutDetails(ours) === withoutDetails(official)) {
    if (/urn:recap:[A-Za-z0-9]*[-_]/.test(JSON.stringify(all))) {
      return "formatSessionSigs reads base64url as base64";
    }
    if (/[^ -~\n✅❌]/.test(official)) {
      return "formatSessionSigs reads UTF-8 as Latin-1";
    }
  }
}

const pair = (side) => ({ ours: side("ours"), official: side("official") });

export const kinds = [
  { name: "verdict on a session signature", arbitrary: sessionSig, ...pair(judged), listed: ofNull },
  { name: "verdict on session signatures", arbitrary: sigs, ...pair(judgedAll), listed: ofNull },
  { name: "session signatures as text", arbitrary: sigs, ...pair(formatted), listed: misread },
];
