/**
 * The argument door: what a caller gave, read once and checked, before any of
 * it is used. Start with {@link optionsOf}, at the top of each export that
 * takes an options object.
 *
 * Names at the end of a prototype chain, Object.prototype of any realm, are
 * not given: a library of the page that merges carelessly can put any name
 * there. So pass on the records made here, and no copy such as `{...options}`,
 * which would inherit that name again.
 */
import { InvalidParamType, isLitError, ParamsMissingError, type LitError } from "./errors.js";

/** Returns value, or what was read of it; throws `invalid_param` or `missing_param` that names param. */
export type Check<Value> = (param: string, value: unknown) => Value;

/** What a record has: a check for each name. */
export type Shape = Readonly<Record<string, Check<unknown>>>;

/** Each name with what its check returned. It has no prototype. */
export type Given<Names extends Shape> = { [Name in keyof Names]: ReturnType<Names[Name]> };

/**
 * Reads the options object of an export, each name once. Errors name param, or the name whose value is wrong; no
 * object at all is `invalid_param`.
 */
export function optionsOf<Names extends Shape>(param: string, value: unknown, names: Names): Given<Names> {
  return read(param, value ?? null, names, (name) => name);
}

/** Of an options object that may be left out: every name is undefined then. The checks must allow that. */
export function optionalOptionsOf<Names extends Shape>(param: string, value: unknown, names: Names): Given<Names> {
  return optionsOf(param, value ?? {}, names);
}

/** The check of an object inside of one; errors name `param.name`. */
export function record<Names extends Shape>(names: Names): Check<Given<Names>> {
  return (param, value) => read(param, value, names, (name) => `${param}.${name}`);
}

function read<Names extends Shape>(
  param: string,
  value: unknown,
  names: Names,
  path: (name: string) => string,
): Given<Names> {
  const from = object(param, value);
  const given = empty<Given<Names>>();
  for (const [name, check] of Object.entries(names)) {
    given[name as keyof Names] = check(path(name), memberOf(path(name), from, name)) as ReturnType<Names[keyof Names]>;
  }
  return given;
}

/** An object without a prototype. */
export function empty<Value extends object>(): Value {
  return Object.create(null) as Value;
}

/** A JSON object as a record without a prototype. Objects inside of it are ordinary ones. */
export function parseRecord<Value extends object>(json: string): Value {
  return Object.assign(empty<Value>(), JSON.parse(json));
}

/** A member of an object of the caller's, also one of its class: undefined where there is none. Param is for the error. */
export function memberOf(param: string, holder: object, name: string): unknown {
  return attempt(param, "a value that can be read", () => (isInherited(holder, name) ? undefined : Reflect.get(holder, name)));
}

/** Whether an object of the caller's, or its class, has a name, be it undefined. Param is for the error. */
export function isGiven(param: string, holder: object, name: string): boolean {
  return attempt(param, "an object that can be read", () => Reflect.has(holder, name) && !isInherited(holder, name));
}

/** No chain of prototypes is that long; a Proxy can pretend one without an end. */
const MAX_PROTOTYPES = 100;

/** Whether only the end of the prototype chain has the name. */
function isInherited(holder: object, name: string): boolean {
  let link = holder;
  for (let i = 0; i < MAX_PROTOTYPES; i++) {
    const next = Reflect.getPrototypeOf(link);
    if (next === null) {
      return link !== holder && Object.hasOwn(link, name);
    }
    if (Object.hasOwn(link, name)) {
      return false;
    }
    link = next;
  }
  throw new RangeError("the chain of prototypes does not end");
}

/** Runs something that touches a value of the caller's. What a getter or a Proxy throws becomes the cause of `invalid_param`. */
export function attempt<Result>(param: string, want: string, touch: () => Result): Result {
  try {
    return touch();
  } catch (cause) {
    throw isLitError(cause) ? cause : invalid(param, want, cause);
  }
}

/** Any value. */
export const anything: Check<unknown> = (_, value) => value;

/** A check that undefined and null pass, as undefined. */
export function optional<Value>(check: Check<Value>): Check<Value | undefined> {
  return (param, value) => (value === undefined || value === null ? undefined : check(param, value));
}

/** A string; an object that stands for one is none. */
export const text: Check<string> = only("a string", (value) => typeof value === "string");

/** True or false. */
export const flag: Check<boolean> = only("true or false", (value) => typeof value === "boolean");

/** A number that is not NaN and not infinite. */
export const number: Check<number> = only("a number", Number.isFinite);

/** A whole number from 0 to 2^53 - 1. */
export const count: Check<number> = only(
  "a whole number of 0 or more",
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);

/** Something that can be called. */
export const callable: Check<(...args: never[]) => unknown> = only("a function", (value) => typeof value === "function");

/** Anything with members: an object or a function, read later by {@link memberOf}. */
export const object: Check<object> = only("an object", isObject);

/** Bytes in a typed array of its own or shared memory; a detached one is refused. */
export const bytes: Check<Uint8Array> = only(
  "a Uint8Array",
  (value) => Object.prototype.toString.call(value) === "[object Uint8Array]" && ArrayBuffer.isView(value) && !isDetached(value),
);

/** A text of a known few. */
export function oneOf<Value extends string>(...values: readonly Value[]): Check<Value> {
  const want = values.map((value) => JSON.stringify(value)).join(", ");
  return only(want, (value) => (values as readonly unknown[]).includes(value));
}

/** Longer lists are refused: an array of length 4294967295 needs no memory, but reading it takes minutes. */
const MAX_LIST = 100_000;

/** An array, copied item by item; errors name `param[index]`. A hole is undefined. */
export function listOf<Value>(check: Check<Value>): Check<Value[]> {
  return (param, value) => {
    const list = array(param, value);
    const length = attempt(param, "a list", () => list.length);
    if (length > MAX_LIST) {
      throw invalid(param, `a list of at most ${MAX_LIST} items`);
    }
    const items: Value[] = [];
    for (let index = 0; index < length; index++) {
      const at = `${param}[${index}]`;
      items.push(check(at, memberOf(at, list, String(index))));
    }
    return items;
  };
}

const array: Check<unknown[]> = only("a list", Array.isArray);

/** The check of a type. A value that is missing altogether is `missing_param`. */
export function only<Value>(want: string, fits: (value: unknown) => boolean): Check<Value> {
  return (param, value) => {
    if (value === undefined) {
      throw missing(param);
    }
    if (!attempt(param, want, () => fits(value))) {
      throw invalid(param, want);
    }
    return value as Value;
  };
}

function isObject(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Only of a detached buffer no view can be made. */
function isDetached({ buffer }: ArrayBufferView): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** InvalidParamType (reason `invalid_param`). The value itself is not repeated: it may be a secret. */
export function invalid(param: string, want: string, cause?: unknown): LitError {
  return new InvalidParamType({
    reason: "invalid_param",
    message: `${param} must be ${want}.`,
    details: { param, want },
    ...(cause !== undefined && { cause }),
  });
}

/** ParamsMissingError (reason `missing_param`). */
export function missing(param: string): LitError {
  return new ParamsMissingError({ reason: "missing_param", message: `${param} is required.`, details: { param } });
}
