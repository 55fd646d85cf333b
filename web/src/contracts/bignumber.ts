/**
 * Numbers of contracts, with the methods of ethers 5's BigNumber: that is what
 * the official SDK returns. ethers 5 takes one wherever it takes its own.
 */

/** What stands for a whole number. */
export type BigNumberish = BigNumber | bigint | number | string | { toHexString(): string } | { readonly hex: string };

export class BigNumber {
  /** Whom ethers 5 takes for its own. */
  readonly _isBigNumber = true;
  readonly #value: bigint;

  private constructor(value: bigint) {
    this.#value = value;
  }

  /** @throws TypeError, RangeError or SyntaxError for what is no whole number */
  static from(value: BigNumberish): BigNumber {
    return value instanceof BigNumber ? value : new BigNumber(toBigInt(value));
  }

  static isBigNumber(value: unknown): boolean {
    return typeof value === "object" && value !== null && "_isBigNumber" in value && value._isBigNumber === true;
  }

  get _hex(): string {
    return this.toHexString();
  }

  add(other: BigNumberish): BigNumber {
    return new BigNumber(this.#value + toBigInt(other));
  }

  sub(other: BigNumberish): BigNumber {
    return new BigNumber(this.#value - toBigInt(other));
  }

  mul(other: BigNumberish): BigNumber {
    return new BigNumber(this.#value * toBigInt(other));
  }

  /** Rounds towards zero. */
  div(other: BigNumberish): BigNumber {
    return new BigNumber(this.#value / toBigInt(other));
  }

  /** Never negative. */
  mod(other: BigNumberish): BigNumber {
    const divisor = toBigInt(other);
    const rest = this.#value % divisor;
    return new BigNumber(rest < 0n ? rest + (divisor < 0n ? -divisor : divisor) : rest);
  }

  pow(other: BigNumberish): BigNumber {
    return new BigNumber(this.#value ** toBigInt(other));
  }

  abs(): BigNumber {
    return new BigNumber(this.#value < 0n ? -this.#value : this.#value);
  }

  eq(other: BigNumberish): boolean {
    return this.#value === toBigInt(other);
  }

  lt(other: BigNumberish): boolean {
    return this.#value < toBigInt(other);
  }

  lte(other: BigNumberish): boolean {
    return this.#value <= toBigInt(other);
  }

  gt(other: BigNumberish): boolean {
    return this.#value > toBigInt(other);
  }

  gte(other: BigNumberish): boolean {
    return this.#value >= toBigInt(other);
  }

  isZero(): boolean {
    return this.#value === 0n;
  }

  isNegative(): boolean {
    return this.#value < 0n;
  }

  /** @throws RangeError when a number cannot hold it exactly */
  toNumber(): number {
    const number = Number(this.#value);
    if (!Number.isSafeInteger(number)) {
      throw new RangeError(`${this} is too large for a number; use toBigInt() or toString()`);
    }
    return number;
  }

  toBigInt(): bigint {
    return this.#value;
  }

  /** Decimal. */
  toString(): string {
    return this.#value.toString();
  }

  /** `0x` and an even number of digits. */
  toHexString(): string {
    const digits = this.abs().#value.toString(16);
    return `${this.isNegative() ? "-" : ""}0x${digits.length % 2 ? "0" : ""}${digits}`;
  }

  toJSON(): { type: "BigNumber"; hex: string } {
    return { type: "BigNumber", hex: this.toHexString() };
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `BigNumber { value: "${this}" }`;
  }
}

function toBigInt(value: BigNumberish): bigint {
  if (value instanceof BigNumber) {
    return value.toBigInt();
  }
  if (typeof value === "object") {
    return signed("toHexString" in value ? value.toHexString() : value.hex);
  }
  return typeof value === "string" ? signed(value) : BigInt(value);
}

function signed(text: string): bigint {
  if (text.trim() !== text || text === "") {
    throw new SyntaxError("a number must be decimal, or 0x and hex");
  }
  return text.startsWith("-0x") ? -BigInt(text.slice(1)) : BigInt(text);
}
