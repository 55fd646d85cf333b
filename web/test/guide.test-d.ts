/** The guide's code, as a dapp writes it, compiles against the published types. */
import {
  init,
  isLitError,
  LIT_ABILITY,
  LIT_NETWORK,
  LIT_RPC,
  LitAccessControlConditionResource,
  LitActionResource,
  LitNodeClient,
  LitNodeClientNodeJs,
  LitPKPResource,
  LitRLIResource,
  NodeError,
  type AuthSig,
  type SessionKeyPair,
  type SessionSigsMap,
} from "litsession";

declare const pkp: { publicKey: string; tokenId: string };
declare const capacityDelegationAuthSig: AuthSig;
declare const contractContext: { Staking: { address: string; abi: object[] }; PKPNFT: { address: string; abi: object[] } };

const client = new LitNodeClient({ litNetwork: LIT_NETWORK.DatilDev, debug: false });
await client.connect();

const litActionCode = btoa(`(async () => {
  LitActions.setResponse({ response: magicNumber >= 42 ? "true" : "false" });
})();`);

const sessionSigs: SessionSigsMap = await client.getLitActionSessionSigs({
  pkpPublicKey: pkp.publicKey,
  capabilityAuthSigs: [capacityDelegationAuthSig],
  chain: "ethereum",
  resourceAbilityRequests: [
    { resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning },
    { resource: new LitActionResource("*"), ability: LIT_ABILITY.LitActionExecution },
    { resource: new LitRLIResource("*"), ability: LIT_ABILITY.RateLimitIncreaseAuth },
    { resource: new LitAccessControlConditionResource("*"), ability: LIT_ABILITY.AccessControlConditionDecryption },
  ],
  litActionCode,
  jsParams: { magicNumber: 42 },
  expiration: new Date(Date.now() + 1000 * 60 * 60 * 24).toISOString(),
  domain: "dapp.example",
  authMethods: [{ authMethodType: 1, accessToken: "…" }],
});
for (const [url, { sig, derivedVia, signedMessage, address, algo }] of Object.entries(sessionSigs)) {
  console.log(url, sig, derivedVia, signedMessage, address, algo);
}

const key: SessionKeyPair = await client.getSessionKey();
await client.getLitActionSessionSigs(
  {
    pkpPublicKey: pkp.publicKey,
    resourceAbilityRequests: [],
    litActionIpfsId: "QmZdAipjUhGYGkV5TsDVRCE5UG8nJdM9X8z3gtbn7BkdAK",
    ipfsOptions: { overwriteCode: true, gatewayUrl: "https://gateway.example/ipfs/" },
    jsParams: {},
    sessionKey: key,
  },
  { signal: AbortSignal.timeout(5000) },
);

const local = new LitNodeClientNodeJs({
  litNetwork: "custom",
  rpcUrl: LIT_RPC.LOCAL_ANVIL,
  contractContext,
  storageProvider: { provider: localStorage },
  nodeProtocol: "http://",
  checkNodeAttestation: false,
  minNodeCount: 2,
  connectTimeout: 20000,
});
new LitNodeClient({ litNetwork: "custom", contractContext: { resolverAddress: "0x01", environment: 2 } });
new LitNodeClient({ litNetwork: "custom", contractContext, storage: new Map<string, string>() as never, now: () => 0 });
new LitNodeClient({
  litNetwork: "custom",
  contractContext,
  storage: { getItem: async () => null, setItem: async () => {}, removeItem: async () => {} },
});

const nodes: Set<string> = local.connectedNodes;
const networkKey: string | null = local.networkPubKey;
const hash: string = await local.getLatestBlockhash();
console.log(nodes, networkKey, hash, local.ready, local.storageKind, local.config.minNodeCount);
local.on("connected", (ready: true) => console.log(ready));
local.once("disconnected", (why) => console.log(why.reason === "error" ? why.error : "left"));
await local.disconnect();

try {
  await init({ wasm: new URL("https://cdn.example/lit.wasm") });
  await init({ wasm: fetch("https://cdn.example/lit.wasm") as never });
  await init({ wasm: await fetch("https://cdn.example/lit.wasm") });
} catch (error) {
  if (isLitError(error)) {
    const { reason, code, kind, details, info, retryable } = error;
    console.log(reason === "not_authorized", code, kind, details.failures?.[0]?.nodeCode, info.errorCode, retryable);
  }
  if (error instanceof NodeError) {
    console.log(error.shortMessage);
  }
}
