/**
 * Resources: what a session may touch, as the official SDK's classes. Their
 * JSON form is part of signed texts, so the order of their fields matters.
 */
import { LIT_ABILITY, LIT_RESOURCE_PREFIX, type LitAbility, type LitResourcePrefix } from "./constants.js";
import { BareError, InvalidArgumentException } from "./errors.js";

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
    this.resource = resource;
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
 * A PKP by its token id in hex, with or without `0x`, or `*`.
 *
 * The id is padded with zeros to 64 digits and its letters keep their case,
 * byte for byte as in the official SDK: a decimal id is taken for hex, and
 * nodes compare with the lower-case id.
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

function pkpId(id: string): string {
  const digits = id.startsWith("0x") ? id.slice(2) : id;
  if (digits.length > 64) {
    throw new BareError({
      reason: "invalid_param",
      message: "Resource ID exceeds 64 characters (32 bytes) in length.",
      details: { param: "resource", want: "at most 64 hex digits" },
    });
  }
  return /^[0-9a-fA-F]+$/.test(digits) ? digits.padStart(64, "0") : digits;
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
