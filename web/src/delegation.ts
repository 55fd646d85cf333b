/** Delegation of capacity credits: who pays for whom. */
import { generateAuthSig } from "./authsig.js";
import { SIWE_DELEGATION_URI } from "./constants.js";
import type { CapacityDelegation } from "./credits.js";
import { requireFuture } from "./expiration.js";
import { InvalidParamType } from "./errors.js";
import { anything, optional, optionalOptionsOf, optionsOf, text, type Check } from "./given.js";
import type { AuthSig } from "./params.js";
import { requireKeySignature, requireSignedBy } from "./signature.js";
import { toSigner, type SignerLike } from "./signer.js";
import { siweText, WEEK } from "./siwe.js";

export interface CapacityCreditsReq extends CapacityDelegation {
  /** Whose credits they are: anything that {@link toSigner} takes. */
  dAppOwnerWallet: SignerLike;
  /** Default: `localhost`. */
  domain?: string;
  /** ISO 8601. Default: 7 days from now. */
  expiration?: string;
  statement?: string;
}

export interface CapacityCreditsRes {
  capacityDelegationAuthSig: AuthSig;
}

/** What a client gives to a delegation: the nonce, and what time the nodes think it is. */
interface Connection {
  getLatestBlockhash(options?: { signal?: AbortSignal }): Promise<string>;
  /** How many milliseconds the nodes' clocks are ahead. */
  readonly clockSkew?: number;
  readonly config: { now?: () => number };
}

/**
 * Has the owner of credits sign for others, who is not asked any more once the
 * signal is aborted. The message's times are by the nodes' clocks, as they check it,
 * but for its end, which is never later than by this clock.
 * That the owner signed it is checked (`bad_signature`): nodes would refuse it.
 */
export async function delegateCapacity(
  params: CapacityCreditsReq,
  litNodeClient: Connection,
  signal?: AbortSignal,
): Promise<CapacityCreditsRes> {
  const { dAppOwnerWallet, ...delegation } = optionsOf("params", params, DELEGATION);
  const signer = toSigner(dAppOwnerWallet);
  const walletAddress = await signer.getAddress();
  const nonce = await litNodeClient.getLatestBlockhash(signal && { signal });
  const { config, clockSkew = 0 } = litNodeClient;
  const ours = config.now?.() ?? Date.now();
  const now = ours + clockSkew;
  requireFuture(delegation.expiration, now);
  const expiration = delegation.expiration ?? new Date(Math.min(ours, now) + WEEK).toISOString();
  // That uses is there, be it undefined, makes the message a delegation, whatever else is absent.
  const message = { ...delegation, expiration, uri: SIWE_DELEGATION_URI, walletAddress, nonce, litNodeClient };
  const toSign = await siweText(message, now);
  signal?.throwIfAborted();
  const authSig = await generateAuthSig({ signer, toSign, address: walletAddress });
  requireKeySignature(authSig.sig);
  requireSignedBy(authSig.address, authSig);
  return { capacityDelegationAuthSig: authSig };
}

const DELEGATION = {
  dAppOwnerWallet: anything as Check<SignerLike>,
  capacityTokenId: anything as Check<CapacityDelegation["capacityTokenId"]>,
  delegateeAddresses: anything as Check<CapacityDelegation["delegateeAddresses"]>,
  uses: anything as Check<CapacityDelegation["uses"]>,
  domain: optional(text),
  expiration: optional(text),
  statement: optional(text),
};

/** Throws InvalidParamType (reason `missing_param`) where nobody is there to sign. */
export function requireOwner(params: CapacityCreditsReq): void {
  if (!optionalOptionsOf("params", params, DELEGATION).dAppOwnerWallet) {
    throw new InvalidParamType({
      reason: "missing_param",
      message: "dAppOwnerWallet must exist",
      details: { param: "dAppOwnerWallet" },
    });
  }
}
