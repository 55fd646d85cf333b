// ReCaps: encoding, decoding, statements, merging into messages, checks.
import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { SiweMessage } from "siwe";
import {
  ability,
  abilityPart,
  litResource,
  resourceId,
  resourceKey,
  resourceOf,
  restriction,
  sides,
  text,
} from "./arbitraries.mjs";
import { attempt, verdict } from "./harness.mjs";

const step = fc.oneof(
  fc.record({ add: fc.tuple(resourceKey, abilityPart, abilityPart, restriction) }),
  fc.record({ allow: fc.tuple(litResource, ability, fc.option(restriction)) }),
  fc.record({ all: litResource }),
);

const steps = fc.array(step, { maxLength: 5 });

/** The object of one side after the steps; a step that is refused is told, and the next one follows. */
function build(side, list) {
  const object = sides[side].newSessionCapabilityObject();
  const refused = [];
  for (const { add, allow, all } of list) {
    const { error } = attempt(() => {
      if (add) object.addAttenuation(...add);
      if (allow) object.addCapabilityForResource(resourceOf(side, allow[0]), allow[1], allow[2]);
      if (all) object.addAllCapabilitiesForResource(resourceOf(side, all));
    });
    if (error) refused.push(error);
  }
  return { object, refused };
}

const built = (side) => (list) => {
  const { object, refused } = build(side, list);
  const { attenuations, proofs } = object;
  const statement = attempt(() => object.statement);
  return { urn: object.encodeAsSiweResource(), statement, attenuations: sorted(attenuations), proofs, refused };
};

/** With sorted keys: the order in memory is nobody's promise. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.keys(value).sort().map((name) => [name, sorted(value[name])]);
}

const prefix = "urn:recap:";

const unpacked = (urn) => Buffer.from(urn.slice(prefix.length), "base64url").toString();

const base64url = (value) => Buffer.from(value).toString("base64url");

/** URNs that one side wrote, some with a character or a value of another kind in them. */
const written = fc.tuple(steps, fc.nat(), fc.constantFrom("", "", "A", "=", "~")).map(([list, at, foreign]) => {
  const { object } = build("official", list);
  const urn = object.encodeAsSiweResource();
  const place = at % (urn.length + 1);
  return urn.slice(0, place) + foreign + urn.slice(place + foreign.length);
});

const odd = fc.oneof(fc.constantFrom(null, 1, "x", [], {}, [{}], [1], { a: 1 }), fc.constant({ "a/b": [{}] }));

const assembled = fc
  .record(
    {
      att: fc.oneof(odd, fc.dictionary(text, fc.oneof(odd, fc.dictionary(text, odd, { maxKeys: 2 })), { maxKeys: 3 })),
      prf: fc.oneof(fc.constant([]), odd, fc.array(text, { maxLength: 2 })),
    },
    { requiredKeys: [] },
  )
  .map((value) => `${prefix}${base64url(JSON.stringify(value))}`);

const decoded = (side) => (urn) => {
  const { value, error } = attempt(() => sides[side].decode(urn));
  if (error) return { error: ofTable(error) };
  return { attenuations: sorted(value.attenuations), proofs: value.proofs };
};

/** The sentences that are promised; any other is only a refusal. */
const sentences = /^Invalid (recap urn|attenuation object|proof list)$|^Invalid (ability string|nota-bene list)|is not properly sorted$/;

const ofTable = (error) => (sentences.test(error) ? error : "refused");

const message = {
  domain: "localhost",
  address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  uri: "https://localhost/login",
  version: "1",
  chainId: 1,
  nonce: "0123456789abcdef",
  issuedAt: "2026-01-15T12:00:00.000Z",
};

const sentence = fc.option(fc.constantFrom("Hello.", "I further authorize", "x"), { nil: undefined });
const uris = fc.option(fc.array(fc.constantFrom("https://a.example/", "urn:recap:e30", "urn:recap:", "lit:x"), { maxLength: 2 }), {
  nil: undefined,
});

