/** Wallets of the page, and the chains that they are on. */
import { awaitAnnouncedWallets, isProvider } from "./announced.js";
import { makeError } from "./errors.js";
import { member } from "./member.js";
import { requestWallet, type EIP1193Provider } from "./signer.js";
import { isRejection, isUnknownChain } from "./walleterror.js";

/** Milliseconds that wallets have to announce themselves where there is none yet. */
const MOMENT = 250;

/** Names of wallets in a message; the details have all of them. */
const MAX_NAMED = 5;

/**
 * `window.ethereum`, else the only wallet that announces itself; undefined
 * where there is none. Of several it takes none: a script of the page could
 * have announced the first. The error names the parameter that takes a wallet.
 *
 * @throws ParamsMissingError (`missing_param`, `details.wallets`) where there are several
 */
export async function pageWallet(param: string): Promise<EIP1193Provider | undefined> {
  const injected = injectedWallet();
  if (injected) {
    return injected;
  }
  const wallets = await awaitAnnouncedWallets(MOMENT);
  const late = injectedWallet();
  if (late || wallets.length < 2) {
    return late ?? wallets[0]?.provider;
  }
  const names = wallets.slice(0, MAX_NAMED).map(({ info }) => info.name);
  const more = wallets.length - names.length;
  throw makeError({
    reason: "missing_param",
    message: `There are several wallets: ${names.join(", ")}${more ? ` and ${more} more` : ""}. Let the user choose, and pass the provider of one of announcedWallets() as ${param}.`,
    shortMessage: "There are several wallets",
    details: { param, wallets: wallets.map(({ info: { name, rdns, uuid } }) => ({ name, rdns, uuid })) },
  });
}

/** Not what a page's library put on Object.prototype, and no element whose id is `ethereum`. */
function injectedWallet(): EIP1193Provider | undefined {
  const ethereum = member(globalThis, "ethereum");
  return isProvider(ethereum) ? ethereum : undefined;
}

/**
 * Has the wallet switch to a chain, and add it if it does not know it and there
 * is a description (EIP-3326, EIP-3085). Returns the chain that it is on then:
 * some wallets answer and stay where they are.
 */
export async function useChain(provider: EIP1193Provider, id: number, description?: object): Promise<number> {
  const chainId = `0x${id.toString(16)}`;
  const current = async () => {
    const answer = await requestWallet(provider, "eth_chainId");
    return typeof answer === "string" || typeof answer === "number" ? Number(answer) : NaN;
  };
  const change = () => requestWallet(provider, "wallet_switchEthereumChain", [{ chainId }]);
  if ((await current()) === id) {
    return id;
  }
  try {
    await change();
  } catch (error) {
    if (!description || isRejection(error) || !isUnknownChain(error)) {
      throw error;
    }
    await requestWallet(provider, "wallet_addEthereumChain", [{ ...description, chainId }]);
    if ((await current()) !== id) {
      await change();
    }
  }
  return current();
}
