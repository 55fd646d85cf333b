/**
 * Sign-in with the wallet of the page. Start with
 * {@link checkAndSignAuthMessage}.
 */
import { abortable } from "./abort.js";
import { isProvider } from "./announced.js";
import { EVM_CHAIN_IDS, OTHER_CHAINS } from "./chains.js";
import { LOCAL_STORAGE_KEYS, METAMASK_CHAIN_INFO, type LitAbility } from "./constants.js";
import { InvalidParamType, isLitError, NoWalletException, UnsupportedChainException, WrongNetworkException } from "./errors.js";
import { requireFuture } from "./expiration.js";
import { anything, attempt, empty, flag, listOf, memberOf, object, only, optional, optionsOf, record, text, type Check, type Given } from "./given.js";
import { callModule, init } from "./load.js";
import { member, texts } from "./member.js";
import type { AuthSig } from "./params.js";
import { pageWallet, useChain } from "./provider.js";
import type { ILitResource, LitResourceAbilityRequest } from "./resources.js";
import { shared } from "./sharing.js";
import { requireKeySignature, requireSignedBy, signerOf } from "./signature.js";
import { accountsOf, personalSign, requestWallet, type EIP1193Provider } from "./signer.js";
import { addRecapToSiweMessage, SiweMessage, type SiweFields } from "./siwe.js";
import { resolveStorage, timesLoggedOut, type StorageLike } from "./storage.js";
import { isRejection, isUnknownChain, isUnsupported } from "./walleterror.js";

export interface CheckAndSignAuthMessage {
  /** By its name in the official SDK, such as `ethereum`. */
  chain: string;
  /** A recent block hash. */
  nonce: string;
  /** URIs that become part of the message. */
  resources?: string[];
  /** Whether to have the wallet change to the chain. Default false: the message says which chain it is for. */
  switchChain?: boolean;
  /** ISO 8601. Default: a week from now. */
  expiration?: string;
  /** Default: the page's address, without query and fragment. */
  uri?: string;
  /** Default: the page's host. */
  domain?: string;
  /** Ours: a line for the user to read. */
  statement?: string;
  /** Ours: what the message is to allow, so that this function can be an `authNeededCallback`. */
  resourceAbilityRequests?: LitResourceAbilityRequest[];
  /** Ours: the wallet. Default: `window.ethereum`, else the only one that announces itself (EIP-6963). */
  provider?: EIP1193Provider;
  /** Ours: where the AuthSig rests. Default: localStorage. */
  storage?: StorageLike;
  /** Ours: ends the wait for the wallet. */
  signal?: AbortSignal;
  /** Accepted and not used: pass WalletConnect's provider as `provider`. */
  walletConnectProjectId?: string;
  /** Accepted and not used: this package signs for Ethereum's kind of chains. */
  cosmosWalletType?: string;
}

const WEEK = 7 * 24 * 60 * 60 * 1000;
/** An AuthSig that ends sooner than this is renewed. */
const MARGIN = 60 * 1000;

/**
 * The AuthSig of the wallet's account: the stored one while it fits, else a
 * new one that the user signs and that is stored. A stored one fits if this
 * account signed it, and domain, URI, chain, statement and resources are those
 * asked for, and it lasts for another minute.
 *
 * Errors: UnsupportedChainException, NoWalletException (`no_wallet`),
 * ParamsMissingError (`missing_param` with `details.wallets`: several wallets announced themselves),
 * WrongNetworkException (`wrong_chain`), UnknownError (`user_rejected`,
 * `wallet_failed`), InvalidSignatureError (`bad_signature`), InvalidParamType
 * (`invalid_param`), before the wallet is asked.
 */
export async function checkAndSignAuthMessage(params: CheckAndSignAuthMessage): Promise<AuthSig> {
  const { provider, storage, signal } = optionsOf("params", params, PLACES);
  const wanted = optionsOf("params", params, WANTED);
  requireChainId(wanted.chain);
  requireFuture(wanted.expiration, Date.now());
  return abortable(signal, async () => {
    const wallet = provider ?? (await requirePageWallet());
    wanted.uri ||= pageURI();
    wanted.domain ??= pageDomain();
    const question = attempt("resourceAbilityRequests", "a list that JSON can hold", () => JSON.stringify(wanted));
    const authSig = await shared([wallet, storage, question], signal, (requireWaiting) =>
      storedOrSigned(wallet, resolveStorage(storage).port, wanted, requireWaiting),
    );
    return { ...authSig };
  });
}

