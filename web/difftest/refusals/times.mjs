// Bad times, and messages that a client with a mistake in it would send.
import { bad, differsOnWire, onWire } from "./vocabulary.mjs";

const second = 1000;
const day = 86_400 * second;
const from = (milliseconds) => new Date(Date.now() + milliseconds).toISOString();
const expiration = (name, want, make) => bad(`expiration ${name}`, want, () => ({ expiration: make() }));

const expirations = [
  expiration("an hour ago", "refused", () => from(-3600 * second)),
  expiration("a second ago", "refused", () => from(-second)),
  expiration("in 29 days", "accepted", () => from(29 * day)),
  expiration("in 31 days", "refused", () => from(31 * day)),
  expiration("in a thousand years", "refused", () => from(365_000 * day)),
  expiration("tomorrow", "refused", () => "tomorrow"),
  expiration("a number", "refused", () => Date.now() + day),
  expiration("a number as text", "refused", () => String(Date.now() + day)),
  expiration("a Date", "refused", () => new Date(Date.now() + day)),
  expiration("null", "accepted", () => null),
  expiration("empty", "accepted", () => ""),
  expiration("without seconds", "refused", () => from(day).replace(/:\d\d\.\d+/, "")),
  expiration("without a zone", "refused", () => from(day).replace("Z", "")),
  expiration("with another zone", "accepted", () => from(day).replace("Z", "+00:00")),
  expiration("without fractions", "accepted", () => from(day).replace(/\.\d+/, "")),
  expiration("with a space for the T", "refused", () => from(day).replace("T", " ")),
  expiration("on a day that is none", "refused", () => `${new Date().getUTCFullYear() + 1}-02-30T00:00:00.000Z`),
  expiration("a date only", "refused", () => from(day).slice(0, 10)),
  expiration("with a line break", "refused", () => `${from(day)}\nRequest ID: 1`),
  expiration("an object", "refused", () => ({})),
];

const changed = (pattern, text) => (body) => ({ ...body, siweMessage: body.siweMessage.replace(pattern, text) });

/** The message with one line changed. */
const siwe = (name, want, pattern, text) => onWire(`SIWE ${name}`, want, changed(pattern, text));

const line = (field) => new RegExp(`^${field}: .*$`, "m");

const messages = [
  siwe("empty", "NodeSIWEMessageError", /[^]*/, ""),
  siwe("without its first line", "NodeSIWEMessageError", /^.*\n/, ""),
  siwe("for another address", "NodeSIWEMessageError", /0x\w{40}/, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
  siwe("without a statement", "NodeSIWECapabilityInvalid", /^Lit Protocol.*\n\n/m, "\n"),
  siwe("with a line too many", "NodeSIWEMessageError", /^Lit Protocol.*$/m, ""),
  siwe("with another statement", "NodeSIWECapabilityInvalid", /^Lit Protocol.*$/m, "Give me everything."),
  siwe("of another URI", "NodeSIWEMessageError", line("URI"), `URI: lit:session:${"00".repeat(32)}`),
  siwe("of version 2", "NodeSIWEMessageError", line("Version"), "Version: 2"),
  differsOnWire(
    "SIWE of another chain",
    "12.5",
    { ours: "client: InvalidSignatureError", official: "accepted" },
    changed(line("Chain ID"), "Chain ID: 2"),
  ),
  siwe("with no block for a nonce", "NodeInvalidBlockhash", line("Nonce"), "Nonce: 12345678"),
  siwe("with a short nonce", "NodeSIWEMessageError", line("Nonce"), "Nonce: 1"),
  siwe("issued tomorrow", "NodeSIWEMessageError", line("Issued At"), `Issued At: ${from(day)}`),
  siwe("issued after its end", "NodeSIWEMessageError", line("Issued At"), `Issued At: ${from(2 * day)}`),
  siwe("issued at no time", "NodeSIWEMessageError", line("Issued At"), "Issued At: now"),
  siwe(
    "that ended before it began",
    "NodeExpWrongOrTooLarge",
    line("Expiration Time"),
    `Expiration Time: ${from(-day)}`,
  ),
  siwe("that ends in 31 days", "NodeSIWEMessageError", line("Expiration Time"), `Expiration Time: ${from(31 * day)}`),
  siwe("without an end", "NodeSIWEMessageError", /^Expiration Time: .*\n/m, ""),
  siwe("without resources", "-", /\nResources:[^]*$/, ""),
  siwe("of a resource that is no ReCap", "-", /urn:recap:.*$/, "https://example.org/"),
  siwe("of a broken ReCap", "NodeSIWECapabilityInvalid", /urn:recap:.*$/, "urn:recap:AAAA"),
];

const unknownBlock = changed(line("Nonce"), `Nonce: 0x${"5a".repeat(32)}`);

/** A block hash that the network does not know: nodes take it unless they are strict. */
const lenient = [
  differsOnWire(
    "SIWE with a foreign block",
    "12.5",
    { ours: "client: InvalidSignatureError", official: "accepted" },
    unknownBlock,
  ),
];

export const strictCases = [
  bad("nothing wrong, strict nonces", "accepted", {}),
  onWire("SIWE with a foreign block, strict nonces", "NodeInvalidBlockhash", unknownBlock),
];

/** The body with members changed; undefined takes one away. */
const body = (name, want, change) => onWire(name, want, (sent) => ({ ...sent, ...change }));

const bodies = [
  body("curveType K256", "NodeInvalidCurveType", { curveType: "K256" }),
  body("curveType unknown", "NodeBadInput", { curveType: "P256" }),
  body("an authSig", "NodeInvalidAuthSigForSessionKey", {
    authSig: { sig: "0x", derivedVia: "x", signedMessage: "x", address: "0x" },
  }),
  body("no sessionKey", "NodeBadInput", { sessionKey: undefined }),
  body("another sessionKey", "NodeSIWEMessageError", { sessionKey: `lit:session:${"00".repeat(32)}` }),
  body("no siweMessage", "NodeBadInput", { siweMessage: undefined }),
  body("no authMethods", "NodeBadInput", { authMethods: undefined }),
  body("authMethods a text", "NodeBadInput", { authMethods: "none" }),
  body("no pkpPublicKey, and no auth method", "-", { pkpPublicKey: undefined }),
  body("pkpPublicKey of no hex", "-", { pkpPublicKey: "0xzz" }),
  body("code and CID", "-", { litActionIpfsId: "QmSQDKRWEXZ9CGoucSTR11Mv6fhGqaytZ1MqrfHdkuS1Vg" }),
  body("no action", "NodeAuthSigScopeTooLimited", { code: undefined }),
  body("epoch null", "NodeBadInput", { epoch: null }),
  body("epoch a text", "NodeBadInput", { epoch: "1" }),
  body("epoch long gone", "-", { epoch: 99 }),
  body("no epoch", "accepted", { epoch: undefined }),
  body("epoch 0", "accepted", { epoch: 0 }),
  body("a member that nobody knows", "accepted", { somebody: 1 }),
];

export const timeCases = [...expirations, ...messages, ...lenient, ...bodies];
