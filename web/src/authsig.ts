/** Session keys, and AuthSigs of wallets. */
import { abortable } from "./abort.js";
import { BareError } from "./errors.js";
import { anything, optional, optionsOf, text, type Check } from "./given.js";
import { callModule, init } from "./load.js";
import type { AuthSig, SessionKeyPair } from "./params.js";
import { requireExpanded, requireSignature } from "./signature.js";
import { toSigner, type Signer, type SignerLike } from "./signer.js";

/** A new session key. Needs lit.wasm, because it answers in the same turn: `not_ready` before it is loaded. */
export function generateSessionKeyPair(): SessionKeyPair {
  return callModule("generateSessionKeyPair", null);
}

export interface GenerateAuthSig {
  /** Anything that {@link toSigner} takes. */
  signer: SignerLike;
  /** The text, as `createSiweMessage` made it. */
  toSign: string;
  /** Default: the signer's. */
  address?: string;
  algo?: "ed25519";
  /** Ours: ends the wait for the signer. */
  signal?: AbortSignal;
}

/**
 * Has a signer sign a text. The address in the result has its EIP-55 checksum;
 * that the signature is the address's is not checked, so that smart accounts
 * can sign as well. What is no signature at all, or not in hex, is refused
 * (`bad_signature`). Loads lit.wasm if need be.
 */
export async function generateAuthSig(params: GenerateAuthSig): Promise<AuthSig> {
  const given = optionsOf("params", params, {
    signer: anything as Check<SignerLike>,
    toSign: text,
    address: optional(text),
    algo: optional(text),
    signal: anything as Check<AbortSignal | undefined>,
  });
  const account = toSigner(given.signer);
  return abortable(given.signal, () => sign(account, given));
}

type Wanted = Pick<GenerateAuthSig, "toSign" | "address"> & { algo?: string };

async function sign(account: Signer, { toSign, address, algo }: Wanted): Promise<AuthSig> {
  await init();
  const signedBy: unknown = address ?? (await account.getAddress());
  if (!signedBy) {
    throw new BareError({ reason: "missing_param", message: "address is required", details: { param: "address" } });
  }
  const checksummed = callModule<string>("checksumAddress", text("address", signedBy));
  const sig: unknown = await account.signMessage(toSign);
  return {
    sig: algo ? requireSignature(sig) : requireExpanded(sig),
    derivedVia: "web3.eth.personal.sign",
    signedMessage: toSign,
    address: checksummed,
    ...(algo && { algo }),
  };
}
