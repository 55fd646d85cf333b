// SIWE messages: their text, reading it back, and the official makers of them.
import helpers from "@lit-protocol/auth-helpers";
import fc from "fast-check";
import { SiweMessage } from "siwe";
import * as litsession from "../../dist/index.js";
import { address, domain, fittingRequest, hex, later, line, maybe, nonce, resourceOf, sides, time, uri } from "./arbitraries.mjs";
import { outcome, verdict } from "./harness.mjs";

const fields = fc.record(
  {
    scheme: fc.constantFrom("https", "http", "lit"),
    domain,
    address,
    statement: line,
    uri,
    version: fc.constantFrom("1", "1", "1", "1", "2"),
    chainId: fc.oneof(fc.constant(1), fc.nat()),
    nonce,
    issuedAt: time,
    expirationTime: time,
    notBefore: time,
    requestId: fc.stringMatching(/^[a-zA-Z0-9.~-]{0,12}$/),
    resources: fc.array(uri, { maxLength: 3 }),
  },
  { requiredKeys: ["domain", "address", "uri", "version", "chainId", "nonce", "issuedAt"] },
);

const classes = { ours: litsession.SiweMessage, official: SiweMessage };

/** The text that a side makes of the fields, and whether the same side reads it. */
const written = (side) => (given) => ({
  ...verdict(() => new classes[side](structuredClone(given)).toMessage()),
  readable: "value" in verdict(() => new classes[side](new classes[side](structuredClone(given)).toMessage())),
});

/** Texts of valid messages, most of them spoilt in one place. */
const texts = fc
  .tuple(fields, fc.nat(), fc.constantFrom("none", "drop", "double", "swap", "insert"), fc.constantFrom(" ", "\n", "x", "0", ":", "ü"))
  .map(([given, at, how, foreign]) => spoil(plain(given), at, how, foreign));

/** The text without anybody's checks. Source: EIP-4361. */
function plain(m) {
  const optional = (label, value) => (value === undefined ? [] : [`${label}: ${value}`]);
  return [
    `${m.scheme ? `${m.scheme}://` : ""}${m.domain} wants you to sign in with your Ethereum account:`,
    m.address,
    "",
    ...(m.statement === undefined ? [] : [m.statement]),
    "",
    `URI: ${m.uri}`,
    `Version: ${m.version}`,
    `Chain ID: ${m.chainId}`,
    `Nonce: ${m.nonce}`,
    `Issued At: ${m.issuedAt}`,
    ...optional("Expiration Time", m.expirationTime),
    ...optional("Not Before", m.notBefore),
    ...optional("Request ID", m.requestId),
    ...(m.resources ? ["Resources:", ...m.resources.map((resource) => `- ${resource}`)] : []),
  ].join("\n");
}

function spoil(text, at, how, foreign) {
  const place = at % text.length;
  const lines = text.split("\n");
  const number = at % lines.length;
  switch (how) {
    case "drop":
      return text.slice(0, place) + text.slice(place + 1);
    case "double":
      return lines.toSpliced(number, 0, lines[number]).join("\n");
    case "swap":
      return lines.toSpliced(number, 2, ...lines.slice(number, number + 2).reverse()).join("\n");
    case "insert":
      return text.slice(0, place) + foreign + text.slice(place);
  }
  return text;
}

const names = [
  "scheme", "domain", "address", "statement", "uri", "version", "chainId", "nonce", "issuedAt", "expirationTime",
  "notBefore", "requestId", "resources",
];

const read = (side) => (text) =>
  verdict(() => {
    const message = new classes[side](text);
    return names.map((name) => message[name] ?? null);
  });

/** What the official functions ask of a client. */
const client = {
  generateSessionCapabilityObjectWithWildcards: async () => helpers.newSessionCapabilityObject(),
};

const common = {
  walletAddress: address,
  nonce: hex(32).map((digits) => `0x${digits}`),
  expiration: later,
  uri: fc.oneof(fc.constant("lit:capability:delegation"), fc.webUrl()),
  domain: fc.domain(),
  statement: line,
  chainId: fc.nat(),
};

const delegation = {
  uses: fc.oneof(fc.nat().map(String), fc.constant(undefined)),
  delegateeAddresses: fc.option(fc.array(address, { maxLength: 3 }), { nil: undefined }),
  capacityTokenId: fc.oneof(fc.nat().map(String), fc.constant(undefined)),
  dAppOwnerWallet: fc.constant(undefined),
};

const made = fc.tuple(
  fc.record(common, { requiredKeys: ["walletAddress", "nonce"] }),
  fc.oneof(fc.constant({}), fc.record(delegation, { requiredKeys: [] })),
  fc.option(fc.array(fittingRequest, { maxLength: 3 }), { nil: undefined }),
  fc.constantFrom("createSiweMessage", "createSiweMessageWithRecaps", "createSiweMessageWithCapacityDelegation"),
);

const requestsOf = (side, list) => list?.map((one) => ({ resource: resourceOf(side, one), ability: one.ability }));

const maker = (side) => async ([params, extra, requests, name]) => {
  const resources = requestsOf(side, requests);
  const all = { ...params, ...extra, ...(resources && { resources }), litNodeClient: client };
  const { value, error } = await outcome(() => sides[side][name](all));
  return value ?? { error };
};

const data = (side) => (params) => sides[side].createCapacityCreditsResourceData(params);

// Known defects of siwe 2.3.2.

const unread = (_, ours, official) => ours.refused && !official.readable && "siwe writes a text that it does not read itself";

/** What is wrong with a text, as far as siwe does not see it. */
function misread(text, ours, official) {
  if (/\nResources:(\n|$)/.test(text) && official.value) {
    return "siwe reads an empty list of resources as one empty resource";
  }
  if (ours.refused && official.value && new SiweMessage(text).toMessage() !== text) {
    return "siwe takes a text that it writes otherwise, so that its own signature check fails";
  }
}

const lineBreak = ([, , requests]) =>
  requests?.some(({ id }) => /[\n\r]/.test(id)) && "siwe lets a line break into a statement, which makes it another message";

const pair = (side) => ({ ours: side("ours"), official: side("official") });

export const kinds = [
  { name: "SIWE text", arbitrary: fields, ...pair(written), listed: unread },
  { name: "SIWE message of a text", arbitrary: texts, ...pair(read), listed: misread },
  { name: "messages that the SDK makes", arbitrary: made, ...pair(maker), listed: lineBreak },
  { name: "capacity delegation data", arbitrary: fc.record(delegation, { requiredKeys: [] }), ...pair(data) },
];