const applied = (side) => ({ statement, resources, lists }) => {
  const siwe = new SiweMessage({ ...message, ...(statement && { statement }), ...(resources && { resources: [...resources] }) });
  for (const list of lists) {
    const { error } = attempt(() => build(side, list).object.addToSiweMessage(siwe));
    if (error) return { error };
  }
  const extracted = verdict(() => sorted(sides[side].extract(siwe).attenuations));
  return { statement: siwe.statement, resources: siwe.resources, extracted };
};

const checked = (side) => ({ list, resource, name }) => {
  const { object } = build(side, list);
  return verdict(() => object.verifyCapabilitiesForResource(resourceOf(side, resource), name));
};

const near = fc.record({
  list: steps,
  resource: fc.oneof(litResource, litResource.map(({ kind }) => ({ kind, id: "*" }))),
  name: ability,
});

const keyed = (side) => ({ resource, name }) => {
  const made = attempt(() => resourceOf(side, resource));
  if (made.error) return made;
  const { value } = made;
  return { key: value.getResourceKey(), text: String(value), json: JSON.stringify(value), fits: value.isValidLitAbility(name) };
};

const parsed = (side) => (key) => {
  const { value, error } = attempt(() => sides[side].parseLitResource(key));
  return error ? { error } : { json: JSON.stringify(value), kind: value.constructor.name };
};

const asked = (side) => (id) => {
  const builder = new sides[side].ResourceAbilityRequestBuilder();
  return attempt(() =>
    builder
      .addPKPSigningRequest(id)
      .addLitActionExecutionRequest(id)
      .addAccessControlConditionSigningRequest(id)
      .addAccessControlConditionDecryptionRequest(id)
      .addRateLimitIncreaseAuthRequest(id)
      .build(),
  );
};

// Known defects of siwe-recap 0.0.2-alpha.0. It keeps what is delegated in plain objects.

const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Every object in a JSON value. */
function* objects(value) {
  if (typeof value !== "object" || value === null) return;
  yield value;
  for (const inner of Object.values(value)) yield* objects(inner);
}

const isSorted = (list) => list.every((name, i) => i === 0 || list[i - 1] <= name);

/** The defect that a ReCap meets, from its URN. */
function defectOf(urn) {
  if (!urn.startsWith(prefix)) return undefined;
  if (!isUtf8(Buffer.from(urn.slice(prefix.length), "base64url"))) {
    return "siwe-recap takes bytes that are not UTF-8";
  }
  const { value } = attempt(() => JSON.parse(unpacked(urn)));
  for (const object of objects(value)) {
    if (Array.isArray(object)) continue;
    const names = Object.keys(object);
    const namespaces = names.map((name) => name.split("/")[0]);
    if (namespaces.some((name) => inherited.has(name))) {
      return "siwe-recap loses names that every object inherits";
    }
    if (!isSorted(names) || !isSorted(Object.keys(Object.fromEntries(namespaces.map((name) => [name, true]))))) {
      return "siwe-recap expects sorted names, and JavaScript puts whole numbers first";
    }
  }
  if (Object.values(value?.att ?? {}).some(Array.isArray)) {
    return "siwe-recap takes a list for an object";
  }
}

const defectOfAny = (urns) => urns?.map(defectOf).find(Boolean);

const pair = (side) => ({ ours: side("ours"), official: side("official") });

export const kinds = [
  { name: "ReCap URN and statement", arbitrary: steps, ...pair(built), listed: (_, ours) => defectOf(ours.urn) },
  { name: "ReCap of a URN", arbitrary: fc.oneof(written, assembled), ...pair(decoded), listed: defectOf },
  {
    name: "ReCaps in a SIWE message",
    arbitrary: fc.record({ statement: sentence, resources: uris, lists: fc.array(steps, { minLength: 1, maxLength: 3 }) }),
    ...pair(applied),
    listed: (_, ours) => defectOfAny(ours.resources),
  },
  { name: "capability checks", arbitrary: near, ...pair(checked) },
  { name: "resources", arbitrary: fc.record({ resource: litResource, name: ability }), ...pair(keyed) },
  { name: "resources of a key", arbitrary: resourceKey, ...pair(parsed) },
  { name: "requests that the builder makes", arbitrary: resourceId, ...pair(asked) },
];
