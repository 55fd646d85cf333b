// What the bad requests need to be there: PKPs and what they permit.
import { once } from "node:events";
import { createServer } from "node:http";
import onlyHash from "ipfs-only-hash";
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

/** An action that no node has and its gateway gives; and a gateway that gives something else for everything. */
const hiddenAction = 'LitActions.setResponse({ response: "true" }); // not published';

async function startGateway() {
  const cid = await onlyHash.of(hiddenAction);
  const contents = { [`/good/ipfs/${cid}`]: hiddenAction, [`/bad/ipfs/${cid}`]: `${hiddenAction} and changed` };
  const server = createServer(({ url }, response) => {
    response.writeHead(contents[url] ? 200 : 404, { "access-control-allow-origin": "*" }).end(contents[url]);
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  return { cid, good: `${url}/good/ipfs/`, bad: `${url}/bad/ipfs/` };
}

/** A wallet, PKPs of its own by what they permit, and a gateway that has the action of one. */
export async function preparation(descriptor) {
  const wallet = walletOf(descriptor, descriptor.accounts[account]);
  const contracts = await contractsOf(descriptor, wallet);
  const guide = descriptor.pkp.permittedAction.cid;
  const gateway = await startGateway();
  return {
    wallet,
    gateway,
    hidden: await mint(contracts, [[gateway.cid, [1]]]),
    contracts,
    bare: await mint(contracts, []),
    unscoped: await mint(contracts, [[guide, []]]),
    messages: await mint(contracts, [[guide, [2]]]),
    chance: await mint(contracts, [[await publish(descriptor, chanceAction), [1]]]),
  };
}
