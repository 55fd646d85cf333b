/**
 * LitContracts: mint PKPs, pay for requests and permit actions, with whatever
 * wallet the user has. Start with {@link LitContracts}.
 */
import type { LitNetwork } from "../constants.js";
import { InvalidParamType, ParamsMissingError, type LitError } from "../errors.js";
import { anything, bytes, empty, listOf, memberOf, number, object, optional, optionsOf, text, type Check, type Given } from "../given.js";
import type { AuthMethod } from "../params.js";
import { getAuthIdByAuthMethod } from "./authid.js";
import { BigNumber, type BigNumberish } from "./bignumber.js";
import { makeContract, missingContract, type Contract } from "./contract.js";
import { Core, transactionError } from "./core.js";
import { calculateUTCMidnightExpiration, requestsToKilosecond } from "./credits.js";
import * as multihash from "./multihash.js";
import { contractsOptions, overridesOf, WRITE, type GivenOptions, type GivenWrite, type LitContractsOptions, type ReadOptions, type WriteOptions } from "./options.js";
import type { ContractReceipt, ModuleReceipt, ModuleSent } from "./shapes.js";
import { creditReads, pkpReads } from "./tokens.js";
import { creditWrites, helperWrites, invalid, permissionReads, permissionWrites, pkpOf, pkpWrites, type PKP, type Scopes } from "./utils.js";

export interface MintWithAuthResult {
  pkp: PKP;
  tx: ContractReceipt;
}

export interface MintWithAuthParams extends WriteOptions {
  authMethod: AuthMethod;
  scopes: Scopes;
  /** Of a WebAuthn credential, hex. */
  pubkey?: string;
  /** Default: computed from the auth method. */
  authMethodId?: string | Uint8Array;
}

export interface MintWithCustomAuthParams extends Omit<MintWithAuthParams, "authMethod" | "authMethodId"> {
  authMethodType: number;
  /** A text stands for its UTF-8 bytes. */
  authMethodId: string | Uint8Array;
}

export interface AddPermittedAuthMethodParams extends WriteOptions {
  pkpTokenId: BigNumberish;
  authMethodType: number;
  /** A text stands for its UTF-8 bytes. */
  authMethodId: string | Uint8Array;
  authMethodScopes: Scopes;
  webAuthnPubkey?: string;
}

export interface AddPermittedActionParams extends WriteOptions {
  /** CIDv0. */
  ipfsId: string;
  pkpTokenId: BigNumberish;
  /** Default none: nodes refuse an action without a scope. */
  authMethodScopes?: Scopes;
}

export interface AddPermittedAddressParams extends WriteOptions {
  address: string;
  pkpTokenId: BigNumberish;
  /** Default none. */
  authMethodScopes?: Scopes;
}

export interface MintCapacityCreditsParams extends WriteOptions {
  requestsPerDay?: number;
  requestsPerSecond?: number;
  requestsPerKilosecond?: number;
  /** 1 is the coming midnight. */
  daysUntilUTCMidnightExpiration: number;
}

export interface MintCapacityCreditsResult {
  rliTxHash: string;
  capacityTokenId: BigNumber;
  /** Decimal. */
  capacityTokenIdStr: string;
}

/** The official permitted parameters that would put a key into the page. */
const KEY_PARAMS = ["privateKey", "randomPrivatekey"] as const;

/**
 * The contracts of a network.
 *
 * ```js
 * const contracts = new LitContracts({ network: "custom", customContext, rpc, signer });
 * await contracts.connect();
 * const { pkp } = await contracts.pkpNftContractUtils.write.mint();
 * ```
 *
 * A failure after which a mint may have happened all the same says so in
 * `details` (`txHash`, or `nonce` where not even that is known). The same call
 * again, on the same LitContracts, continues with that transaction and mints
 * nothing twice; after a reload, or on another one, pass `{ txHash, nonce }`
 * as far as `details` has them.
 */
export class LitContracts {
  static readonly contractNames = [
    "Staking",
    "RateLimitNFT",
    "PubkeyRouter",
    "PKPHelper",
    "PKPPermissions",
    "PKPNFT",
  ] as const;

