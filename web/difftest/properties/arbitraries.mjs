// Random values of the protocol, a good part of them wrong.
import helpers from "@lit-protocol/auth-helpers";
import { ethers } from "ethers";
import fc from "fast-check";
import * as litsession from "../../dist/index.js";

export const text = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.string({ unit: "binary", maxLength: 6 }));

export const hex = (bytes) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString("hex"));

const often = (arbitrary, seldom) => fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: seldom });

/** Mostly `arbitrary`; now and then absent. */
export const maybe = (arbitrary) => fc.option(arbitrary, { nil: undefined, freq: 3 });

// ReCaps

export const abilityPart = often(fc.stringMatching(/^[a-zA-Z0-9.*_+-]{1,12}$/), text);

const names = ["__proto__", "constructor", "toString", "b", "a", "é", "10", "9"];
const key = fc.oneof(fc.constantFrom(...names), text);

/** JSON as a restriction may hold it; -0 is 0 in JSON. */
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)));

export const restriction = fc.oneof(
  fc.constant({}),
  fc.dictionary(key.filter((name) => name !== "__proto__"), json, { maxKeys: 4 }),
);

const prefixes = ["lit-accesscontrolcondition", "lit-pkp", "lit-ratelimitincrease", "lit-litaction"];
const kinds = ["LitAccessControlConditionResource", "LitPKPResource", "LitRLIResource", "LitActionResource"];

/** Hex in upper case is left out: our LitPKPResource makes of it the lower case that nodes compare with. */
export const resourceId = fc.oneof(
  fc.constant("*"),
  hex(32),
  hex(32).map((digits) => `0x${digits}`),
  hex(33),
  fc.stringMatching(/^[0-9a-f]{1,64}$/),
  fc.nat().map(String),
  text.filter((id) => !/^(0x)?[0-9a-fA-F]*[A-F][0-9a-fA-F]*$/.test(id)),
);

/** A resource key, mostly one of Lit's. */
export const resourceKey = fc.oneof(
  fc.tuple(fc.constantFrom(...prefixes), fc.constantFrom("*", "1", "ab/c")).map(([prefix, id]) => `${prefix}://${id}`),
  fc.tuple(fc.constantFrom(...prefixes), fc.constantFrom("://", ":", "", "::/")).chain(([prefix, between]) =>
    resourceId.map((id) => prefix + between + id),
  ),
  key,
);

/** {kind, id}: a resource of either side is made of it by {@link resourceOf}. */
export const litResource = fc.record({ kind: fc.constantFrom(...kinds), id: resourceId });

export const sides = { ours: litsession, official: helpers };

export const resourceOf = (side, { kind, id }) => new sides[side][kind](id);

const abilities = Object.values(litsession.LIT_ABILITY);

export const ability = often(fc.constantFrom(...abilities), fc.constantFrom("toString", "pkp", ""));

export const fittingRequest = fc
  .tuple(fc.constantFrom(...abilities), resourceId.filter((id) => id.length <= 60))
  .map(([name, id]) => ({ ability: name, kind: kinds[kindOf(name)], id }));

function kindOf(name) {
  const classes = kinds.map((kind) => new litsession[kind]("*"));
  return classes.findIndex((resource) => resource.isValidLitAbility(name));
}

// SIWE

export const address = hex(20).map((digits) => ethers.utils.getAddress(`0x${digits}`));

/** ISO 8601 as toISOString gives it, between 1970 and 2100. */
export const time = fc
  .date({ min: new Date("1970-01-01T00:00:00.000Z"), max: new Date("2099-12-31T23:59:59.999Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

/** A time that is not over. */
export const later = fc
  .date({ min: new Date("2080-01-01T00:00:00.000Z"), max: new Date("2099-12-31T23:59:59.999Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

export const nonce = often(
  fc.oneof(hex(32).map((digits) => `0x${digits}`), fc.stringMatching(/^[a-zA-Z0-9]{8,20}$/)),
  fc.stringMatching(/^[a-zA-Z0-9]{1,7}$/),
);

export const domain = often(
  fc.oneof(fc.domain(), fc.tuple(fc.domain(), fc.nat(65535)).map(([host, port]) => `${host}:${port}`), fc.constant("localhost")),
  text,
);

export const uri = often(
  fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), hex(32).map((key) => `lit:session:${key}`)),
  text,
);

export const line = fc.oneof(fc.constant("Please sign in."), fc.stringMatching(/^[ -~]{1,60}$/));

export const ethereumSignature = hex(65);
