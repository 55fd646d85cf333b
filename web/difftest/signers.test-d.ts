// The libraries' own types fit ours: what a dapp passes to the official SDK's
// functions compiles here too.
import { ethers } from "ethers";
import * as ethers6 from "ethers6";
import { SiweMessage } from "siwe";
import type { Account, EIP1193Provider, WalletClient } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import {
  addRecapToSiweMessage,
  checkAndSignAuthMessage,
  extract,
  generateAuthSig,
  LIT_ABILITY,
  LitNodeClient,
  LitPKPResource,
  toSigner,
} from "../dist/index.js";

declare const key: `0x${string}`;
declare const walletClient: WalletClient;
declare const walletClientWithAccount: WalletClient<import("viem").Transport, import("viem").Chain, Account>;
declare const provider: EIP1193Provider;
declare const injected: ethers.providers.ExternalProvider;
declare const client: LitNodeClient;

const toSign = "";
await generateAuthSig({ signer: new ethers.Wallet(key), toSign });
await generateAuthSig({ signer: new ethers.providers.Web3Provider(injected).getSigner(), toSign });
await generateAuthSig({ signer: new ethers6.Wallet(key), toSign });
await generateAuthSig({ signer: await new ethers6.BrowserProvider(provider).getSigner(), toSign });
await generateAuthSig({ signer: privateKeyToAccount(key), toSign });
await generateAuthSig({ signer: walletClient, toSign });
await generateAuthSig({ signer: walletClientWithAccount, toSign });
await generateAuthSig({ signer: provider, toSign });
await client.createCapacityDelegationAuthSig({ dAppOwnerWallet: walletClient });
await checkAndSignAuthMessage({ chain: "ethereum", nonce: "", provider });
toSigner(new ethers.Wallet(key)).signMessage("");

const message = new SiweMessage("");
const same: SiweMessage = await addRecapToSiweMessage({
  siweMessage: message,
  resources: [{ resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning }],
  litNodeClient: client,
});
extract(same).addToSiweMessage(message).prepareMessage();
