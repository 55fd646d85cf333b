/** What a delegation of capacity credits says: whose credits, for whom, how often. */
import { LIT_ABILITY } from "./constants.js";
import { attempt, invalid, listOf, memberOf, optional, optionsOf, text, type Check } from "./given.js";
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
  const { capacityTokenId, delegateeAddresses, uses } = termsOf(params);
  return {
    ...(capacityTokenId && { nft_id: [capacityTokenId] }),
    ...(delegateeAddresses && { delegate_to: delegateeAddresses.map((address) => address.replace(/^0x/, "")) }),
    ...(uses !== undefined && { uses }),
  };
}

/** What a message is to allow that delegates capacity credits; undefined for one that does not. */
export function delegationRequest(params: CapacityDelegation): LitResourceAbilityRequest[] | undefined {
  if (!DELEGATION_NAMES.some((name) => name in params)) {
    return undefined;
  }
  const data = { ...createCapacityCreditsResourceData(params) };
  const resource = new LitRLIResource(termsOf(params).capacityTokenId ?? "*");
  return [{ resource, ability: LIT_ABILITY.RateLimitIncreaseAuth, data }];
}

const termsOf = (params: CapacityDelegation) => optionsOf("params", params, TERMS);

/** A token id as nodes compare it. A text is left as it is. */
const tokenId: Check<string> = (param, value) => {
  const want = "a token id: decimal text, a whole number, a bigint or a BigNumber";
  const id = attempt(param, want, () => (typeof value === "object" && value ? BigInt(hexOf(param, value)) : value));
  if (typeof id === "string") {
    return id;
  }
  if ((typeof id === "bigint" && id >= 0n) || (Number.isSafeInteger(id) && (id as number) >= 0)) {
    return String(id);
  }
  throw invalid(param, want);
};

/** Of a BigNumber of ethers 5 or of ours; BigInt refuses what is no text. */
function hexOf(param: string, value: object): string {
  const toHexString = memberOf(param, value, "toHexString");
  return (typeof toHexString === "function" ? toHexString.call(value) : undefined) as string;
}

const uses: Check<string> = (param, value) => {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "bigint") {
    throw invalid(param, "a whole number as text");
  }
  return String(value);
};

const TERMS = {
  capacityTokenId: optional(tokenId),
  delegateeAddresses: optional(listOf(text)),
  uses: optional(uses),
};
