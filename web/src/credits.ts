/** What a delegation of capacity credits says: whose credits, for whom, how often. */
import { LIT_ABILITY } from "./constants.js";
import { InvalidParamType, type LitError } from "./errors.js";
import { LitRLIResource, type LitResourceAbilityRequest } from "./resources.js";

/** A token id: decimal text, a whole number, or what `mintCapacityCreditsNFT` of ours or of the official SDK returned. */
export type TokenId = string | number | bigint | { toHexString(): string };

/** Whose credits, for whom, how often; see {@link createCapacityCreditsResourceData}. */
export interface CapacityDelegation {
  /** Absent: all credits that the signer owns. */
  capacityTokenId?: TokenId;
  /** Absent: anyone. Empty: nobody. */
  delegateeAddresses?: string[];
  /** Absent: no limit. */
  uses?: string;
}

export interface CapacityDelegationRequest {
  nft_id?: string[];
  delegate_to?: string[];
  uses?: string;
}

/** Parameters that make a message one that delegates capacity credits, by their mere presence. */
const DELEGATION_NAMES = ["dAppOwnerWallet", "uses", "delegateeAddresses", "capacityTokenId"];

/** The restriction that a delegation of capacity credits carries. Token ids are decimal text in it. */
export function createCapacityCreditsResourceData(params: CapacityDelegation): CapacityDelegationRequest {
  const { capacityTokenId, delegateeAddresses, uses } = params;
  const tokenId = decimal(capacityTokenId);
  return {
    ...(tokenId && { nft_id: [tokenId] }),
    ...(delegateeAddresses && { delegate_to: addresses(delegateeAddresses) }),
    ...(uses != null && { uses: usesOf(uses) }),
  };
}

/** What a message is to allow that delegates capacity credits; undefined for one that does not. */
export function delegationRequest(params: CapacityDelegation): LitResourceAbilityRequest[] | undefined {
  if (!DELEGATION_NAMES.some((name) => name in params)) {
    return undefined;
  }
  const data = { ...createCapacityCreditsResourceData(params) };
  const resource = new LitRLIResource(decimal(params.capacityTokenId) ?? "*");
  return [{ resource, ability: LIT_ABILITY.RateLimitIncreaseAuth, data }];
}

/** A token id as nodes compare it. A text is left as it is. */
function decimal(tokenId: unknown): string | undefined {
  if (tokenId === undefined || tokenId === null || typeof tokenId === "string") {
    return tokenId ?? undefined;
  }
  const want = "a token id: decimal text, a whole number, a bigint or a BigNumber";
  try {
    const id = typeof tokenId === "object" ? BigInt((tokenId as { toHexString(): string }).toHexString()) : tokenId;
    if ((typeof id === "bigint" && id >= 0n) || (Number.isSafeInteger(id) && (id as number) >= 0)) {
      return String(id);
    }
  } catch (cause) {
    throw invalid("capacityTokenId", want, cause);
  }
  throw invalid("capacityTokenId", want);
}

function addresses(list: unknown): string[] {
  if (!Array.isArray(list) || !list.every((address) => typeof address === "string")) {
    throw invalid("delegateeAddresses", "a list of addresses");
  }
  return list.map((address: string) => address.replace(/^0x/, ""));
}

function usesOf(uses: unknown): string {
  if (!["string", "number", "bigint"].includes(typeof uses)) {
    throw invalid("uses", "a whole number as text");
  }
  return String(uses);
}

function invalid(param: string, want: string, cause?: unknown): LitError {
  return new InvalidParamType({
    reason: "invalid_param",
    message: `${param} must be ${want}.`,
    details: { param, want },
    ...(cause !== undefined && { cause }),
  });
}
