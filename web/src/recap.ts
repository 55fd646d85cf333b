/**
 * ReCaps (ERC-5573) as the official SDK's session capability objects: which
 * abilities a message delegates on which resources. The object is plain data
 * and works at once; its text forms are written and read by lit.wasm.
 */
import { bindMethods } from "./bound.js";
import { LIT_ABILITY, LIT_NAMESPACE, LIT_RECAP_ABILITY, type LitAbility } from "./constants.js";
import { BareError, InvalidArgumentException, isLitError, type ErrorFields, type LitError } from "./errors.js";
import { attempt, listOf, optional, optionsOf, text } from "./given.js";
import { callModule } from "./load.js";
import { resourceOf, type ILitResource } from "./resources.js";

export type PlainJSON = boolean | number | string | null | { [name: string]: PlainJSON } | PlainJSON[];

/** Resource key, then `Namespace/Name`, then restrictions; `[{}]` means none. */
export type AttenuationsObject = Record<string, Record<string, PlainJSON[]>>;

/** The two fields of a SIWE message that a ReCap stands in; npm's `siwe` fits, and our SiweMessage. */
export interface RecapMessage {
  statement?: string | undefined;
  resources?: string[] | undefined;
}

/** What the SDK's functions need of a session capability object. */
export interface ISessionCapabilityObject {
  readonly attenuations: AttenuationsObject;
  readonly proofs: string[];
  readonly statement: string;
  addProof(proof: string): void;
  addAttenuation(resource: string, namespace?: string, name?: string, restriction?: Record<string, PlainJSON>): void;
  addToSiweMessage<Message extends RecapMessage>(siwe: Message): Message;
  encodeAsSiweResource(): string;
  addCapabilityForResource(litResource: ILitResource, ability: LitAbility, data?: unknown): void;
  verifyCapabilitiesForResource(litResource: ILitResource, ability: LitAbility): boolean;
  addAllCapabilitiesForResource(litResource: ILitResource): void;
}

/** As the module reads and writes it. */
interface Capability {
  att: AttenuationsObject;
  prf: string[];
}

const ABILITY_NAMES: Record<LitAbility, [namespace: string, name: string]> = {
  [LIT_ABILITY.AccessControlConditionDecryption]: [LIT_NAMESPACE.Threshold, LIT_RECAP_ABILITY.Decryption],
  [LIT_ABILITY.AccessControlConditionSigning]: [LIT_NAMESPACE.Threshold, LIT_RECAP_ABILITY.Signing],
  [LIT_ABILITY.PKPSigning]: [LIT_NAMESPACE.Threshold, LIT_RECAP_ABILITY.Signing],
  [LIT_ABILITY.RateLimitIncreaseAuth]: [LIT_NAMESPACE.Auth, LIT_RECAP_ABILITY.Auth],
  [LIT_ABILITY.LitActionExecution]: [LIT_NAMESPACE.Threshold, LIT_RECAP_ABILITY.Execution],
};

const ALL = "*/*";

/** Errors are plain ones with reason `invalid_param`, as siwe-recap throws them. */
export class RecapSessionCapabilityObject implements ISessionCapabilityObject {
  readonly #att: AttenuationsObject;
  readonly #prf: string[];

  /**
   * att is checked and used, not copied. Proofs are CIDs; reading them needs
   * lit.wasm (`not_ready` before it is loaded), an empty list does not.
   */
  constructor(att: AttenuationsObject = {}, prf: readonly string[] = []) {
    attempt("att", "attenuations", () => checkAttenuations(att));
    this.#att = att;
    this.#prf = listOf(text)("prf", prf).map(readProof);
    bindMethods(this);
  }

  /** Reads a ReCap's URN. Needs lit.wasm. */
  static decode(encoded: string): RecapSessionCapabilityObject {
    return fromCapability(ask("decodeRecap", text("encoded", encoded)));
  }

  /** Reads the ReCap in a message's last resource, and checks that the statement says the same. Needs lit.wasm. */
  static extract(siwe: RecapMessage): RecapSessionCapabilityObject {
    return fromCapability(ask("extractRecap", messageEnd(siwe)));
  }

  get attenuations(): AttenuationsObject {
    return this.#att;
  }

