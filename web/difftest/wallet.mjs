// A wallet as pages find it: an EIP-1193 provider for accounts whose keys we
// have. It signs with ethers 5 and asks the local network's chain for the rest.
import { ethers } from "ethers";

const rejected = () => Object.assign(new Error("User rejected the request."), { code: 4001 });
const unknownChain = () => Object.assign(new Error("Unrecognized chain ID."), { code: 4902 });

/**
 * `knows` are the chain ids that it can switch to. What the user will refuse is
 * in `refuses`, by method; `asked` are the methods so far.
 */
export function makeWallet({ accounts, rpcUrl, chainId, knows = [chainId] }) {
  const wallets = accounts.map(({ privateKey }) => new ethers.Wallet(privateKey));
  const addresses = wallets.map(({ address }) => address.toLowerCase());
  const signer = (address) => wallets[addresses.indexOf(address.toLowerCase())];
  const chain = new ethers.providers.StaticJsonRpcProvider(rpcUrl, chainId);
  const wallet = { asked: [], refuses: new Set(), current: chainId, known: new Set(knows) };

  const methods = {
    eth_accounts: () => addresses,
    eth_requestAccounts: () => addresses,
    eth_chainId: () => ethers.utils.hexValue(wallet.current),
    personal_sign: ([message, address]) => signer(address).signMessage(ethers.utils.arrayify(message)),
    wallet_switchEthereumChain([{ chainId: wanted }]) {
      if (!wallet.known.has(Number(wanted))) {
        throw unknownChain();
      }
      wallet.current = Number(wanted);
      return null;
    },
    wallet_addEthereumChain([{ chainId: added }]) {
      wallet.known.add(Number(added));
      wallet.current = Number(added);
      return null;
    },
  };

  wallet.request = async ({ method, params }) => {
    wallet.asked.push(method);
    if (wallet.refuses.has(method)) {
      throw rejected();
    }
    return methods[method] ? methods[method](params) : chain.send(method, params ?? []);
  };
  return wallet;
}
