// The guide's third part: sessions of a PKP that was minted a moment ago, and
// what they are good for. The functions are those of the side that walks,
// where it has them: ours neither runs actions nor signs.
import { ethers } from "ethers";
import { signer, toSign } from "../signing.mjs";
import { eventsOf, step } from "./steps.mjs";

const { computeAddress } = ethers.utils;

const ethWallet = 1;
const litAction = 2;
const signAnything = 1;

const base64 = (text) => btoa(text);

/** An action that nobody permits, and that says yes. */
const stranger = 'LitActions.setResponse({ response: "true" });';

const signingAction = `(async () => {
  await Lit.Actions.signEcdsa({ toSign, publicKey, sigName: "sig" });
  const permitted = await Lit.Actions.isPermittedAction({ tokenId, ipfsId: Lit.Auth.actionIpfsIdStack[0] });
  Lit.Actions.setResponse({ response: JSON.stringify({ permitted, resource: Lit.Auth.customAuthResource }) });
})();`;

/** The official client's function where ours has none. */
const able = (g, name) => (typeof g.side.client[name] === "function" ? g.side.client : g.official.client);

/** One side's session signatures for a PKP, on empty storage. */
async function sessionFor(g, publicKey, change = {}) {
  g.side.storage.clear();
  return g.side.client.getLitActionSessionSigs({
    pkpPublicKey: publicKey,
    litActionCode: base64(g.action.code),
    jsParams: { magicNumber: 42 },
    resourceAbilityRequests: g.side.requests,
    ...change,
  });
}

const signs = async (g, sessionSigs, publicKey) =>
  signer(await able(g, "pkpSign").pkpSign({ sessionSigs, toSign, pubKey: publicKey }));

/** An AuthSig of the wallet over a message with the given fields. */
async function walletSig(g, { uri, expiration, resourceAbilityRequests } = {}) {
  const { client, classes } = g.side;
  const message = await classes.createSiweMessage({
    walletAddress: g.wallet.address,
    nonce: await client.getLatestBlockhash(),
    litNodeClient: client,
    ...(uri && { uri, expiration, resources: resourceAbilityRequests }),
  });
  return classes.generateAuthSig({ signer: g.wallet, toSign: message });
}

/** A proof that the wallet is the caller's. */
const walletMethod = async (g) => ({ authMethodType: ethWallet, accessToken: JSON.stringify(await walletSig(g)) });

export const sessionSteps = [
  step("getLitActionSessionSigs of the new PKP, one per node", true, async (g) => {
    g.sessionSigs = await sessionFor(g, g.pkp.publicKey);
    return (
      Object.keys(g.sessionSigs).sort().join() ===
      g.descriptor.nodes
        .map(({ url }) => url)
        .sort()
        .join()
    );
  }),
  step("getLitActionSessionSigs: the action says no", "refused: NodeLitActionsSessionSigAuthenticationFailed", (g) =>
    sessionFor(g, g.pkp.publicKey, { jsParams: { magicNumber: 41 } }),
  ),
  step("pkpSign: the new PKP's signature", true, async (g) => {
    return (await signs(g, g.sessionSigs, g.pkp.publicKey)) === g.pkp.ethAddress;
  }),
  step("executeJs: the action signs, and reads the chain", [true, true, "true"], async (g) => {
    const { tokenId, publicKey, ethAddress } = g.pkp;
    const jsParams = { toSign, publicKey, tokenId };
    const sessionSigs = g.sessionSigs;
    const { signatures, response } = await able(g, "executeJs").executeJs({
      sessionSigs,
      code: signingAction,
      jsParams,
    });
    return [signer(signatures.sig) === ethAddress, response.permitted, String(response.resource)];
  }),
  step("executeJs: an action with ethers", true, async (g) => {
    const code = 'Lit.Actions.setResponse({ response: ethers.utils.computeAddress("0x" + publicKey) });';
    const asked = { sessionSigs: g.sessionSigs, code, jsParams: { publicKey: g.pkp.publicKey } };
    return (await able(g, "executeJs").executeJs(asked)).response === g.pkp.ethAddress;
  }),
  step("createCapacityDelegationAuthSig", ["lit:capability:delegation", true], async (g) => {
    const { capacityDelegationAuthSig } = await able(
      g,
      "createCapacityDelegationAuthSig",
    ).createCapacityDelegationAuthSig({
      uses: "5",
      dAppOwnerWallet: g.wallet,
      capacityTokenId: g.credit.capacityTokenIdStr,
      delegateeAddresses: [g.pkp.ethAddress],
    });
    g.delegation = capacityDelegationAuthSig;
    const { signedMessage, sig } = g.delegation;
    const [, uri] = /^URI: (.*)$/m.exec(signedMessage);
    return [uri, ethers.utils.verifyMessage(signedMessage, sig) === g.wallet.address];
  }),
  step("a session that carries the delegation", true, async (g) => {
    const sessionSigs = await sessionFor(g, g.pkp.publicKey, { capacityDelegationAuthSig: g.delegation });
    return (await signs(g, sessionSigs, g.pkp.publicKey)) === g.pkp.ethAddress;
  }),
];

