import { arrayify, hexlify } from "@ethersproject/bytes";

export function keccak256(data) {
  return hexlify(native("keccak256", arrayify(data)));
}
