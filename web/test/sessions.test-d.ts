/** The official guides' other ways to a session compile against our types, and mistakes do not. Checked by tsc, never run. */
import {
  AUTH_METHOD_TYPE,
  createSiweMessage,
  generateAuthSig,
  LitNodeClient,
  LitPKPResource,
  LIT_ABILITY,
  type AuthCallbackParams,
  type AuthSig,
  type CustomNetwork,
  type ProgressStep,
  type SessionSigsMap,
  type SignerLike,
} from "litsession";

declare const ethersWallet: SignerLike;
declare const walletAddress: string;
declare const pkpPublicKey: string;

const defaultAuthCallback = async ({ uri, nonce, expiration }: AuthCallbackParams): Promise<AuthSig> =>
  generateAuthSig({ signer: ethersWallet, toSign: `${uri} ${nonce} ${expiration}` });
const client = new LitNodeClient({
  litNetwork: "datil-dev",
  alertWhenUnauthorized: false,
  minNodeCount: 6,
  debug: true,
  logFormat: "text",
  serviceName: "dapp",
  defaultAuthCallback,
  epochInterval: 0,
});
const resourceAbilityRequests = [{ resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning }];

const byWallet: SessionSigsMap = await client.getSessionSigs({
  chain: "ethereum",
  expiration: new Date(Date.now() + 1000 * 60 * 60 * 24).toISOString(),
  resourceAbilityRequests,
  authNeededCallback: async ({ uri, expiration, resourceAbilityRequests, nonce }) => {
    const toSign = await createSiweMessage({
      uri,
      expiration,
      resources: resourceAbilityRequests,
      walletAddress,
      nonce,
      litNodeClient: client,
    });
    return await generateAuthSig({ signer: ethersWallet, toSign });
  },
});
await client.getSessionSigs({ resourceAbilityRequests });

const accessToken = JSON.stringify(Object.values(byWallet)[0]);
const authMethods = [{ authMethodType: AUTH_METHOD_TYPE.EthWallet, accessToken }];
const steps: ProgressStep[] = [];
await client.getPkpSessionSigs({ pkpPublicKey, authMethods, resourceAbilityRequests, onProgress: (step) => steps.push(step) });
await client.getPkpSessionSigs({ pkpPublicKey, authMethods, resourceAbilityRequests, litActionCode: "", jsParams: {} });

// What a dapp has read from somewhere: values of its own types, and what may be absent.
interface Login {
  token: string;
  deep?: { more: number };
}
declare const login: Login;
declare const litActionCode: string | undefined;
declare const litActionIpfsId: string | undefined;
await client.getLitActionSessionSigs({ pkpPublicKey, resourceAbilityRequests, litActionSource: "1", jsParams: login });
await client.getPkpSessionSigs({ pkpPublicKey, resourceAbilityRequests, litActionCode, jsParams: login });
await client.getPkpSessionSigs({ pkpPublicKey, resourceAbilityRequests, litActionIpfsId });
await client.getSessionSigs({ resourceAbilityRequests, litActionCode, jsParams: login });
await client.signSessionKey({ pkpPublicKey, authMethods, resourceAbilityRequests, litActionCode, authSig: Object.values(byWallet)[0] });
const network: CustomNetwork = { litNetwork: "custom", contractContext: { Staking: { address: "0x" } }, minNodeCount: 2 };
new LitNodeClient(network);

const { authSig, pkpPublicKey: signedFor } = await client.signSessionKey({
  pkpPublicKey,
  authMethods,
  sessionKey: client.getSessionKey(),
  statement: "Some custom statement.",
  expiration: LitNodeClient.getExpiration(),
  resources: [],
  chainId: 1,
  resourceAbilityRequests,
});
const sessionKeyUri = client.getSessionKeyUri(client.getSessionKey().publicKey);
const again: boolean = await client.checkNeedToResignSessionKey({ authSig, sessionKeyUri, resourceAbilityRequests });
const walletSig: AuthSig = await client.getWalletSig({ sessionKeyUri, nonce: signedFor, chain: "ethereum", expiration: client.getExpiration() });
const { iat, exp }: { iat: number; exp: number } = client.getJWTParams();
console.log(again, walletSig, iat, exp, client.clockSkew.toFixed());

// @ts-expect-error code and CID exclude each other here too
await client.getPkpSessionSigs({ pkpPublicKey, resourceAbilityRequests, litActionCode: "", litActionIpfsId: "" });
// @ts-expect-error a PKP session needs its PKP
await client.getPkpSessionSigs({ authMethods, resourceAbilityRequests });
// @ts-expect-error nodes sign for nothing less than requests
await client.signSessionKey({ pkpPublicKey, authMethods });
// @ts-expect-error a callback brings an AuthSig
await client.getSessionSigs({ resourceAbilityRequests, authNeededCallback: async () => "0x" });
