/** Enumerations of tokens: PKPs and capacity credits. */
import { isLitError, InvalidArgumentException, BareError, makeError } from "../errors.js";
import { count } from "../given.js";
import { callModule } from "../load.js";
import type { BigNumber, BigNumberish } from "./bignumber.js";
import type { Core } from "./core.js";
import { hexToDec, timestamp2Date } from "./multihash.js";
import type { ReadOptions } from "./options.js";

/** Where a PKP's key has accounts. */
export interface TokenInfo {
  /** Decimal. */
  tokenId: string;
  /** `0x04` and 128 hex digits. */
  publicKey: string;
  publicKeyBuffer: Uint8Array;
  ethAddress: string;
  btcAddress: string;
  cosmosAddress: string;
  isNewPKP: boolean;
}

export interface Capacity {
  /** Per kilosecond; the name is the official SDK's. */
  requestsPerMillisecond: number;
  expiresAt: { timestamp: number; formatted: string };
}

export interface CapacityToken {
  tokenId: number;
  URI: Record<string, unknown>;
  capacity: Capacity;
  isExpired: boolean;
}

/** Mixed case has to be that of the checksum, as in ethers: a mistyped address is none. */
export function isAddress(text: unknown): text is string {
  if (typeof text !== "string") {
    return false;
  }
  try {
    return callModule<string>("checksumAddress", text) !== "";
  } catch (error) {
    if (isLitError(error) && error.reason === "invalid_param") {
      return false;
    }
    throw error;
  }
}

/** Tokens that are read at the same time. */
const AT_ONCE = 8;

/** Nobody has more; a chain that goes on for ever would fill the memory. */
const MAX_TOKENS = 100_000;

const endless = () => makeError({ reason: "chain_unreachable", message: `The chain lists more than ${MAX_TOKENS} tokens.` });

/** Reads index after index, a few at a time, until the contract refuses one. */
async function enumerate(
  limit: number,
  read: (index: number) => Promise<BigNumber>,
): Promise<BigNumber[]> {
  const tokens: BigNumber[] = [];
  while (tokens.length < limit) {
    const count = Math.min(AT_ONCE, limit - tokens.length);
    const batch = Array.from({ length: count }, (_, i) => read(tokens.length + i));
    const settled = await Promise.allSettled(batch);
    if (tokens.length > MAX_TOKENS) {
      throw endless();
    }
    for (const outcome of settled) {
      if (outcome.status === "fulfilled") {
        tokens.push(outcome.value);
      } else if (isLitError(outcome.reason) && outcome.reason.reason === "reverted") {
        return tokens;
      } else {
        throw outcome.reason;
      }
    }
  }
  return tokens;
}

/** Maps with a few at a time: an owner of hundreds must not open thousands of requests. */
async function mapFew<Item, Value>(items: readonly Item[], map: (item: Item) => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) {
    values.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(map))));
  }
  return values;
}

const decimal = (token: BigNumber) => hexToDec(token.toHexString()) as string;

export function pkpReads(core: Core) {
  const read = {
    /** Ids of an address's PKPs, decimal. A failure to reach the chain rejects; the official SDK ends the list there. */
    async getTokensByAddress(ownerAddress: string, options?: ReadOptions): Promise<string[]> {
      core.requireConnected();
      if (!isAddress(ownerAddress)) {
        throw new InvalidArgumentException(wrongAddress(ownerAddress));
      }
      const tokens = await enumerate(Infinity, (i) => core.read("PKPNFT", "tokenOfOwnerByIndex", [ownerAddress, i], options));
      return tokens.map(decimal);
    },
    /** The first so many PKPs, decimal. */
    async getTokens(latestNumberOfTokens: number, options?: ReadOptions): Promise<string[]> {
      core.requireConnected();
      const limit = count("latestNumberOfTokens", latestNumberOfTokens);
      return (await enumerate(limit, (i) => core.read("PKPNFT", "tokenByIndex", [i], options))).map(decimal);
    },
    async getTokensInfoByAddress(ownerAddress: string, options?: ReadOptions): Promise<TokenInfo[]> {
      const tokens = await read.getTokensByAddress(ownerAddress, options);
      return mapFew(tokens, async (tokenId) => {
        const publicKey = await core.read<string>("PKPNFT", "getPubkey", [tokenId], options);
        const info = callModule<Omit<TokenInfo, "tokenId" | "publicKeyBuffer" | "isNewPKP">>("tokenInfo", { publicKey });
        const { ethAddress, btcAddress, cosmosAddress } = info;
        return { tokenId, publicKey, publicKeyBuffer: bytes(publicKey), ethAddress, btcAddress, cosmosAddress, isNewPKP: false };
      });
    },
  };
  return read;
}

export function creditReads(core: Core) {
  const call = <Value>(name: string, args: unknown[], options?: ReadOptions) => core.read<Value>("RateLimitNFT", name, args, options);
  const read = {
    async getCapacityByIndex(index: BigNumberish, options?: ReadOptions): Promise<Capacity> {
      const [rate, until] = await call<[BigNumber, BigNumber]>("capacity", [index], options);
      const timestamp = Number(until);
      return {
        requestsPerMillisecond: Number(rate),
        expiresAt: { timestamp, formatted: timestamp2Date(String(timestamp)) },
      };
    },
    /** The token's metadata. */
    async getTokenURIByIndex(index: BigNumberish, options?: ReadOptions): Promise<Record<string, unknown>> {
      const uri = await call<string>("tokenURI", [index], options);
      try {
        const binary = atob(uri.split("data:application/json;base64,")[1] ?? "");
        return JSON.parse(binary) as Record<string, unknown>;
      } catch (cause) {
        throw makeError({ reason: "chain_unreachable", message: "The chain's metadata of the token is malformed.", cause });
      }
    },
    async getTokensByOwnerAddress(ownerAddress: string, options?: ReadOptions): Promise<CapacityToken[]> {
      core.requireConnected();
      if (!isAddress(ownerAddress)) {
        throw new BareError(wrongAddress(ownerAddress));
      }
      const total = await call<BigNumber>("balanceOf", [ownerAddress], options);
      return all(Number(total), (i) => call("tokenOfOwnerByIndex", [ownerAddress, i], options), options);
    },
    async getTokens(options?: ReadOptions): Promise<CapacityToken[]> {
      const total = await call<BigNumber>("totalSupply", [], options);
      return all(Number(total), (i) => call("tokenByIndex", [i], options), options);
    },
  };
  async function all(total: number, id: (i: number) => Promise<BigNumber>, options?: ReadOptions): Promise<CapacityToken[]> {
    if (!(total <= MAX_TOKENS)) {
      throw endless();
    }
    return mapFew([...Array(total).keys()], async (i) => {
      const tokenId = Number(await id(i));
      const [URI, capacity, isExpired] = await Promise.all([
        read.getTokenURIByIndex(tokenId, options),
        read.getCapacityByIndex(tokenId, options),
        call<boolean>("isExpired", [tokenId], options),
      ]);
      return { tokenId, URI, capacity, isExpired };
    });
  }
  return read;
}

/** An address has 42 characters. */
const MAX_SHOWN = 100;

export function wrongAddress(address: unknown) {
  const given = typeof address === "string" ? ` "${address.slice(0, MAX_SHOWN)}"` : "";
  const message = `Given string is not a valid address${given}`;
  return { reason: "invalid_param", message, details: { param: "ownerAddress", want: "0x and 40 hex digits" } } as const;
}

const bytes = (hex: string) => Uint8Array.from(hex.slice(2).match(/../g) ?? [], (byte) => parseInt(byte, 16));
