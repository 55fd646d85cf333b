import { arrayify, hexlify } from "@ethersproject/bytes";
import { computeHmac as original } from "@ethersproject/sha2/lib.esm/sha2.js";
import { SupportedAlgorithm } from "@ethersproject/sha2/lib.esm/types.js";

const digest = (algorithm) => (data) => hexlify(native(algorithm, arrayify(data)));

export const ripemd160 = digest("ripemd160");
export const sha256 = digest("sha256");
export const sha512 = digest("sha512");

export function computeHmac(algorithm, key, data) {
  if (!SupportedAlgorithm[algorithm]) {
    return original(algorithm, key, data); // which says what is wrong
  }
  return hexlify(native("hmac", algorithm, arrayify(key), arrayify(data)));
}
