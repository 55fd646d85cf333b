/**
 * Signers: whatever a dapp has that can sign a text, turned into the one shape
 * that this package calls. Start with {@link toSigner}.
 */
import { BareError, InvalidParamType } from "./errors.js";
import { hexOfText } from "./hex.js";
import { memberOf } from "./given.js";
import { texts } from "./member.js";
import { shared } from "./sharing.js";
import { walletError } from "./walleterror.js";

/** An account that signs texts as wallets do (EIP-191, `personal_sign`). */
export interface Signer {
  getAddress(): Promise<string>;
  /** `0x` and 65 bytes in hex. */
  signMessage(message: string): Promise<string>;
}

/** A signer of ethers 5 or 6, a PKP wallet, or an object of the caller's. */
export interface EthersLikeSigner {
  getAddress(): Promise<string> | string;
  signMessage(message: string): Promise<string>;
}

/** An account of viem that holds its key. */
export interface ViemAccount {
  readonly address: string;
  readonly type: string;
  signMessage?(params: { message: string }): Promise<string>;
}

/** A wallet client of viem. */
export interface ViemWalletClient {
  readonly account?: unknown;
  getAddresses(): Promise<readonly string[]>;
  signMessage(params: { account: never; message: string }): Promise<string>;
}

/** EIP-1193: what wallets put into pages. */
export interface EIP1193Provider {
  request(args: { method: string; params?: unknown }): Promise<unknown>;
}

export type SignerLike = EthersLikeSigner | ViemAccount | ViemWalletClient | EIP1193Provider;

type Method = (...args: unknown[]) => Promise<never>;

/**
 * Takes a signer of ethers 5 or 6, an account or wallet client of viem, an
 * EIP-1193 provider, or `{getAddress, signMessage}`. What a signer of the
 * caller's throws comes through as it is; a provider's failures are typed
 * (`user_rejected`, `wallet_failed`, `no_wallet`).
 *
 * @throws a plain Error (reason `invalid_param`) for anything else
 */
export function toSigner(signer: SignerLike): Signer {
  const candidate = Object(signer) as Record<string, unknown>;
  const call = (name: string, ...args: unknown[]) => (candidate[name] as Method).apply(signer, args);
  const has = (name: string) => typeof memberOf("signer", candidate, name) === "function";
  if (has("signMessage")) {
    if (has("getAddresses")) {
      return viemClient(signer as ViemWalletClient);
    }
    const address = viemAccount(candidate);
    if (address !== undefined) {
      return { getAddress: async () => address, signMessage: (message) => call("signMessage", { message }) };
    }
    return {
      getAddress: async () => (has("getAddress") ? call("getAddress") : missingAddress()),
      signMessage: (message) => call("signMessage", message),
    };
  }
  if (has("request")) {
    return providerSigner(signer as EIP1193Provider);
  }
  throw new BareError({
    reason: "invalid_param",
    message: "signer does not have a signMessage method",
    details: { param: "signer", want: "an ethers signer, a viem account or wallet client, or an EIP-1193 provider" },
  });
}

/** A provider's first account. The wallet asks the user for it when it is first needed. */
export function providerSigner(provider: EIP1193Provider): Signer {
  const getAddress = async () => (await accountsOf(provider))[0] ?? missingAddress();
  return { getAddress, signMessage: async (message) => personalSign(provider, message, await getAddress()) as Promise<string> };
}

/** The accounts that the user gives the page. The wallet asks once, however many callers wait for its answer. */
export async function accountsOf(provider: EIP1193Provider): Promise<string[]> {
  const method = "eth_requestAccounts";
  return texts(await shared([provider, method], undefined, () => requestWallet(provider, method)));
}

/** What the wallet gives as the account's signature of a text. */
export function personalSign(provider: EIP1193Provider, text: string, account: string): Promise<unknown> {
  // As bytes: a text that itself looks like hex would be taken for bytes.
  return requestWallet(provider, "personal_sign", [hexOfText(text), account]);
}

/** Asks a wallet. Its failures are typed; the wallet's own error is the cause. */
export async function requestWallet<Result>(provider: EIP1193Provider, method: string, params?: unknown): Promise<Result> {
  try {
    return (await provider.request(params === undefined ? { method } : { method, params })) as Result;
  } catch (cause) {
    throw walletError(method, cause);
  }
}

/** The address of an account of viem, which is `local` or `smart`; only theirs take the message inside an object. */
function viemAccount(candidate: object): string | undefined {
  const [address, type] = ["address", "type"].map((name) => memberOf("signer", candidate, name));
  return typeof address === "string" && (type === "local" || type === "smart") ? address : undefined;
}

/** The client's own account, or the wallet's first. */
function viemClient(client: ViemWalletClient): Signer {
  const account = async () => memberOf("signer", client, "account") ?? texts(await client.getAddresses())[0] ?? missingAddress();
  return {
    getAddress: async () => {
      const own = await account();
      const address = typeof own === "object" && own ? memberOf("signer", own, "address") : own;
      return typeof address === "string" ? address : missingAddress();
    },
    signMessage: async (message) => client.signMessage({ account: (await account()) as never, message }),
  };
}

function missingAddress(): never {
  throw new InvalidParamType({
    reason: "invalid_param",
    message: "The signer has no address: unlock the wallet, or pass address.",
    details: { param: "signer", want: "a signer with an account" },
  });
}
