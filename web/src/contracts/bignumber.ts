/**
 * Numbers of contracts, with the methods of ethers 5's BigNumber: that is what
 * the official SDK returns. ethers 5 takes one wherever it takes its own.
 */

import { attempt, invalid, memberOf } from "../given.js";
import { hexOf } from "./options.js";

/** What stands for a whole number. */
export type BigNumberish = BigNumber | bigint | number | string | { toHexString(): string } | { readonly hex: string };

export class BigNumber {
  /** Whom ethers 5 takes for its own. */
  readonly _isBigNumber = true;
  /** `0x` and an even number of digits, with a minus before it below 0: a Proxy around this can read it. */
  readonly _hex: string;

  private constructor(value: bigint) {
    if (typeof value !== "bigint") {
      throw invalid("value", "made by BigNumber.from");
    }
    const digits = (value < 0n ? -value : value).toString(16);
    this._hex = `${value < 0n ? "-" : ""}0x${digits.length % 2 ? "0" : ""}${digits}`;
  }

  /** @throws InvalidParamType (`invalid_param`) for what is no whole number, as all methods here */
  static from(value: BigNumberish): BigNumber {
    return attempt("value", WHOLE, () => (value instanceof BigNumber ? value : new BigNumber(toBigInt("value", value))));
  }

  static isBigNumber(value: unknown): boolean {
    return attempt("value", "a value that can be read", () => typeof value === "object" && value !== null && memberOf("value", value, "_isBigNumber") === true);
  }

  add(other: BigNumberish): BigNumber {
    return new BigNumber(this.toBigInt() + toBigInt("other", other));
  }

  sub(other: BigNumberish): BigNumber {
    return new BigNumber(this.toBigInt() - toBigInt("other", other));
  }

  mul(other: BigNumberish): BigNumber {
    return new BigNumber(this.toBigInt() * toBigInt("other", other));
  }

  /** Rounds towards zero. */
  div(other: BigNumberish): BigNumber {
    return new BigNumber(this.toBigInt() / divisorOf(other));
  }

  /** Never negative. */
  mod(other: BigNumberish): BigNumber {
    const divisor = divisorOf(other);
    const rest = this.toBigInt() % divisor;
    return new BigNumber(rest < 0n ? rest + (divisor < 0n ? -divisor : divisor) : rest);
  }

  pow(other: BigNumberish): BigNumber {
    const exponent = toBigInt("other", other);
    if (exponent < 0n || exponent * BigInt(this._hex.length) > MAX_DIGITS) {
      throw invalid("other", "an exponent of 0 or more whose power can be held");
    }
    return new BigNumber(this.toBigInt() ** exponent);
  }

  abs(): BigNumber {
    return new BigNumber(this.toBigInt() < 0n ? -this.toBigInt() : this.toBigInt());
  }

  eq(other: BigNumberish): boolean {
    return this.toBigInt() === toBigInt("other", other);
  }

  lt(other: BigNumberish): boolean {
    return this.toBigInt() < toBigInt("other", other);
  }

  lte(other: BigNumberish): boolean {
    return this.toBigInt() <= toBigInt("other", other);
  }

  gt(other: BigNumberish): boolean {
    return this.toBigInt() > toBigInt("other", other);
  }

  gte(other: BigNumberish): boolean {
    return this.toBigInt() >= toBigInt("other", other);
  }

  isZero(): boolean {
    return this.toBigInt() === 0n;
  }

  isNegative(): boolean {
    return this.toBigInt() < 0n;
  }

  /** Of at most 53 bits; for others there are toBigInt() and toString(). */
  toNumber(): number {
    const number = Number(this.toBigInt());
    if (!Number.isSafeInteger(number)) {
      throw invalid("this", "a number of at most 53 bits; use toBigInt() or toString()");
    }
    return number;
  }

  toBigInt(): bigint {
    return signed(this._hex);
  }

  /** Decimal. */
  toString(): string {
    return this.toBigInt().toString();
  }

  /** `0x` and an even number of digits. */
  toHexString(): string {
    return this._hex;
  }

  toJSON(): { type: "BigNumber"; hex: string } {
    return { type: "BigNumber", hex: this.toHexString() };
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `BigNumber { value: "${this}" }`;
  }
}

/** Digits that a number may have: what is far longer is a mistake, and would take long. */
const MAX_DIGITS = 10_000n;

const WHOLE = "a whole number: a number, bigint or BigNumber, or a text in decimal or 0x and hex";

function toBigInt(param: string, value: BigNumberish): bigint {
  return attempt(param, WHOLE, () => {
    if (typeof value === "object" && value !== null) {
      return signed(hexOf(param, value));
    }
    if (typeof value !== "number" && typeof value !== "bigint") {
      return signed(value);
    }
    return BigInt(value);
  });
}

function divisorOf(value: BigNumberish): bigint {
  const divisor = toBigInt("other", value);
  if (divisor === 0n) {
    throw invalid("other", "a number other than 0");
  }
  return divisor;
}

function signed(text: unknown): bigint {
  if (typeof text !== "string" || text.length > MAX_DIGITS || !/^-?([0-9]+|0x[0-9a-f]+)$/i.test(text)) {
    throw new SyntaxError("a number must be decimal, or 0x and hex");
  }
  return text.startsWith("-0x") ? -BigInt(text.slice(1)) : BigInt(text);
}
