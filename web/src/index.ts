/**
 * litsession: session signatures from the Lit network, in the browser.
 *
 * Start with {@link LitNodeClient}. Constants and resources work at once;
 * lit.wasm is loaded by the first call that needs it, or by {@link init}.
 */
export { LitNodeClient, LitNodeClient as LitNodeClientNodeJs } from "./client.js";
export type { AuthCallback, AuthCallbackParams } from "./callback.js";
export type { ClientEvents, Disconnection, ResolvedConfig } from "./state.js";
export * from "./constants.js";
export { ResourceAbilityRequestBuilder } from "./builder.js";
export { formatSessionSigs } from "./format.js";
export { getSessionSigByUrl, validateSessionSig, validateSessionSigs } from "./validate.js";
export type { ValidationResult } from "./validate.js";
export {
  InitError,
  InvalidArgumentException,
  InvalidEthBlockhash,
  InvalidNodeAttestation,
  InvalidParamType,
  InvalidSignatureError,
  isLitError,
  LitError,
  LitNodeClientNotReadyError,
  LocalStorageItemNotFoundException,
  LocalStorageItemNotSetException,
  NetworkError,
  NodeError,
  NoValidShares,
  NoWalletException,
  ParamsMissingError,
  TransactionError,
  UnknownError,
  UnsupportedChainException,
  UnsupportedMethodError,
  WalletSignatureNotFoundError,
  WasmInitError,
  WrongNetworkException,
  WrongParamFormat,
} from "./errors.js";
export type { ErrorDetails, ErrorInfo, ErrorKind, ErrorReason, NodeFailure } from "./errors.js";
export { init } from "./load.js";
export type { InitOptions } from "./load.js";
export type { WasmSource } from "./source.js";
export type {
  AuthMethod,
  AuthSig,
  CallOptions,
  CheckNeedToResignSessionKey,
  CustomNetwork,
  GetLitActionSessionSigs,
  GetPkpSessionSigs,
  GetSessionSigsProps,
  GetWalletSigProps,
  LitContractContext,
  LitContractResolverContext,
  LitNodeClientConfig,
  ProgressStep,
  SessionKeyPair,
  SessionSigsMap,
  SignSessionKeyProp,
  SignSessionKeyResponse,
} from "./params.js";
export {
  LitAccessControlConditionResource,
  LitActionResource,
  LitPKPResource,
  LitRLIResource,
  parseLitResource,
} from "./resources.js";
export type { ILitResource, LitResourceAbilityRequest } from "./resources.js";
export type { StorageChoice, StorageKind, StorageLike } from "./storage.js";
export {
  decode,
  extract,
  newSessionCapabilityObject,
  RecapSessionCapabilityObject,
  sanitizeSiweMessage,
} from "./recap.js";
export type { AttenuationsObject, ISessionCapabilityObject, PlainJSON, RecapMessage } from "./recap.js";
export { createCapacityCreditsResourceData } from "./credits.js";
export type { CapacityDelegation, CapacityDelegationRequest, TokenId } from "./credits.js";
export {
  addRecapToSiweMessage,
  createSiweMessage,
  createSiweMessageWithCapacityDelegation,
  createSiweMessageWithRecaps,
  SiweMessage,
} from "./siwe.js";
export type {
  BaseSiweMessage,
  SiweFields,
  WithCapacityDelegation,
  WithRecap,
} from "./siwe.js";
export { generateAuthSig, generateSessionKeyPair } from "./authsig.js";
export type { GenerateAuthSig } from "./authsig.js";
export type { CapacityCreditsReq, CapacityCreditsRes } from "./delegation.js";
export { disconnectWeb3 } from "./disconnect.js";
export { toSigner } from "./signer.js";
export type { EIP1193Provider, EthersLikeSigner, Signer, SignerLike, ViemAccount, ViemWalletClient } from "./signer.js";
export { announcedWallets } from "./announced.js";
export type { WalletAnnouncement } from "./announced.js";
export { checkAndSignAuthMessage } from "./wallet.js";
export type { CheckAndSignAuthMessage } from "./wallet.js";
