/** Session keys, and AuthSigs of wallets. */
import { abortable } from "./abort.js";
import { BareError, InvalidSignatureError } from "./errors.js";
import { callModule, init } from "./load.js";
import type { AuthSig, SessionKeyPair } from "./params.js";
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
 * can sign as well. Loads lit.wasm if need be.
 */
export async function generateAuthSig(params: GenerateAuthSig): Promise<AuthSig> {
  return abortable(params.signal, () => sign(params));
}

async function sign({ signer, toSign, address, algo }: GenerateAuthSig): Promise<AuthSig> {
  const account = toSigner(signer);
  await init();
  const sig = await account.signMessage(toSign);
  const signedBy = address ?? (await account.getAddress());
  if (!signedBy) {
    throw new BareError({ reason: "missing_param", message: "address is required", details: { param: "address" } });
  }
  return {
    sig,
    derivedVia: "web3.eth.personal.sign",
    signedMessage: toSign,
    address: callModule("checksumAddress", signedBy),
    ...(algo && { algo }),
  };
}

/** Throws InvalidSignatureError (reason `bad_signature`) unless address, in EIP-55 form, signed. Needs lit.wasm. */
export function requireSignedBy(address: string, authSig: AuthSig): void {
  const signedBy = callModule<string>("recoverAddress", authSig);
  if (signedBy !== address) {
    throw new InvalidSignatureError({
      reason: "bad_signature",
      message: `The wallet signed as ${signedBy}, not as ${address}. Choose that account in the wallet and try again.`,
      details: { subject: "AuthSig" },
      info: { address: signedBy, account: address },
    });
  }
}
