/**
 * litsession/contracts: mint PKPs, buy capacity credits and permit actions.
 * Start with {@link LitContracts}. It is an entry of its own, as the official
 * package is, so that pages that only sign in do not load it.
 */
export { BigNumber } from "./bignumber.js";
export type { BigNumberish } from "./bignumber.js";
export type { Contract } from "./contract.js";
export {
  calculateUTCMidnightExpiration,
  convertRequestsPerDayToPerSecond,
  requestsToDay,
  requestsToKilosecond,
  requestsToSecond,
} from "./credits.js";
export { LitContracts } from "./litcontracts.js";
export type {
  AddPermittedActionParams,
  AddPermittedAddressParams,
  AddPermittedAuthMethodParams,
  MintCapacityCreditsParams,
  MintCapacityCreditsResult,
  MintWithAuthParams,
  MintWithAuthResult,
  MintWithCustomAuthParams,
} from "./litcontracts.js";
export type { Limits, LitContractsOptions, ReadOptions, Timing, WriteOptions } from "./options.js";
export type { BeforeSign, SenderLike, TransactionToSign } from "./sender.js";
export type { ContractEvent, ContractReceipt, ContractTransaction } from "./shapes.js";
export type { Capacity, CapacityToken, TokenInfo } from "./tokens.js";
export type { MintResult, PKP } from "./utils.js";
