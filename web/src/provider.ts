/** Wallets of the page, and the chains that they are on. */
import { requestWallet, type EIP1193Provider } from "./signer.js";
import { isRejection, isUnknownChain } from "./walleterror.js";

/** A wallet that announced itself, EIP-6963. */
export interface WalletAnnouncement {
  info: { uuid: string; name: string; icon: string; rdns: string };
  provider: EIP1193Provider;
}

/** The wallets that announce themselves to this page, EIP-6963. Those that take longer than one turn are missed. */
export function announcedWallets(): WalletAnnouncement[] {
  const wallets: WalletAnnouncement[] = [];
  const listener = (event: Event) => wallets.push((event as CustomEvent<WalletAnnouncement>).detail);
  globalThis.addEventListener?.("eip6963:announceProvider", listener);
  globalThis.dispatchEvent?.(new Event("eip6963:requestProvider"));
  globalThis.removeEventListener?.("eip6963:announceProvider", listener);
  return wallets;
}

/** `window.ethereum`, else the first that announces itself. */
export function pageWallet(): EIP1193Provider | undefined {
  const { ethereum } = globalThis as { ethereum?: EIP1193Provider };
  return ethereum ?? announcedWallets()[0]?.provider;
}

/**
 * Has the wallet switch to a chain, and add it if it does not know it and there
 * is a description (EIP-3326, EIP-3085). Returns the chain that it is on then:
 * some wallets answer and stay where they are.
 */
export async function useChain(provider: EIP1193Provider, id: number, description?: object): Promise<number> {
  const chainId = `0x${id.toString(16)}`;
  const current = async () => Number(await requestWallet<string>(provider, "eth_chainId"));
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
