// The guide's first part: PKPs, who owns them and what they permit.
import { ethers } from "ethers";
import { eventsOf, step } from "./steps.mjs";

const { computeAddress, keccak256, toUtf8Bytes } = ethers.utils;

/** Scopes of a permission, and how many are asked for. */
const signAnything = 1;
const personalSign = 2;
const maxScope = 3;

/** A kind of auth method that no node verifies: dapps number their own. */
const customMethod = 65_537;

/** Whether a PKP is what its key says: id, address and form. */
function consistent({ tokenId, publicKey, ethAddress }) {
  const key = `0x${publicKey}`;
  return /^04[0-9a-f]{128}$/.test(publicKey) && tokenId === keccak256(key) && ethAddress === computeAddress(key);
}

const scopesOf = (g, type, id) =>
  g.contracts.pkpPermissionsContract.read.getPermittedAuthMethodScopes(g.pkp.tokenId, type, id, maxScope);

const permitted = (g) => g.contracts.pkpPermissionsContractUtils.read;
const permit = (g) => g.contracts.pkpPermissionsContractUtils.write;
const events = async (g, sent) => {
  const receipt = await (await sent).wait();
  return eventsOf(receipt, g.contracts.pkpPermissionsContract, g.contracts.pkpNftContract);
};

export const pkpSteps = [
  step("mint: a PKP whose id and address are its key's", true, async (g) => {
    g.minted = await g.contracts.pkpNftContractUtils.write.mint();
    g.pkp = g.minted.pkp;
    return consistent(g.pkp) && g.minted.tokenId === g.pkp.tokenId;
  }),
  step("mint: events by their official topics", ["PubkeyRoutingDataSet", "Transfer", "PKPMinted"], (g) => {
    const { pubkeyRouterContract, pkpNftContract } = g.contracts;
    return eventsOf(g.minted.res, pubkeyRouterContract, pkpNftContract);
  }),
  step("mint: events found again by filter", [true, true], async (g) => {
    const { read } = g.contracts.pkpNftContract;
    const [mint] = await read.queryFilter(read.filters.PKPMinted(g.pkp.tokenId));
    const [transfer] = await read.queryFilter(read.filters.Transfer(null, g.wallet.address, g.pkp.tokenId));
    return [mint.args.pubkey === `0x${g.pkp.publicKey}`, transfer.transactionHash === mint.transactionHash];
  }),
  step("mint: not for another price", "refused: You must pay exactly mint cost", async (g) => {
    const { write } = g.contracts.pkpNftContract;
    return write.estimateGas.mintNext(2, { value: (await write.mintCost()).add(1) });
  }),
  step("owner, existence and address on chain", [true, true, true], async (g) => {
    const { pkpNftContract, pubkeyRouterContract } = g.contracts;
    const { tokenId, ethAddress } = g.pkp;
    return [
      (await pkpNftContract.read.ownerOf(tokenId)) === g.wallet.address,
      await pkpNftContract.read.exists(tokenId),
      (await pubkeyRouterContract.read.getEthAddress(tokenId)) === ethAddress,
    ];
  }),
  step("the router names the PKP of an address", true, async (g) => {
    const { read } = g.contracts.pubkeyRouterContract;
    return (await read.ethAddressToPkpId(g.pkp.ethAddress)).eq(g.pkp.tokenId);
  }),
  step("getTokensByAddress", true, async (g) => {
    const tokens = await g.contracts.pkpNftContractUtils.read.getTokensByAddress(g.wallet.address);
    return tokens.at(-1) === ethers.BigNumber.from(g.pkp.tokenId).toString();
  }),
  step("getTokensByAddress: no address", 'refused: Given string is not a valid address "0x12"', (g) =>
    g.contracts.pkpNftContractUtils.read.getTokensByAddress("0x12"),
  ),
  step("getTokens finds no more than asked for", 1, async (g) => {
    return (await g.contracts.pkpNftContractUtils.read.getTokens(1)).length;
  }),
  step("getTokensInfoByAddress", [true, true, true], async (g) => {
    const info = (await g.contracts.pkpNftContractUtils.read.getTokensInfoByAddress(g.wallet.address)).at(-1);
    return [
      info.publicKey === `0x${g.pkp.publicKey}`,
      info.ethAddress === g.pkp.ethAddress,
      /^1\w+$/.test(info.btcAddress),
    ];
  }),

  step("addPermittedAction: events", ["PermittedAuthMethodScopeAdded", "PermittedAuthMethodAdded"], async (g) => {
    const receipt = await g.contracts.addPermittedAction({
      ipfsId: g.action.cid,
      pkpTokenId: g.pkp.tokenId,
      authMethodScopes: [signAnything],
    });
    return eventsOf(receipt, g.contracts.pkpPermissionsContract);
  }),
  step("getPermittedActions", true, async (g) => {
    const actions = await permitted(g).getPermittedActions(g.pkp.tokenId);
    return actions.length === 1 && g.contracts.utils.getMultihashFromBytes(actions[0]) === g.action.cid;
  }),
  step("isPermittedAction: the action, and another", [true, false], async (g) => [
    await permitted(g).isPermittedAction(g.pkp.tokenId, g.action.cid),
    await permitted(g).isPermittedAction(g.pkp.tokenId, "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"),
  ]),
  step("the action's scopes", [false, true, false], (g) =>
    scopesOf(g, 2, g.contracts.utils.getBytesFromMultihash(g.action.cid)),
  ),
  step("addPermittedAuthMethod: events", ["PermittedAuthMethodScopeAdded", "PermittedAuthMethodAdded"], async (g) => {
    const receipt = await g.contracts.addPermittedAuthMethod({
      pkpTokenId: g.pkp.tokenId,
      authMethodType: customMethod,
      authMethodId: "somebody",
      authMethodScopes: [personalSign],
    });
    return eventsOf(receipt, g.contracts.pkpPermissionsContract);
  }),
  step("getPermittedAuthMethods", [2, customMethod], async (g) => {
    const methods = await g.contracts.pkpPermissionsContract.read.getPermittedAuthMethods(g.pkp.tokenId);
    return methods.map((method) => method.authMethodType.toNumber());
  }),
  step("getPermittedAuthMethodScopes", [false, false, true], (g) => scopesOf(g, customMethod, toUtf8Bytes("somebody"))),
  step("isPermittedAuthMethod: it, and another", [true, false], async (g) => {
    const { read } = g.contracts.pkpPermissionsContract;
    const asked = (who) => read.isPermittedAuthMethod(g.pkp.tokenId, customMethod, toUtf8Bytes(who));
    return [await asked("somebody"), await asked("nobody")];
  }),
  step("getTokenIdsForAuthMethod", true, async (g) => {
    const { read } = g.contracts.pkpPermissionsContract;
    const tokens = await read.getTokenIdsForAuthMethod(customMethod, toUtf8Bytes("somebody"));
    return tokens.some((token) => token.eq(g.pkp.tokenId));
  }),
  step("addPermittedAddress: events", ["PermittedAuthMethodScopeAdded", "PermittedAuthMethodAdded"], (g) =>
    events(g, permit(g).addPermittedAddress(g.pkp.tokenId, g.friend.address)),
  ),
  step("getPermittedAddresses: the owner first", true, async (g) => {
    const addresses = await permitted(g).getPermittedAddresses(g.pkp.tokenId);
    return addresses.join() === [g.wallet.address, g.friend.address].join();
  }),
  step("isPermittedAddress: the owner, the address, another", [true, true, false], async (g) => {
    const decimal = ethers.BigNumber.from(g.pkp.tokenId).toString(); // the package reads no other form here
    const asked = (address) => permitted(g).isPermittedAddress(decimal, address);
    return [await asked(g.wallet.address), await asked(g.friend.address), await asked(g.pkp.ethAddress)];
  }),
  step("addPermittedAction: not by somebody else", "refused: Not PKP NFT owner", (g) =>
    g.friend.contracts.addPermittedAction({
      ipfsId: g.action.cid,
      pkpTokenId: g.pkp.tokenId,
      authMethodScopes: [signAnything],
    }),
  ),
];

