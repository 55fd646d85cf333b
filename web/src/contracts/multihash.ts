/** Conversions that the official `utils` have. They need no network and no lit.wasm. */
import { InvalidArgumentException, isLitError } from "../errors.js";
import { anything, attempt, invalid, optionalOptionsOf, text } from "../given.js";
import { toHex } from "../hex.js";

const DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** CIDs have 46 digits; what is far longer is a mistake, and would take long. */
const MAX_DIGITS = 128;

/** The bytes behind a CIDv0, `0x1220…`, as permissions name an action. Any base58 text is taken. */
export function getBytesFromMultihash(multihash: string): string {
  const digits = text("ipfsId", multihash);
  let number = 0n;
  for (const digit of digits.length <= MAX_DIGITS ? digits : "0") {
    const value = DIGITS.indexOf(digit);
    if (value < 0) {
      throw new InvalidArgumentException({
        reason: "invalid_param",
        message: "The IPFS id is not base58.",
        details: { param: "ipfsId", want: "a CID of version 0: 46 characters beginning with Qm" },
      });
    }
    number = number * 58n + BigInt(value);
  }
  const leading = /^1*/.exec(digits)![0].length;
  const hex = number === 0n ? "" : number.toString(16);
  return "0x" + "00".repeat(leading) + (hex.length % 2 ? "0" : "") + hex;
}

/** The CIDv0 of `0x1220…`. Only the digest is read, as in the official SDK. */
export function getMultihashFromBytes(byte32: string): string {
  const hex = text("byte32", byte32).replace("0x", "");
  const size = parseInt(hex.slice(2, 4), 16);
  let number = attempt("byte32", "0x1220 and 64 hex digits", () => BigInt(`0x1220${hex.slice(4, 4 + size * 2)}`));
  let digits = "";
  for (; number > 0n; number /= 58n) {
    digits = DIGITS[Number(number % 58n)] + digits;
  }
  return digits;
}

/** Conversions of what is far longer take long. */
const MAX_NUMBER = 10_000;

function short(param: string, value: unknown): string {
  const given = text(param, value);
  if (given.length > MAX_NUMBER) {
    throw invalid(param, `a text of at most ${MAX_NUMBER} characters`);
  }
  return given;
}

/** Decimal of a hex number, with or without `0x`; null if it is none. */
export function hexToDec(hexStr: string): string | null {
  const digits = short("hexStr", hexStr).replace(/^0x/, "");
  return /^[0-9a-f]*$/i.test(digits) ? BigInt(`0x${digits || "0"}`).toString() : null;
}

/** Hex of a decimal, with `0x` unless told otherwise; null if it is none. */
export function decToHex(decStr: string, opts?: { prefix?: boolean } | null): string | null {
  const digits = short("decStr", decStr);
  const { prefix } = optionalOptionsOf("opts", opts, { prefix: anything });
  if (!/^[0-9]*$/.test(digits)) {
    return null;
  }
  return (prefix === false ? "" : "0x") + BigInt(digits || "0").toString(16);
}

/** `YYYY/MM/DD HH:mm:ss` in local time, of Unix time in seconds. */
export function timestamp2Date(timestamp: string): string {
  const date = new Date(parseInt(attempt("timestamp", "Unix time in seconds", () => String(timestamp))) * 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const day = [String(date.getFullYear()).padStart(4, "0"), two(date.getMonth() + 1), two(date.getDate())].join("/");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

/** Digest and hash function of a CID; `CID` is that of the package multiformats. */
export function getBytes32FromMultihash(
  ipfsId: string,
  CID: { parse(ipfsId: string): { multihash: { code: number; size: number; digest: Uint8Array } } },
): { digest: string; hashFunction: number; size: number } {
  try {
    const { multihash } = CID.parse(text("ipfsId", ipfsId));
    return { digest: toHex(multihash.digest), hashFunction: multihash.code, size: multihash.size };
  } catch (cause) {
    throw isLitError(cause)
      ? cause
      : new InvalidArgumentException({
          reason: "invalid_param",
          message: "Error parsing CID",
          details: { param: "ipfsId", want: "a CID" },
          cause,
        });
  }
}
