import { arrayify, hexlify } from "@ethersproject/bytes";
import { pbkdf2 as original } from "@ethersproject/pbkdf2/lib.esm/pbkdf2.js";

/** What is no ordinary request, or a very long one, is the library's own code's. */
export function pbkdf2(password, salt, iterations, keylen, algorithm) {
  const key = native("pbkdf2", algorithm, arrayify(password), arrayify(salt), iterations, keylen);
  return key ? hexlify(key) : original(password, salt, iterations, keylen, algorithm);
}
