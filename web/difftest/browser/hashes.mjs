// What the official SDK asks of Node's crypto, for pages: bundlers of dapps
// put a polyfill in its place, here ethers does it.
import { ethers } from "ethers";

const functions = { sha256: ethers.utils.sha256, ripemd160: ethers.utils.ripemd160 };

/** crypto.createHash, for one update and the digest as bytes. */
export function createHash(name) {
  let text;
  const hash = {
    update: (data) => ((text = data), hash),
    digest: () => Buffer.from(functions[name](text).slice(2), "hex"),
  };
  return hash;
}
