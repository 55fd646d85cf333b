// An EIP-1193 wallet as extensions are: it signs with a key, sends through its own node, knows chains and switches
// between them. It can be told to misbehave.
import { ethers } from "ethers";

const failure = (code, message) => Object.assign(new Error(message), { code });

export class Wallet {
  /** Calls of each method. */
  calls = {};
  /** The chain that it is on. */
  chainId;
  /** Chains that it knows; undefined: it cannot switch at all. */
  known;
  /** Replaces the answer of a method: receives the transaction or params and what to do normally. */
  instead = {};
  #signer;
  #node;

  constructor(privateKey, rpcUrl, chainId, { on = chainId, knows = [chainId] } = {}) {
    this.#node = new ethers.providers.StaticJsonRpcProvider({ url: rpcUrl, skipFetchSetup: true }, chainId);
    this.#node.pollingInterval = 50;
    this.#signer = new ethers.Wallet(privateKey, this.#node);
    this.chainId = on;
    this.known = knows;
  }

  get address() {
    return this.#signer.address;
  }

  async request({ method, params = [] }) {
    this.calls[method] = (this.calls[method] ?? 0) + 1;
    const normally = () => this.#answer(method, params);
    return this.instead[method] ? this.instead[method](params, normally) : normally();
  }

  async #answer(method, params) {
    switch (method) {
      case "eth_requestAccounts":
      case "eth_accounts":
        return [this.address.toLowerCase()];
      case "eth_chainId":
        return ethers.utils.hexValue(this.chainId);
      case "wallet_switchEthereumChain":
        return this.#switch(Number(params[0].chainId));
      case "wallet_addEthereumChain":
        return this.#add(params[0]);
      case "eth_sendTransaction":
        return (await this.#node.sendTransaction(await this.sign(params[0]))).hash;
    }
    throw failure(4200, `${method} is not supported`);
  }

  /** Counts nonces for itself, as extensions do, unless it is told one. */
  async sign({ from, gas, nonce, type, ...transaction }) {
    const populated = await this.#signer.populateTransaction({
      ...transaction,
      chainId: Number(transaction.chainId ?? this.chainId),
      gasLimit: gas,
      ...(nonce && { nonce: Number(nonce) }),
    });
    return this.#signer.signTransaction(populated);
  }

  #switch(id) {
    if (!this.known) {
      throw failure(4200, "this wallet cannot switch");
    }
    if (!this.known.includes(id)) {
      throw failure(4902, "unknown chain");
    }
    this.chainId = id;
    return null;
  }

  #add({ chainId, chainName, rpcUrls, nativeCurrency }) {
    if (!chainName || !rpcUrls?.length || nativeCurrency?.decimals !== 18) {
      throw failure(-32602, "invalid chain");
    }
    this.known.push(Number(chainId));
    this.chainId = Number(chainId);
    return null;
  }
}
