/** Session keys, and AuthSigs of wallets. */
import { abortable } from "./abort.js";
import { BareError } from "./errors.js";
import { callModule, init } from "./load.js";
import type { AuthSig, SessionKeyPair } from "./params.js";
import { requireExpanded, requireSignature } from "./signature.js";
import { toSigner, type SignerLike } from "./signer.js";

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
  return abortable(params.signal, () => sign(params));
}

async function sign({ signer, toSign, address, algo }: GenerateAuthSig): Promise<AuthSig> {
  const account = toSigner(signer);
  await init();
  const signedBy = address ?? (await account.getAddress());
  if (!signedBy) {
    throw new BareError({ reason: "missing_param", message: "address is required", details: { param: "address" } });
  }
  const checksummed = callModule<string>("checksumAddress", signedBy);
  const given: unknown = await account.signMessage(toSign);
  return {
    sig: algo ? requireSignature(given) : requireExpanded(given),
    derivedVia: "web3.eth.personal.sign",
    signedMessage: toSign,
    address: checksummed,
    ...(algo && { algo }),
  };
}
