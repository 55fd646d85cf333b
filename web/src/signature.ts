/** What signers give as signatures, and who signed. */
import { InvalidSignatureError, type LitError } from "./errors.js";
import { hexOfText } from "./hex.js";
import { callModule } from "./load.js";
import type { AuthSig } from "./params.js";

/** Bytes of a signature of an account with a key: r and s, 32 each, and v. */
const SIZE = 65;
/** Of one whose s holds v's parity in its first bit, ERC-2098. */
const COMPACT_SIZE = 64;

const HEX = /^(0x)?([0-9a-f]{2})+$/i;

/**
 * A signature as text in hex, of whatever size, for contract wallets have their
 * own.
 *
 * @throws InvalidSignatureError (`bad_signature`) for anything else, such as none
 */
export function requireSignature(sig: unknown): string {
  if (sig === undefined || sig === null || sig === "" || sig === "0x") {
    throw badSignature("The wallet gave no signature. Try again, or use another wallet.");
  }
  if (typeof sig !== "string" || !HEX.test(sig)) {
    throw badSignature("The wallet's signature is no text in hex. Use another wallet.");
  }
  return sig;
}

/** As {@link requireSignature}, of secp256k1, with `0x`: a compact one (ERC-2098) comes back with 65 bytes. */
export function requireExpanded(sig: unknown): string {
  const digits = requireSignature(sig).replace(/^0x/i, "");
  return `0x${digits.length === 2 * COMPACT_SIZE ? expanded(digits) : digits}`;
}

/**
 * As {@link requireExpanded}, of an account with a key: nodes take no other.
 *
 * @throws InvalidSignatureError (`bad_signature`)
 */
export function requireKeySignature(sig: unknown): string {
  const text = requireExpanded(sig);
  const size = text.length / 2 - 1;
  if (size !== SIZE) {
    throw badSignature(
      `The wallet's signature is ${size} bytes long, as contract wallets' are (ERC-1271, ERC-6492), and not ${SIZE}. Contract wallets cannot sign for Lit nodes: use an account that has a key.`,
    );
  }
  return text;
}

/** r, s and v of a compact signature, whose v stands in the first bit of s. */
function expanded(digits: string): string {
  const first = parseInt(digits.slice(64, 66), 16);
  const s = (first & 0x7f).toString(16).padStart(2, "0") + digits.slice(66);
  return digits.slice(0, 64) + s + (27 + (first >> 7)).toString(16);
}

/** Who signed an AuthSig, in EIP-55 form. Needs lit.wasm. */
export function signerOf({ signedMessage, sig }: Pick<AuthSig, "signedMessage" | "sig">): string {
  return callModule("recoverAddress", { signedMessage, sig });
}

/** Throws `bad_signature` unless account, in EIP-55 form, signed. `accounts` are those that the wallet has. Needs lit.wasm. */
export function requireSignedBy(account: string, authSig: AuthSig, accounts: readonly string[] = []): void {
  const address = signerOf(authSig);
  if (address === account) {
    return;
  }
  if (accounts.some((other) => other.toLowerCase() === address.toLowerCase())) {
    const message = `The wallet signed as ${address}, not as ${account}. Choose that account in the wallet and try again.`;
    throw badSignature(message, { address, account });
  }
  const asHex = signerOf({ ...authSig, signedMessage: hexOfText(authSig.signedMessage) }) === account;
  const what = asHex ? "the message's hex form and not the message" : `something other than the message, or not as ${account}`;
  throw badSignature(`The wallet signed ${what}. Update the wallet, or use another one.`, { address, account });
}

function badSignature(message: string, info?: Record<string, string>): LitError {
  return new InvalidSignatureError({ reason: "bad_signature", message, details: { subject: "AuthSig" }, ...(info && { info }) });
}