  readonly provider: unknown;
  readonly signer: unknown;
  readonly rpc: string;
  readonly network: LitNetwork;
  readonly customContext: LitContractsOptions["customContext"];
  readonly debug: boolean;
  readonly pkpNftContract: Contract;
  readonly pkpHelperContract: Contract;
  readonly pkpPermissionsContract: Contract;
  readonly pubkeyRouterContract: Contract;
  readonly rateLimitNftContract: Contract;

  /** Of the official package, and not here: reading a member throws `invalid_param`. */
  readonly allowlistContract = missingContract("allowlistContract");
  readonly litTokenContract = missingContract("litTokenContract");
  readonly multisenderContract = missingContract("multisenderContract");
  readonly pkpNftMetadataContract = missingContract("pkpNftMetadataContract");
  readonly stakingContract = missingContract("stakingContract");
  readonly stakingBalancesContract = missingContract("stakingBalancesContract");

  readonly utils = multihash;
  readonly #core: Core;

  /** True after {@link connect}. */
  declare readonly connected: boolean;

  constructor(args?: LitContractsOptions) {
    const given = contractsOptions(args);
    refuseKeys(given);
    const core = new Core(given);
    this.#core = core;
    // Not a getter of the class: behind a Proxy, as frameworks make them, this has no private members.
    const connected = Object.assign(empty<PropertyDescriptor>(), { get: () => core.connected, enumerable: true });
    Object.defineProperty(this, "connected", connected);
    ({ provider: this.provider, signer: this.signer, customContext: this.customContext } = given);
    this.debug = Boolean(given.debug);
    ({ rpc: this.rpc, network: this.network } = this.#core);
    this.pkpNftContract = makeContract(this.#core, "PKPNFT", "pkpNftContract");
    this.pkpHelperContract = makeContract(this.#core, "PKPHelper", "pkpHelperContract");
    this.pkpPermissionsContract = makeContract(this.#core, "PKPPermissions", "pkpPermissionsContract");
    this.pubkeyRouterContract = makeContract(this.#core, "PubkeyRouter", "pubkeyRouterContract");
    this.rateLimitNftContract = makeContract(this.#core, "RateLimitNFT", "rateLimitNftContract");
    this.pkpNftContractUtils = { read: pkpReads(this.#core), write: pkpWrites(this.#core) };
    this.pkpPermissionsContractUtils = { read: permissionReads(this.#core), write: permissionWrites(this.#core) };
    this.rateLimitNftContractUtils = { read: creditReads(this.#core), write: creditWrites(this.#core) };
    this.pkpHelperContractUtil = { read: {}, write: helperWrites(this.#core) };
  }

  readonly pkpNftContractUtils: { read: ReturnType<typeof pkpReads>; write: ReturnType<typeof pkpWrites> };
  readonly pkpPermissionsContractUtils: {
    read: ReturnType<typeof permissionReads>;
    write: ReturnType<typeof permissionWrites>;
  };
  readonly rateLimitNftContractUtils: { read: ReturnType<typeof creditReads>; write: ReturnType<typeof creditWrites> };
  readonly pkpHelperContractUtil: { read: Record<never, never>; write: ReturnType<typeof helperWrites> };

  /**
   * Loads lit.wasm, finds the signer and the contracts, and has the wallet
   * switch to the network's chain. Without signer and provider it is the
   * page's wallet that is asked; outside of pages there are only reads then.
   */
  connect = async (options?: ReadOptions): Promise<void> => this.#core.connect(options);

  /** Mints a PKP that permits an auth method and belongs to itself. */
  mintWithAuth = async (params: MintWithAuthParams): Promise<MintWithAuthResult> => {
    this.#core.requireConnected();
    const given = optionsOf("params", params, MINT_WITH_AUTH);
    const { authMethod, scopes, pubkey, authMethodId } = given;
    if (authMethod === undefined) {
      throw missing("authMethod is required", "authMethod");
    }
    const type = memberOf("authMethod.authMethodType", authMethod, "authMethodType");
    if (!type) {
      throw missing("authMethodType is required", "authMethod.authMethodType");
    }
    if (!memberOf("authMethod.accessToken", authMethod, "accessToken")) {
      throw missing("accessToken is required", "authMethod.accessToken");
    }
    if (!scopes || scopes.length <= 0) {
      throw invalid(SCOPES_REQUIRED, "scopes", "a list with at least one scope id");
    }
    const id = authMethodId ?? (await getAuthIdByAuthMethod(authMethod as AuthMethod));
    const args = [2, [type], [id], [pubkey ?? "0x"], [scopes], true, true];
    const minted = await this.#core.mint("PKPHelper", "mintNextAndAddAuthMethods", args, asWrite(given));
    return { pkp: pkpOf(minted), tx: this.#core.receipt(minted.receipt) };
  };

  /** {@link mintWithAuth} for an auth method of the dapp's own. */
  mintWithCustomAuth = async (params: MintWithCustomAuthParams): Promise<MintWithAuthResult> => {
    this.#core.requireConnected();
    const given = optionsOf("params", params, MINT_WITH_CUSTOM_AUTH);
    const { authMethodType, authMethodId, scopes, pubkey } = given;
    const authMethod = { authMethodType, accessToken: "custom-auth" } as AuthMethod;
    const rest = { authMethod, authMethodId: toBytes(authMethodId), scopes: scopes as Scopes, pubkey } as MintWithAuthParams;
    return this.mintWithAuth(Object.assign(asWrite(given), rest));
  };

  /** Permits an auth method for a PKP of the signer's, and waits until that is mined. */
  addPermittedAuthMethod = async (params: AddPermittedAuthMethodParams): Promise<ContractReceipt> => {
    const given = optionsOf("params", params, PERMIT_AUTH_METHOD);
    const { pkpTokenId, authMethodType, authMethodId, authMethodScopes, webAuthnPubkey } = given;
    const method = { authMethodType, id: toBytes(authMethodId), userPubkey: webAuthnPubkey ?? "0x" };
    const info = { pkpTokenId, authMethodType, authMethodId, authMethodScopes, webAuthnPubkey };
    return this.#permit("addPermittedAuthMethod", [pkpTokenId, method, authMethodScopes], info, asWrite(given));
  };

  /** Permits an action for a PKP of the signer's, and waits until that is mined. */
  addPermittedAction = async (params: AddPermittedActionParams): Promise<ContractReceipt> => {
    const given = optionsOf("params", params, PERMIT_ACTION);
    const { ipfsId, pkpTokenId, authMethodScopes = [] } = given;
    const ipfsIdBytes = multihash.getBytesFromMultihash(ipfsId);
    const info = { pkpTokenId, ipfsIdBytes, scopes: authMethodScopes };
    return this.#permit("addPermittedAction", [pkpTokenId, ipfsIdBytes, authMethodScopes], info, asWrite(given));
  };

  /** Ours: permits an address for a PKP of the signer's, and waits until that is mined. */
  addPermittedAddress = async (params: AddPermittedAddressParams): Promise<ContractReceipt> => {
    const given = optionsOf("params", params, PERMIT_ADDRESS);
    const { address, pkpTokenId, authMethodScopes = [] } = given;
    const info = { pkpTokenId, address, scopes: authMethodScopes };
    return this.#permit("addPermittedAddress", [pkpTokenId, address, authMethodScopes], info, asWrite(given));
  };

  async #permit(name: string, args: unknown[], info: Record<string, unknown>, options: WriteOptions): Promise<ContractReceipt> {
    try {
      const sent = await this.#core.send("PKPPermissions", name, args, options);
      return await sent.wait();
    } catch (error) {
      throw transactionError("Adding permitted action failed", info, error);
    }
  }

  /** Buys a capacity credit. The first rate that is given counts. */
  mintCapacityCreditsNFT = async (params: MintCapacityCreditsParams): Promise<MintCapacityCreditsResult> => {
    this.#core.requireConnected();
    const given = optionsOf("params", params, CREDITS);
    const { requestsPerDay, requestsPerSecond, requestsPerKilosecond, daysUntilUTCMidnightExpiration } = given;
    const rate = effectiveRate(given);
    const expiresAt = calculateUTCMidnightExpiration(daysUntilUTCMidnightExpiration);
    try {
      const write = await this.#core.write("RateLimitNFT", "mint", [expiresAt], asWrite(given));
      // The same wish on the next day is the same wish.
      const intent = JSON.stringify(["credits", rate, daysUntilUTCMidnightExpiration]);
      const args = { ...write, options: { ...(write as { options: object }).options, intent }, requestsPerKilosecond: rate, expiresAt };
      type Answer = { tokenId: string; sent: ModuleSent; receipt: ModuleReceipt };
      const { tokenId, receipt } = await this.#core.call<Answer>("mintCredits", args, given.signal);
      const capacityTokenId = BigNumber.from(tokenId);
      const rliTxHash = this.#core.receipt(receipt).transactionHash;
      return { rliTxHash, capacityTokenId, capacityTokenIdStr: capacityTokenId.toString() };
    } catch (error) {
      const info = { requestsPerDay, requestsPerSecond, requestsPerKilosecond, expiresAt };
      throw transactionError("Minting capacity credits NFT failed", info, error);
    }
  };
}

/** Overrides were read already; the types of what they are now fit as well. */
const asWrite = (given: GivenWrite) => overridesOf(given) as WriteOptions;

const textOrBytes: Check<string | Uint8Array> = (param, value) => (typeof value === "string" ? value : bytes(param, value));

const MINT_WITH_CUSTOM_AUTH = {
  ...WRITE,
  scopes: optional(listOf(anything)),
  pubkey: optional(text),
  authMethodType: anything,
  authMethodId: textOrBytes,
};

const MINT_WITH_AUTH = {
  ...MINT_WITH_CUSTOM_AUTH,
  authMethod: optional(object),
  authMethodType: anything,
  authMethodId: optional(textOrBytes),
};

const PERMIT_AUTH_METHOD = {
  ...WRITE,
  pkpTokenId: anything,
  authMethodType: anything,
  authMethodId: textOrBytes,
  authMethodScopes: anything,
  webAuthnPubkey: optional(text),
};

const PERMIT_ACTION = { ...WRITE, ipfsId: text, pkpTokenId: anything, authMethodScopes: optional(listOf(anything)) };

const PERMIT_ADDRESS = { ...WRITE, address: anything, pkpTokenId: anything, authMethodScopes: optional(listOf(anything)) };

const CREDITS = {
  ...WRITE,
  requestsPerDay: optional(number),
  requestsPerSecond: optional(number),
  requestsPerKilosecond: optional(number),
  daysUntilUTCMidnightExpiration: number,
};

const SCOPES_REQUIRED = `❌ Permission scopes are required!
[0] No Permissions
[1] Sign Anything
[2] Only Sign Messages
Read more here:
https://developer.litprotocol.com/v3/sdk/wallets/auth-methods/#auth-method-scopes
      `;

function effectiveRate(params: Given<typeof CREDITS>): number {
  const { requestsPerDay, requestsPerSecond, requestsPerKilosecond } = params;
  if (![requestsPerDay, requestsPerSecond, requestsPerKilosecond].some((rate) => rate !== undefined && rate !== null && rate > 0)) {
    const message =
      "At least one of requestsPerDay, requestsPerSecond, or requestsPerKilosecond is required and must be more than 0";
    throw invalid(message, "requestsPerKilosecond", "a number above 0");
  }
  const rate =
    requestsPerDay !== undefined
      ? requestsToKilosecond({ period: "day", requests: requestsPerDay })
      : requestsPerSecond !== undefined
        ? requestsToKilosecond({ period: "second", requests: requestsPerSecond })
        : requestsPerKilosecond;
  if (rate === undefined || !(rate > 0)) {
    const message = "Effective requests per kilosecond is required and must be more than 0";
    throw invalid(message, "requestsPerDay", "at least 44 requests per day");
  }
  return rate;
}

/** No raw key belongs in a page: any of its scripts could read it. The key is not repeated. */
function refuseKeys(args: GivenOptions): void {
  const { options } = args;
  const holder = typeof options === "object" && options !== null ? options : {};
  const stored = memberOf("options.storeOrUseStorageKey", holder, "storeOrUseStorageKey");
  const given = KEY_PARAMS.find((name) => args[name]);
  const param = given ?? (stored ? "options.storeOrUseStorageKey" : undefined);
  if (param) {
    throw new InvalidParamType({
      reason: "invalid_param",
      message: `${param} is not taken: no raw key belongs in a page. Pass signer instead: an ethers signer, such as new ethers.Wallet(key, provider), a viem wallet client or account, or an EIP-1193 wallet.`,
      details: { param, want: "signer: an ethers or viem signer, or an EIP-1193 wallet" },
    });
  }
}

const toBytes = (id: string | Uint8Array) => (typeof id === "string" ? new TextEncoder().encode(id) : id);

function missing(message: string, param: string): LitError {
  return new ParamsMissingError({ reason: "missing_param", message, details: { param } });
}
