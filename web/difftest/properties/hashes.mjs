// What is computed from bytes: CIDs, addresses, who signed.
import { ethers } from "ethers";
import fc from "fast-check";
import Hash from "ipfs-only-hash";
import { callModule } from "../../dist/load.js";
import { hex, text } from "./arbitraries.mjs";
import { verdict } from "./harness.mjs";

const maxContent = 3 << 20;

/** Most contents are small, and any size up to 3 MiB occurs. */
const content = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 }), fc.constantFrom("text", "ü", "𐀀"))
  .map(([exponent, seed, unit]) => {
    const size = Math.floor(maxContent ** (exponent ** 3)) - 1;
    return { size: Math.min(size, maxContent), seed, unit };
  });

/** So many bytes of text that does not repeat with the size of a block. */
function contentOf({ size, seed, unit }) {
  const line = `${seed}: ${unit} ${"x".repeat(seed % 13)}\n`;
  const whole = line.repeat(Math.floor(size / Buffer.byteLength(line)));
  return whole + "y".repeat(size - Buffer.byteLength(whole));
}

/** The sizes where blocks and lists of blocks begin, each one byte less, exact, and one more. */
const block = 256 << 10;
const edges = fc
  .tuple(fc.constantFrom(1, 2, 3, 11, 12), fc.constantFrom(-1, 0, 1), fc.constantFrom("text", "ü"))
  .map(([blocks, more, unit]) => ({ size: Math.min(blocks * block + more, maxContent), seed: 7, unit }));

const keys = hex(32).filter((digits) => BigInt(`0x${digits}`) > 0n && BigInt(`0x${digits}`) < BigInt(ethers.constants.MaxUint256.toString()) - (1n << 129n));

const publicKeys = fc.oneof(
  { weight: 9, arbitrary: keys.map((secret) => new ethers.utils.SigningKey(`0x${secret}`).publicKey) },
  { weight: 1, arbitrary: hex(64).map((digits) => `0x04${digits}`) },
);

const p = 2n ** 256n - 2n ** 32n - 977n;

function isOnCurve(key) {
  const [x, y] = [key.slice(4, 68), key.slice(68)].map((digits) => BigInt(`0x${digits}`));
  return (y * y - x ** 3n - 7n) % p === 0n;
}

const signed = fc.record({ secret: keys, message: text, spoil: fc.constantFrom("no", "no", "no", "s", "v", "short") });

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** A signature, also in the forms that are no longer canonical. */
function signature({ secret, message, spoil }) {
  const { r, s, v } = new ethers.utils.SigningKey(`0x${secret}`).signDigest(ethers.utils.hashMessage(message));
  const word = (n) => n.toString(16).padStart(64, "0");
  switch (spoil) {
    case "s":
      return r + word(order - BigInt(s)) + (v === 27 ? "1c" : "1b");
    case "v":
      return r + s.slice(2) + (v - 27).toString(16).padStart(2, "0");
    case "short":
      return (r + s.slice(2)).slice(0, -2);
  }
  return r + s.slice(2) + v.toString(16);
}

const address = fc.oneof(
  hex(20).map((digits) => `0x${digits}`),
  hex(20).map((digits) => ethers.utils.getAddress(`0x${digits}`)),
  hex(20).map((digits) => `0x${digits.toUpperCase()}`),
  hex(20).map((digits) => ethers.utils.getAddress(`0x${digits}`).replace(/[a-f]/, (c) => c.toUpperCase())),
  hex(19).map((digits) => `0x${digits}`),
);

export const kinds = [
  {
    name: "CID of a Lit Action",
    arbitrary: fc.oneof({ weight: 99, arbitrary: content }, { weight: 1, arbitrary: edges }),
    ours: (one) => callModule("getIpfsId", { str: contentOf(one) }),
    official: (one) => Hash.of(Buffer.from(contentOf(one))),
  },
  {
    name: "address of a PKP",
    arbitrary: publicKeys,
    ours: (key) => verdict(() => callModule("publicKeyAddress", key)),
    official: (key) => verdict(() => ethers.utils.computeAddress(key)),
    listed: (key) => !isOnCurve(key) && "ethers computes an address of what is no point of the curve",
  },
  {
    name: "checksum of an address",
    arbitrary: address,
    ours: (one) => verdict(() => callModule("checksumAddress", one)),
    official: (one) => verdict(() => ethers.utils.getAddress(one)),
  },
  {
    name: "who signed a message",
    arbitrary: signed,
    ours: (one) => verdict(() => callModule("recoverAddress", { signedMessage: one.message, sig: signature(one) })),
    official: (one) => verdict(() => ethers.utils.verifyMessage(one.message, signature(one))),
  },
];
