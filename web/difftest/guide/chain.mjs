// The guide's zeroth part: what wallets and contract libraries ask the chain.
import contracts from "@lit-protocol/contracts-sdk";
import { ethers } from "ethers";
import { step } from "./steps.mjs";

const { LitContracts } = contracts;

/** Milliseconds between two looks for a receipt: ethers waits 4 s, the local chain does not. */
const pollingInterval = 50;

/** A wallet on the network's chain. */
export function walletOf({ rpcUrl, chainId }, { privateKey }) {
  const provider = new ethers.providers.StaticJsonRpcProvider(rpcUrl, chainId);
  provider.pollingInterval = pollingInterval;
  return new ethers.Wallet(privateKey, provider);
}

/** The official contracts for a signer; without ABIs in the context they use the ones that they bring. */
export async function contractsOf({ rpcUrl, contractContext }, signer, change = ({ address }) => ({ address })) {
  const context = Object.entries(contractContext).map(([name, contract]) => [name, change(contract)]);
  const customContext = Object.fromEntries(context);
  const connected = new LitContracts({
    network: "custom",
    rpc: rpcUrl,
    customContext,
    signer,
    provider: signer.provider,
  });
  await connected.connect();
  return connected;
}

export const chainSteps = [
  step("LitContracts.connect: the descriptor as it is", [true, true], async (g) => {
    const asGiven = await contractsOf(g.descriptor, g.wallet, (contract) => ({ ...contract }));
    const cost = await asGiven.pkpNftContract.read.mintCost();
    return [asGiven.connected, cost.eq(await g.contracts.pkpNftContract.read.mintCost())];
  }),
  step(
    "LitContracts: no mint before connect",
    "refused: Contracts are not connected. Please call connect() first",
    (g) => {
      const customContext = structuredClone(g.descriptor.contractContext);
      return new LitContracts({ network: "custom", customContext, signer: g.wallet }).pkpNftContractUtils.write.mint();
    },
  ),
  step("EIP-1559: a fee, and a receipt that states it", [2, true], async (g) => {
    const sent = await g.wallet.sendTransaction({ to: g.friend.address, value: 1 });
    const receipt = await sent.wait();
    return [receipt.type, receipt.effectiveGasPrice.lte(sent.maxFeePerGas)];
  }),
  step("blocks by number and by hash", true, async (g) => {
    const { provider } = g.wallet;
    const latest = await provider.getBlock("latest");
    return (await provider.getBlock(latest.hash)).number === latest.number;
  }),
  step("Staking counts the nodes", true, async (g) => {
    const { read } = g.contracts.stakingContract;
    const validators = await read.getValidatorsInCurrentEpoch();
    return validators.length === g.descriptor.nodes.length;
  }),
];
