// The official guide to getLitActionSessionSigs as a dapp has it that is
// written for the official SDK, from the user's wallet to the session
// signatures; changes.mjs says which lines a port changes.
import { LIT_ABILITY, LIT_NETWORK, LIT_RPC } from "@lit-protocol/constants";
import { LitActionResource, LitPKPResource } from "@lit-protocol/auth-helpers";
import { LitContracts } from "@lit-protocol/contracts-sdk";
import { disconnectWeb3, LitNodeClient } from "@lit-protocol/lit-node-client";
import { ethers } from "ethers";
import Hash from "ipfs-only-hash";

const ETHEREUM_PRIVATE_KEY = process.env.ETHEREUM_PRIVATE_KEY;

const litActionCode = `(async () => {
  const permitted = magicNumber >= 42;
  LitActions.setResponse({ response: permitted ? "true" : "false" });
})();`;

export async function authorize() {
  let litNodeClient;
  try {
    const provider = new ethers.providers.JsonRpcProvider(LIT_RPC.CHRONICLE_YELLOWSTONE);
    const ethersSigner = new ethers.Wallet(ETHEREUM_PRIVATE_KEY, provider);

    litNodeClient = new LitNodeClient({
      litNetwork: LIT_NETWORK.DatilTest,
      debug: false,
    });
    await litNodeClient.connect();

    const litContracts = new LitContracts({
      signer: ethersSigner,
      network: LIT_NETWORK.DatilTest,
      debug: false,
    });
    await litContracts.connect();

    const { pkp } = await litContracts.pkpNftContractUtils.write.mint();
    const { capacityTokenIdStr } = await litContracts.mintCapacityCreditsNFT({
      requestsPerKilosecond: 10,
      daysUntilUTCMidnightExpiration: 1,
    });
    await litContracts.addPermittedAction({
      ipfsId: await Hash.of(litActionCode),
      pkpTokenId: pkp.tokenId,
      authMethodScopes: [1],
    });

    const { capacityDelegationAuthSig } = await litNodeClient.createCapacityDelegationAuthSig({
      dAppOwnerWallet: ethersSigner,
      capacityTokenId: capacityTokenIdStr,
      delegateeAddresses: [pkp.ethAddress],
      uses: "4",
    });

    const sessionSigs = await litNodeClient.getLitActionSessionSigs({
      pkpPublicKey: pkp.publicKey,
      capabilityAuthSigs: [capacityDelegationAuthSig],
      chain: "ethereum",
      resourceAbilityRequests: [
        { resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning },
        { resource: new LitActionResource("*"), ability: LIT_ABILITY.LitActionExecution },
      ],
      litActionCode: Buffer.from(litActionCode).toString("base64"),
      jsParams: {
        magicNumber: 42,
      },
    });

    disconnectWeb3();
    return { pkp, capacityTokenIdStr, sessionSigs };
  } finally {
    litNodeClient?.disconnect();
  }
}