  /** Version 0 in base58, version 1 in base32. */
  get proofs(): string[] {
    return [...this.#prf];
  }

  /** What a message says in words. Needs lit.wasm. */
  get statement(): string {
    return sanitizeSiweMessage(ask("recapStatement", this.#capability()));
  }

  /** Needs lit.wasm. */
  addProof(proof: string): void {
    this.#prf.push(readProof(proof));
  }

  /** Appends a restriction to an ability. The same ability twice keeps both entries. */
  addAttenuation(resource: string, namespace = "*", name = "*", restriction: Record<string, PlainJSON> = {}): void {
    text("resource", resource);
    if (!isAbilityPart(namespace)) {
      throw invalid("Invalid ability namespace", "namespace", ABILITY_PART);
    }
    if (!isAbilityPart(name)) {
      throw invalid("Invalid ability name", "name", ABILITY_PART);
    }
    attempt("att", "attenuations that can be added to", () => {
      const abilities = own(this.#att, resource, () => ({}));
      own<PlainJSON[]>(abilities, `${namespace}/${name}`, () => []).push(restriction ?? {});
    });
  }

  /**
   * Puts the ReCap into siwe and returns siwe. A ReCap that is there already,
   * in the last resource and at the end of the statement, becomes one with
   * this. Needs lit.wasm.
   */
  addToSiweMessage<Message extends RecapMessage>(siwe: Message): Message {
    const end = ask<RecapMessage>("applyRecap", { ...messageEnd(siwe), ...this.#capability() });
    return attempt("siwe", "a message that can be changed", () => Object.assign(siwe, end));
  }

  /** `urn:recap:…`. Needs lit.wasm. */
  encodeAsSiweResource(): string {
    return ask("encodeRecap", this.#capability());
  }

  /** Adds an ability of Lit's; data becomes its restriction. One that the resource cannot have throws InvalidArgumentException. */
  addCapabilityForResource(litResource: ILitResource, ability: LitAbility, data?: unknown): void {
    const resource = resourceOf("litResource", litResource);
    if (!resource.allows(ability)) {
      const message = "The specified Lit resource does not support the specified ability.";
      throw new InvalidArgumentException({
        reason: "invalid_param",
        message,
        details: { param: "ability", want: "an ability of that kind of resource" },
        info: { litResource: resource.key, ability },
      });
    }
    const restriction = (data || {}) as Record<string, PlainJSON>;
    this.addAttenuation(resource.key, ...abilityName(ability), restriction);
  }

  /**
   * Whether a node would find the ability: on the wildcard key `prefix://*` if
   * there is one, else on the resource's own. Restrictions are not looked at.
   */
  verifyCapabilitiesForResource(litResource: ILitResource, ability: LitAbility): boolean {
    const resource = resourceOf("litResource", litResource);
    if (!resource.allows(ability)) {
      return false;
    }
    const granted = attempt("att", "attenuations", () => {
      const wildcard = `${resource.prefix}://*`;
      const key = Object.hasOwn(this.#att, wildcard) ? wildcard : resource.key;
      return Object.hasOwn(this.#att, key) ? Object.keys(this.#att[key] ?? {}) : [];
    });
    return granted.includes(ALL) || granted.includes(abilityName(ability).join("/"));
  }

  /** Adds `*` of every namespace. */
  addAllCapabilitiesForResource(litResource: ILitResource): void {
    this.addAttenuation(resourceOf("litResource", litResource).key);
  }

  #capability(): Capability {
    return { att: this.#att, prf: this.#prf };
  }
}

/** As `new RecapSessionCapabilityObject`. */
export function newSessionCapabilityObject(
  attenuations: AttenuationsObject = {},
  proof: readonly string[] = [],
): ISessionCapabilityObject {
  return new RecapSessionCapabilityObject(attenuations, proof);
}

/** As `RecapSessionCapabilityObject.decode`. */
export function decode(encoded: string): ISessionCapabilityObject {
  return RecapSessionCapabilityObject.decode(encoded);
}

/** As `RecapSessionCapabilityObject.extract`. */
export function extract(siwe: RecapMessage): ISessionCapabilityObject {
  return RecapSessionCapabilityObject.extract(siwe);
}

/** Takes one backslash from a doubled one before `n`, and turns escaped double quotes into single ones. */
export function sanitizeSiweMessage(message: string): string {
  return text("message", message).replaceAll("\\\\n", "\\n").replaceAll('\\"', "'");
}

function fromCapability({ att, prf }: Capability): RecapSessionCapabilityObject {
  return new RecapSessionCapabilityObject(att, prf);
}

function messageEnd(siwe: RecapMessage): RecapMessage {
  return optionsOf("siwe", siwe, { statement: optional(text), resources: optional(listOf(text)) });
}

function readProof(proof: string): string {
  return ask("recapProof", text("proof", proof));
}

/** Calls the module. What it finds wrong comes as the plain Error that siwe-recap throws. */
function ask<Result = string>(name: string, args: unknown): Result {
  try {
    return callModule<Result>(name, args, "att");
  } catch (error) {
    throw isLitError(error) && error.reason === "invalid_param" ? new BareError(error as ErrorFields) : error;
  }
}

function abilityName(ability: LitAbility): [namespace: string, name: string] {
  if (typeof ability !== "string" || !Object.hasOwn(ABILITY_NAMES, ability)) {
    throw new InvalidArgumentException({
      reason: "invalid_param",
      message: "Unknown LitAbility",
      details: { param: "ability", want: Object.keys(ABILITY_NAMES).join(", ") },
      info: { litAbility: ability },
    });
  }
  return ABILITY_NAMES[ability];
}

function checkAttenuations(att: AttenuationsObject): void {
  for (const abilities of Object.values(objectOrThrow(att))) {
    for (const [ability, list] of Object.entries(objectOrThrow(abilities))) {
      const [namespace, name, ...rest] = ability.split("/");
      if (!isAbilityPart(namespace) || !isAbilityPart(name) || rest.length > 0) {
        throw invalid(`Invalid ability string: ${ability}`, "att", ATTENUATIONS);
      }
      if (!Array.isArray(list) || !list.every(isPlainObject)) {
        throw invalid(`Invalid nota-bene list for ${ability}`, "att", ATTENUATIONS);
      }
    }
  }
}

function objectOrThrow<Value>(value: Record<string, Value>): Record<string, Value> {
  if (!isPlainObject(value)) {
    throw invalid("Invalid attenuation object", "att", ATTENUATIONS);
  }
  return value;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAbilityPart(part: unknown): boolean {
  return typeof part === "string" && /^[a-zA-Z0-9.*_+-]+$/.test(part);
}

/** The value of a key, made when absent; safe for keys such as `__proto__`. */
function own<Value>(object: Record<string, Value>, key: string, make: () => Value): Value {
  if (!Object.hasOwn(object, key)) {
    Object.defineProperty(object, key, { value: make(), enumerable: true, configurable: true, writable: true });
  }
  return object[key] as Value;
}

const ABILITY_PART = "a name in the characters that ERC-5573 allows";
const ATTENUATIONS = "{resource: {ability: [restriction, …]}}";

function invalid(message: string, param: string, want: string): LitError {
  return new BareError({ reason: "invalid_param", message, details: { param, want } });
}