/** After sessions were made: what was permitted is taken back, and the PKP given away. */
export const transferSteps = [
  step("revokePermittedAction: events", ["PermittedAuthMethodRemoved"], (g) =>
    events(g, permit(g).revokePermittedAction(g.pkp.tokenId, g.action.cid)),
  ),
  step("isPermittedAction: no more", [false, 0], async (g) => [
    await permitted(g).isPermittedAction(g.pkp.tokenId, g.action.cid),
    (await g.contracts.pkpPermissionsContract.read.getPermittedActions(g.pkp.tokenId)).length,
  ]),
  step("transfer: not by somebody else", "CALL_EXCEPTION", (g) => {
    const { read } = g.friend.contracts.pkpNftContract;
    const sent = [g.wallet.address, g.friend.address, g.pkp.tokenId, { from: g.friend.address }];
    return read.callStatic["safeTransferFrom(address,address,uint256)"](...sent).catch(({ code }) => code);
  }),
  step("transfer: events", ["Transfer"], (g) => {
    const { write } = g.contracts.pkpNftContract;
    const sent = write["safeTransferFrom(address,address,uint256)"](g.wallet.address, g.friend.address, g.pkp.tokenId);
    return events(g, sent);
  }),
  step("transfer: the new owner", [true, 0, true], async (g) => {
    const { read } = g.contracts.pkpNftContractUtils;
    const token = ethers.BigNumber.from(g.pkp.tokenId).toString();
    return [
      (await g.contracts.pkpNftContract.read.ownerOf(g.pkp.tokenId)) === g.friend.address,
      (await read.getTokensByAddress(g.wallet.address)).filter((one) => one === token).length,
      (await read.getTokensByAddress(g.friend.address)).includes(token),
    ];
  }),
  step("the old owner permits nothing", "refused: Not PKP NFT owner", (g) =>
    g.contracts.addPermittedAction({
      ipfsId: g.action.cid,
      pkpTokenId: g.pkp.tokenId,
      authMethodScopes: [signAnything],
    }),
  ),
  step("the new owner does", ["PermittedAuthMethodScopeAdded", "PermittedAuthMethodAdded"], (g) =>
    events(g, g.friend.contracts.pkpPermissionsContractUtils.write.addPermittedAction(g.pkp.tokenId, g.action.cid)),
  ),
];
