/**
 * Resources: what a session may touch, as the official SDK's classes. Their
 * JSON form is part of signed texts, so the order of their fields matters.
 */
import { LIT_ABILITY, LIT_RESOURCE_PREFIX, type LitAbility, type LitResourcePrefix } from "./constants.js";
import { BareError, InvalidArgumentException } from "./errors.js";
import { attempt, memberOf, object, text } from "./given.js";

/** What the package needs of a resource; instances of the official SDK's classes fit as well. */
export interface ILitResource {
  readonly resource: string;
  readonly resourcePrefix: LitResourcePrefix;
  /** `prefix://id`. */
  getResourceKey(): string;
  /** Whether the ability makes sense for this kind of resource. */
  isValidLitAbility(ability: LitAbility): boolean;
  toString(): string;
}

/** One thing that the session is to be allowed. `data` becomes the ability's restriction. */
export interface LitResourceAbilityRequest {
  resource: ILitResource;
  ability: LitAbility;
  data?: Record<string, unknown>;
}

abstract class LitResource implements ILitResource {
  // Declared in the order in which JSON.stringify must write them.
  readonly resource: string;
  abstract readonly resourcePrefix: LitResourcePrefix;

  constructor(resource: string) {
    this.resource = text("resource", resource);
  }

  abstract isValidLitAbility(ability: LitAbility): boolean;

  getResourceKey(): string {
    return `${this.resourcePrefix}://${this.resource}`;
  }

  toString(): string {
    return this.getResourceKey();
  }
}

/** An access control condition: the hash of the conditions, a path, or `*`. */
export class LitAccessControlConditionResource extends LitResource {
  readonly resourcePrefix = LIT_RESOURCE_PREFIX.AccessControlCondition;

  isValidLitAbility(ability: LitAbility): boolean {
    return (
      ability === LIT_ABILITY.AccessControlConditionDecryption || ability === LIT_ABILITY.AccessControlConditionSigning
    );
  }
}

/**
 * A PKP by its token id, or `*`.
 *
 * The id is hex, with or without `0x`, and becomes 64 digits in lower case, as
 * nodes compare it. More than 64 decimal digits are the decimal id, as
 * contracts give it; fewer are taken for hex, as in the official SDK.
 */
export class LitPKPResource extends LitResource {
  readonly resourcePrefix = LIT_RESOURCE_PREFIX.PKP;

  /** Throws (reason `invalid_param`) when the id is longer than 64 characters. */
  constructor(resource: string) {
    super(pkpId(resource));
  }

  isValidLitAbility(ability: LitAbility): boolean {
    return ability === LIT_ABILITY.PKPSigning;
  }
}

/** A capacity credit by its decimal token id, or `*`. */
export class LitRLIResource extends LitResource {
  readonly resourcePrefix = LIT_RESOURCE_PREFIX.RLI;

  isValidLitAbility(ability: LitAbility): boolean {
    return ability === LIT_ABILITY.RateLimitIncreaseAuth;
  }
}

/** A Lit Action by its CIDv0, or `*`. */
export class LitActionResource extends LitResource {
  readonly resourcePrefix = LIT_RESOURCE_PREFIX.LitAction;

  isValidLitAbility(ability: LitAbility): boolean {
    return ability === LIT_ABILITY.LitActionExecution;
  }
}

const ID_DIGITS = 64;

function pkpId(given: string): string {
  const id = text("resource", given);
  const isDecimal = id.length > ID_DIGITS && id.length <= MAX_DECIMAL.length && /^[0-9]+$/.test(id);
  const digits = isDecimal ? BigInt(id).toString(16) : id.replace(/^0x/, "");
  if (digits.length > ID_DIGITS) {
    throw new BareError({
      reason: "invalid_param",
      message: "Resource ID exceeds 64 characters (32 bytes) in length.",
      details: { param: "resource", want: "a token id: at most 64 hex digits, or decimal" },
    });
  }
  return /^[0-9a-fA-F]+$/.test(digits) ? digits.toLowerCase().padStart(ID_DIGITS, "0") : digits;
}

/** The largest token id. */
const MAX_DECIMAL = (2n ** 256n - 1n).toString();

/** A resource of the caller's as it is used here; its own methods are asked at once, and may throw nothing here. */
export function resourceOf(param: string, value: unknown): { key: string; prefix: string; allows(ability: unknown): boolean } {
  const want = "a resource, such as new LitPKPResource(id)";
  const resource = object(param, value) as ILitResource;
  const call = (name: "getResourceKey" | "isValidLitAbility", ...args: unknown[]) =>
    attempt(param, want, () => (memberOf(param, resource, name) as (...args: unknown[]) => unknown).apply(resource, args));
  return {
    key: text(`${param}.getResourceKey()`, call("getResourceKey")),
    prefix: text(`${param}.resourcePrefix`, memberOf(`${param}.resourcePrefix`, resource, "resourcePrefix")),
    allows: (ability) => Boolean(call("isValidLitAbility", ability)),
  };
}

/** In the order in which the official SDK tries them. */
const CLASSES = [
  [LIT_RESOURCE_PREFIX.AccessControlCondition, LitAccessControlConditionResource],
  [LIT_RESOURCE_PREFIX.PKP, LitPKPResource],
  [LIT_RESOURCE_PREFIX.RLI, LitRLIResource],
  [LIT_RESOURCE_PREFIX.LitAction, LitActionResource],
] as const;

/**
 * Reads a resource key. As in the official SDK only the prefix is checked and
 * the three characters after it are skipped whatever they are. An unknown
 * prefix throws `InvalidArgumentException` (reason `invalid_param`).
 */
export function parseLitResource(key: string): ILitResource {
  text("resourceKey", key);
  for (const [prefix, Resource] of CLASSES) {
    if (key.startsWith(prefix)) {
      return new Resource(key.slice(prefix.length + "://".length));
    }
  }
  throw new InvalidArgumentException({
    reason: "invalid_param",
    message: "Invalid resource prefix",
    details: { param: "resourceKey", want: CLASSES.map(([prefix]) => prefix).join(", ") },
    info: { resourceKey: key },
  });
}