const PLACES = {
  provider: optional(only<EIP1193Provider>("an EIP-1193 provider, with request", isProvider)),
  storage: anything as Check<StorageLike | undefined>,
  signal: anything as Check<AbortSignal | undefined>,
};

const RESOURCE_METHODS = ["isValidLitAbility", "getResourceKey"];

const resource = only<ILitResource>("a resource, such as new LitPKPResource(id)", (value) =>
  RESOURCE_METHODS.every((name) => typeof memberOf("resource", Object(value) as object, name) === "function"),
);

/** What an AuthSig is to say. Two callers at the same time who want the same share it. */
const WANTED = {
  chain: anything as Check<string>,
  nonce: optional(text),
  resources: optional(listOf(text)),
  switchChain: optional(flag),
  expiration: optional(text),
  uri: optional(text),
  domain: optional(text),
  statement: optional(text),
  resourceAbilityRequests: optional(
    listOf(record({ resource, ability: text as Check<LitAbility>, data: optional(object) })),
  ),
};

type Wanted = Given<typeof WANTED>;

/** requireWaiting throws when the caller has gone: the user is asked for nothing more then. */
async function storedOrSigned(
  provider: EIP1193Provider,
  storage: StorageLike,
  wanted: Wanted,
  requireWaiting: () => void,
): Promise<AuthSig> {
  const chainId = requireChainId(wanted.chain);
  const loggedOut = timesLoggedOut();
  await init();
  (await messageFor(wanted, NOBODY, chainId)).toMessage(); // so that nobody is asked for what cannot be signed
  requireWaiting();
  const accounts = await accountsOf(provider);
  const account = callModule<string>("checksumAddress", accounts[0] ?? noAccount());
  if (wanted.switchChain) {
    requireWaiting();
    await switchChain(provider, wanted.chain, chainId);
  }
  const message = await messageFor(wanted, account, chainId);
  const stored = await readStored(storage);
  if (stored && fits(stored, message)) {
    return stored;
  }
  requireWaiting();
  const authSig = await sign(provider, accounts, account, message.toMessage());
  if (timesLoggedOut() === loggedOut) {
    await write(storage, authSig);
  }
  return authSig;
}

const NOBODY = `0x${"0".repeat(40)}`;

/** Has the wallet sign as the first of its accounts, which is `account` in EIP-55 form, and makes sure that it did. */
async function sign(provider: EIP1193Provider, accounts: string[], account: string, signedMessage: string): Promise<AuthSig> {
  const sig = requireKeySignature(await personalSign(provider, signedMessage, accounts[0]!));
  const authSig = { sig, derivedVia: "web3.eth.personal.sign", signedMessage, address: account.toLowerCase() };
  if (signerOf(authSig) !== account) {
    const now = await requestWallet(provider, "eth_accounts").catch(() => []);
    requireSignedBy(account, authSig, [...accounts, ...texts(now)]);
  }
  return authSig;
}

function noAccount(): never {
  throw new InvalidParamType({
    reason: "invalid_param",
    message: "The wallet has no address for this page: unlock it, and connect an account.",
    details: { param: "provider", want: "a wallet with an account" },
  });
}

async function requirePageWallet(): Promise<EIP1193Provider> {
  const wallet = await pageWallet("provider");
  if (!wallet) {
    throw new NoWalletException({
      reason: "no_wallet",
      message: "No web3 wallet was found. Install a wallet, or pass provider.",
      shortMessage: "No web3 wallet was found",
    });
  }
  return wallet;
}

function requireChainId(chain: string): number {
  const chainId = typeof chain === "string" && Object.hasOwn(EVM_CHAIN_IDS, chain) ? EVM_CHAIN_IDS[chain] : undefined;
  if (chainId === undefined) {
    const names = Object.keys(EVM_CHAIN_IDS).join(",");
    const why = OTHER_CHAINS.includes(chain) ? `Wallets of ${chain} are not supported here.` : "Unsupported chain selected.";
    throw new UnsupportedChainException({
      reason: "invalid_param",
      message: `${why}  Please select one of: ${names}`,
      shortMessage: why,
      details: { param: "chain", want: names },
      ...(typeof chain === "string" && { info: { chain } }),
    });
  }
  return chainId;
}

