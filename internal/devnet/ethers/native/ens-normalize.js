// The tables of names take longer to unpack than all else of the library, and few actions need them.
export function ens_normalize(name) {
  return require("@ethersproject/hash/lib.esm/ens-normalize/lib.js").ens_normalize(name);
}
