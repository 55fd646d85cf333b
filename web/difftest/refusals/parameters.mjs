// Bad parameters: missing, of another type, or of a value that nothing fits.
import { bad } from "./vocabulary.mjs";

const key = ({ descriptor }) => descriptor.pkp.publicKey.slice(2);
const pkp = (name, want, make) => bad(`pkpPublicKey ${name}`, want, (at) => ({ pkpPublicKey: make(key(at), at) }));

/** A point of the curve that is no PKP: the generator. */
const generator =
  "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

const publicKeys = [
  pkp("missing", "refused", () => undefined),
  pkp("null", "refused", () => null),
  pkp("empty", "refused", () => ""),
  pkp("a number", "refused", () => 4),
  pkp("an object", "refused", () => ({})),
  pkp("a list", "refused", (hex) => [hex]),
  pkp("no hex", "refused", (hex) => `0x${"z".repeat(hex.length)}`),
  pkp("one digit short", "refused", (hex) => hex.slice(0, -1)),
  pkp("one byte long", "refused", (hex) => `${hex}00`),
  pkp("without 04", "refused", (hex) => hex.slice(2)),
  pkp("compressed", "refused", (hex) => (parseInt(hex.at(-1), 16) % 2 ? "03" : "02") + hex.slice(2, 66)),
  pkp("with 05 before it", "refused", (hex) => `05${hex.slice(2)}`),
  pkp("off the curve", "refused", (hex) => `04${"11".repeat(64)}`),
  pkp("in capitals", "accepted", (hex) => `0x${hex.toUpperCase()}`),
  pkp("with 0X before it", "refused", (hex) => `0X${hex}`),
  pkp("twice 0x before it", "refused", (hex) => `0x0x${hex}`),
  pkp("a space after it", "refused", (hex) => `0x${hex} `),
  pkp("a token id", "refused", (hex, { descriptor }) => descriptor.pkp.tokenId),
  pkp("an address", "refused", (hex, { descriptor }) => descriptor.pkp.ethAddress),
  pkp("of no PKP", "NodeContractResolverConversionFailed", () => generator),
  pkp("of a PKP that permits nothing", "NodeAuthSigScopeTooLimited", (hex, { bare }) => bare.publicKey),
];

const requests = (name, want, make) =>
  bad(`resourceAbilityRequests ${name}`, want, (at) => ({ resourceAbilityRequests: make(at.side.classes, at) }));

const sign = "pkp-signing";
const run = "lit-action-execution";

const resources = [
  requests("missing", "refused", () => undefined),
  requests("null", "refused", () => null),
  requests("empty", "refused", () => []),
  requests("a text", "refused", () => "all"),
  requests("an object", "refused", () => ({})),
  requests("of null", "refused", () => [null]),
  requests("without resource", "refused", () => [{ ability: sign }]),
  requests("without ability", "refused", ({ LitPKPResource }) => [{ resource: new LitPKPResource("*") }]),
  requests("of an unknown ability", "refused", ({ LitPKPResource }) => [
    { resource: new LitPKPResource("*"), ability: "fly" },
  ]),
  requests("of another resource's ability", "refused", ({ LitPKPResource }) => [
    { resource: new LitPKPResource("*"), ability: run },
  ]),
  requests("one good, one bad", "refused", ({ LitPKPResource, LitActionResource }) => [
    { resource: new LitPKPResource("*"), ability: sign },
    { resource: new LitActionResource("*"), ability: sign },
  ]),
  requests("of a plain object", "refused", () => [
    { resource: { resource: "*", resourcePrefix: "lit-pkp" }, ability: sign },
  ]),
  requests("of the nodes' own resource", "refused", () => [
    {
      resource: {
        resource: "*",
        resourcePrefix: "lit-resolvedauthcontext",
        getResourceKey: () => "lit-resolvedauthcontext://*",
        isValidLitAbility: () => true,
      },
      ability: sign,
    },
  ]),
  requests("for one PKP, used for it", "accepted", ({ LitPKPResource }, { descriptor }) => [
    { resource: new LitPKPResource(descriptor.pkp.tokenId), ability: sign },
  ]),
  requests("for one PKP, used for another", "refused", ({ LitPKPResource }) => [
    { resource: new LitPKPResource("0x01"), ability: sign },
  ]),
  requests("for actions only, used to sign", "refused", ({ LitActionResource }) => [
    { resource: new LitActionResource("*"), ability: run },
  ]),
  requests("twice the same", "accepted", ({ LitPKPResource }) => [
    { resource: new LitPKPResource("*"), ability: sign },
    { resource: new LitPKPResource("*"), ability: sign },
  ]),
];