export const revokedSteps = [
  step("no session after the action was revoked", "refused: NodeAuthSigScopeTooLimited", (g) =>
    sessionFor(g, g.pkp.publicKey),
  ),
  step("pkpSign with a session from before is refused", "refused: NodeAuthSigScopeTooLimited", (g) =>
    signs(g, g.sessionSigs, g.pkp.publicKey),
  ),
];

export const helperSteps = [
  step(
    "mintNextAndAddAuthMethods: events",
    [
      "PubkeyRoutingDataSet",
      "Transfer",
      "PKPMinted",
      "PermittedAuthMethodScopeAdded",
      "PermittedAuthMethodAdded",
      "Transfer",
    ],
    async (g) => {
      const { pkpHelperContractUtil, pubkeyRouterContract, pkpNftContract, pkpPermissionsContract, utils } =
        g.contracts;
      const sent = await pkpHelperContractUtil.write.mintNextAndAddAuthMethods({
        keyType: 2,
        permittedAuthMethodTypes: [litAction],
        permittedAuthMethodIds: [utils.getBytesFromMultihash(g.action.cid)],
        permittedAuthMethodPubkeys: ["0x"],
        permittedAuthMethodScopes: [[signAnything]],
        addPkpEthAddressAsPermittedAddress: false,
        sendPkpToItself: false,
      });
      const receipt = await sent.wait();
      g.helped = receipt.logs[0].topics[1];
      return eventsOf(receipt, pubkeyRouterContract, pkpNftContract, pkpPermissionsContract);
    },
  ),
  step("mintNextAndAddAuthMethods: the caller owns the PKP", true, async (g) => {
    return (await g.contracts.pkpNftContract.read.ownerOf(g.helped)) === g.wallet.address;
  }),
  step("a session of that PKP signs", true, async (g) => {
    const publicKey = await g.contracts.pkpNftContract.read.getPubkey(g.helped);
    const sessionSigs = await sessionFor(g, publicKey);
    return (await signs(g, sessionSigs, publicKey)) === computeAddress(publicKey);
  }),
  step("mintWithAuth: a PKP that owns itself", [true, 2, true], async (g) => {
    g.method = await walletMethod(g);
    const { pkp } = await g.contracts.mintWithAuth({ authMethod: g.method, scopes: [signAnything] });
    g.own = pkp;
    const { pkpNftContract, pkpPermissionsContract } = g.contracts;
    const methods = await pkpPermissionsContract.read.getPermittedAuthMethods(pkp.tokenId);
    const owner = await pkpNftContract.read.ownerOf(pkp.tokenId);
    const permitted = await pkpPermissionsContract.read.isPermittedAddress(pkp.tokenId, pkp.ethAddress);
    return [owner === pkp.ethAddress, methods.length, permitted];
  }),
  step("a wallet's proof opens it, whatever the action", true, async (g) => {
    const change = { litActionCode: base64(stranger), authMethods: [g.method] };
    const sessionSigs = await sessionFor(g, g.own.publicKey, change);
    return (await signs(g, sessionSigs, g.own.publicKey)) === g.own.ethAddress;
  }),
  step("getPkpSessionSigs: the wallet's proof alone", true, async (g) => {
    g.side.storage.clear();
    const sessionSigs = await able(g, "getPkpSessionSigs").getPkpSessionSigs({
      pkpPublicKey: g.own.publicKey,
      authMethods: [g.method],
      resourceAbilityRequests: g.side.requests,
    });
    return (await signs(g, sessionSigs, g.own.publicKey)) === g.own.ethAddress;
  }),
  step("getSessionSigs: the owner's wallet signs for the session", true, async (g) => {
    g.side.storage.clear();
    const sessionSigs = await able(g, "getSessionSigs").getSessionSigs({
      chain: "ethereum",
      resourceAbilityRequests: g.side.requests,
      authNeededCallback: (asked) => walletSig(g, asked),
    });
    const publicKey = await g.contracts.pkpNftContract.read.getPubkey(g.helped);
    return (await signs(g, sessionSigs, publicKey)) === computeAddress(publicKey);
  }),
  step("without the proof it stays shut", "refused: NodeAuthSigScopeTooLimited", (g) =>
    sessionFor(g, g.own.publicKey, { litActionCode: base64(stranger) }),
  ),
  step("mintWithAuth: scopes are required", true, async (g) => {
    const refusal = await g.contracts.mintWithAuth({ authMethod: g.method, scopes: [] }).catch(({ name }) => name);
    return refusal === "InvalidArgumentException";
  }),
];
