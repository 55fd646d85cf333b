// What the bad requests need to be there: PKPs and what they permit.
import { contractsOf, walletOf } from "../guide/chain.mjs";
import { chanceAction } from "./actions.mjs";

/** The account that the preparations are made with: no walk of the guide uses it. */
const account = 9;

/** Puts an action where the nodes find it; its CID. */
async function publish({ ipfsGateway }, code) {
  const answer = await fetch(ipfsGateway, { method: "POST", body: code });
  return (await answer.json()).cid;
}

/** A new PKP that permits actions with scopes: [[cid, scopes], …]. */
async function mint(contracts, permitted) {
  const { pkp } = await contracts.pkpNftContractUtils.write.mint();
  for (const [ipfsId, authMethodScopes] of permitted) {
    await contracts.addPermittedAction({ ipfsId, pkpTokenId: pkp.tokenId, authMethodScopes });
  }
  return pkp;
}

/** A wallet, and PKPs of its own, by what they permit. */
export async function preparation(descriptor) {
  const wallet = walletOf(descriptor, descriptor.accounts[account]);
  const contracts = await contractsOf(descriptor, wallet);
  const guide = descriptor.pkp.permittedAction.cid;
  return {
    wallet,
    contracts,
    bare: await mint(contracts, []),
    unscoped: await mint(contracts, [[guide, []]]),
    messages: await mint(contracts, [[guide, [2]]]),
    chance: await mint(contracts, [[await publish(descriptor, chanceAction), [1]]]),
  };
}