const jsParams = (name, want, value) => bad(`jsParams ${name}`, want, { jsParams: value });
const cycle = { magicNumber: 42 };
cycle.cycle = cycle;

const globals = [
  jsParams("missing", "refused", undefined),
  jsParams("null", "refused", null),
  jsParams("false", "refused", false),
  jsParams("0", "refused", 0),
  jsParams("an empty text", "refused", ""),
  jsParams("a text", "refused", "magicNumber = 42"),
  jsParams("a number", "refused", 42),
  jsParams("a list", "refused", [42]),
  jsParams("true", "refused", true),
  jsParams("a cycle", "refused", cycle),
  jsParams("a bigint", "refused", { magicNumber: 42n }),
  jsParams("a text for a number", "accepted", { magicNumber: "42" }),
  jsParams("undefined in it", "-", { magicNumber: undefined }),
  jsParams("NaN in it", "NodeLitActionsSessionSigAuthenticationFailed", { magicNumber: NaN }),
  jsParams("a function in it", "accepted", { magicNumber: 42, f: () => 1 }),
  jsParams("a date in it", "accepted", { magicNumber: 42, date: new Date(0) }),
  jsParams("that would replace Lit", "NodeJsExecutionError", { magicNumber: 42, Lit: 1 }),
  jsParams("that would replace LitActions", "NodeJsExecutionError", { magicNumber: 42, LitActions: {} }),
  jsParams("with __proto__", "accepted", JSON.parse('{"magicNumber":42,"__proto__":{"a":1}}')),
  jsParams("with 100 levels", "accepted", { magicNumber: 42, deep: JSON.parse("[".repeat(100) + "]".repeat(100)) }),
  jsParams("with odd text", "accepted", { magicNumber: 42, text: '\u0000\u2028\ud83d\ude00"\\' }),
  jsParams("with half a character", "NodeBadInput", { magicNumber: 42, text: "\ud83d" }),
];

const wrong = (name, value, want = "refused") => bad(name, want, value);
const { secretKey, publicKey } = {
  secretKey: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
  publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
};

const others = [
  bad("no parameters at all", "refused", () => undefined),
  wrong("sessionKey a text", { sessionKey: "key" }),
  wrong("sessionKey empty", { sessionKey: {} }),
  wrong("sessionKey without its secret", { sessionKey: { publicKey } }),
  wrong("sessionKey with half a secret", { sessionKey: { publicKey, secretKey } }),
  wrong("sessionKey of no hex", { sessionKey: { publicKey: "z".repeat(64), secretKey: secretKey + publicKey } }),
  wrong("sessionKey of two keys", { sessionKey: { publicKey: "00".repeat(32), secretKey: secretKey + publicKey } }),
  wrong("sessionKey null", { sessionKey: null }, "accepted"),
  wrong("domain with a space", { domain: "a b" }),
  wrong("domain with a line break", { domain: "a\nURI: b" }),
  wrong("domain an object", { domain: {} }),
  wrong("domain empty", { domain: "" }, "accepted"),
  wrong("chain unknown", { chain: "no such chain" }, "accepted"),
];

export const parameterCases = [...publicKeys, ...resources, ...globals, ...others];
