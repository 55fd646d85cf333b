// What the tests of writes share: a local network, accounts on it, and the official package to look at what is on
// chain afterwards.
import assert from "node:assert/strict";
import { after } from "node:test";
import { LitContracts as OfficialContracts } from "@lit-protocol/contracts-sdk";
import { ethers } from "ethers";
import { LitContracts } from "../../dist/contracts/index.js";
import { isLitError } from "../../dist/index.js";
import { startNetwork } from "../network.mjs";

const { descriptor, stop } = await startNetwork(3);
after(stop);
export const { rpcUrl, chainId, accounts, contractContext, pkp } = descriptor;
export const customContext = () => structuredClone(contractContext);
export const cid = pkp.permittedAction.cid;

export const provider = new ethers.providers.StaticJsonRpcProvider({ url: rpcUrl, skipFetchSetup: true }, chainId);
provider.pollingInterval = 50;
export const official = new OfficialContracts({ network: "custom", customContext: customContext(), rpc: rpcUrl, provider });
await official.connect();

/** Every test has an account of its own, so that PKPs can be counted. */
let used = 0;
export async function account() {
  const fresh = ethers.Wallet.createRandom();
  const funder = new ethers.Wallet(accounts[1 + (used++ % 8)].privateKey, provider);
  await (await funder.sendTransaction({ to: fresh.address, value: ethers.utils.parseEther("10") })).wait();
  return fresh;
}

export async function contractsWith(signer, options = {}) {
  const contracts = new LitContracts({ network: "custom", customContext: customContext(), rpc: rpcUrl, signer, ...options });
  await contracts.connect();
  return contracts;
}

export const pkpsOf = (address) => official.pkpNftContractUtils.read.getTokensByAddress(address);
export const rejection = (promise) => promise.then(() => assert.fail("resolved"), (error) => error);

export function assertFailure(error, name, reason, ...details) {
  assert.ok(isLitError(error), String(error));
  assert.deepEqual([error.name, error.reason], [name, reason], `${error.message}`);
  for (const detail of details) {
    assert.equal(typeof error.details[detail], "string", `details.${detail} in ${JSON.stringify(error.details)}`);
  }
}

/** What a wallet does not answer itself goes to the chain, as in extensions. */
export function passthrough(wallet) {
  const answer = wallet.request.bind(wallet);
  return {
    request: (args) => answer(args).catch((error) => (error.code === 4200 ? provider.send(args.method, args.params ?? []) : Promise.reject(error))),
  };
}