/** Changes the wallet's chain and makes sure of it. Of the chains that a wallet may not know we can add our own. */
async function switchChain(provider: EIP1193Provider, chain: string, chainId: number): Promise<void> {
  const { chainId: ours, iconUrls, ...yellowstone } = METAMASK_CHAIN_INFO.yellowstone;
  try {
    if ((await useChain(provider, chainId, chainId === ours ? yellowstone : undefined)) === chainId) {
      return;
    }
  } catch (error) {
    const cannot = !isRejection(error) && (isUnknownChain(error) || isUnsupported(error));
    throw cannot ? wrongChain(chain, chainId, error) : error;
  }
  throw wrongChain(chain, chainId);
}

function wrongChain(chain: string, chainId: number, cause?: unknown): Error {
  const message = `Incorrect network selected. Please switch to the ${chain} network in your wallet and try again.`;
  return new WrongNetworkException({
    reason: "wrong_chain",
    message,
    details: { want: String(chainId) },
    info: { chain },
    ...(cause !== undefined && { cause }),
  });
}

async function messageFor(params: Wanted, address: string, chainId: number): Promise<SiweMessage> {
  const message = new SiweMessage({
    domain: params.domain!,
    address,
    ...(params.statement && { statement: params.statement }),
    uri: params.uri!,
    version: "1",
    chainId,
    ...(params.nonce && { nonce: params.nonce }),
    expirationTime: params.expiration || new Date(Date.now() + WEEK).toISOString(),
    ...(params.resources?.length && { resources: params.resources }),
  });
  if (params.resourceAbilityRequests?.length) {
    const resources = params.resourceAbilityRequests as LitResourceAbilityRequest[];
    await addRecapToSiweMessage({ siweMessage: message, resources, litNodeClient: "none is needed" });
  }
  return message;
}

const pageDomain = () => pageAddress()?.host || "localhost";

/** The page's address without its query and fragment: they often hold tokens, and what is signed is no secret. */
function pageURI(): string {
  const url = pageAddress();
  if (!url) {
    return "https://localhost/login";
  }
  url.search = url.hash = url.username = url.password = "";
  return url.href;
}

/** Undefined where there is no page. */
function pageAddress(): URL | undefined {
  try {
    return new URL((member(globalThis, "location") as Location).href);
  } catch {
    return undefined;
  }
}

/** Everything but the nonce and the times has to be what a new one would say. */
function fits(stored: AuthSig, want: SiweFields): boolean {
  try {
    const message = Object.assign(empty<SiweFields>(), new SiweMessage(stored.signedMessage));
    const now = Date.now();
    const lasts = Date.parse(message.expirationTime ?? "") > now + MARGIN;
    const begun = !message.notBefore || Date.parse(message.notBefore) <= now;
    return lasts && begun && signerOf(stored) === want.address && meaning(message) === meaning(Object.assign(empty<SiweFields>(), want));
  } catch (error) {
    if (isLitError(error) && error.reason !== "internal") {
      return false;
    }
    throw error;
  }
}

function meaning({ scheme, domain, address, statement, uri, chainId, requestId, resources }: SiweFields): string {
  return JSON.stringify([scheme, domain, address, statement, uri, chainId, requestId, resources]);
}

/** What is in storage is foreign input: it is an AuthSig, or there is none. */
async function readStored(storage: StorageLike | undefined): Promise<AuthSig | undefined> {
  try {
    const stored: unknown = JSON.parse(String(await storage?.getItem(LOCAL_STORAGE_KEYS.AUTH_SIGNATURE)));
    return optionsOf("stored", stored, { sig: text, derivedVia: text, signedMessage: text, address: text });
  } catch {
    return undefined;
  }
}

/** A storage that fails costs the user another signature next time, no more. */
async function write(storage: StorageLike | undefined, authSig: AuthSig): Promise<void> {
  try {
    await storage?.setItem(LOCAL_STORAGE_KEYS.AUTH_SIGNATURE, JSON.stringify(authSig));
  } catch {
    // The AuthSig is good all the same.
  }
}
