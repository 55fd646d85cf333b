/** The guide's code around session signatures compiles against the published types, in both spellings. */
import {
  addRecapToSiweMessage,
  AUTH_METHOD_SCOPE,
  AUTH_METHOD_TYPE,
  AuthMethodScope,
  AuthMethodType,
  checkAndSignAuthMessage,
  createCapacityCreditsResourceData,
  createSiweMessage,
  createSiweMessageWithCapacityDelegation,
  createSiweMessageWithRecaps,
  decode,
  disconnectWeb3,
  extract,
  formatSessionSigs,
  generateAuthSig,
  generateSessionKeyPair,
  getSessionSigByUrl,
  LIT_ABILITY,
  LIT_NETWORK,
  LIT_RPC,
  LitAbility,
  LitActionResource,
  LitNetwork,
  LitNodeClient,
  LitPKPResource,
  LitResourcePrefix,
  newSessionCapabilityObject,
  RecapSessionCapabilityObject,
  ResourceAbilityRequestBuilder,
  SiweMessage,
  validateSessionSig,
  validateSessionSigs,
  type AuthSig,
  type EIP1193Provider,
  type ISessionCapabilityObject,
  type LIT_ABILITY_VALUES,
  type LIT_NETWORK_VALUES,
  type LitResourceAbilityRequest,
  type SessionKeyPair,
  type SessionSigsMap,
} from "litsession";

// Shapes of what dapps sign with; web/difftest compiles the libraries' own types.
declare const ethersWallet: { getAddress(): Promise<string>; signMessage(message: string | Uint8Array): Promise<string>; connect(p: unknown): unknown };
declare const provider: EIP1193Provider;

// v7
const network: LIT_NETWORK_VALUES = LIT_NETWORK.DatilDev;
const ability: LIT_ABILITY_VALUES = LIT_ABILITY.PKPSigning;
// v6
const olderNetwork: LitNetwork = LitNetwork.Datil;
const olderAbility: LitAbility = LitAbility.LitActionExecution;
const prefix: LitResourcePrefix = LitResourcePrefix.PKP;
console.log(LIT_RPC.CHRONICLE_YELLOWSTONE, AUTH_METHOD_TYPE.EthWallet, AuthMethodType.LitAction, AUTH_METHOD_SCOPE.SignAnything, AuthMethodScope.PersonalSign, prefix);
new LitNodeClient({ litNetwork: LitNetwork.Custom, contractContext: { resolverAddress: "0x01", environment: 0 } });
const client = new LitNodeClient({ litNetwork: olderNetwork });
new LitNodeClient({ litNetwork: network });

const requests: LitResourceAbilityRequest[] = [
  { resource: new LitPKPResource("*"), ability },
  { resource: new LitActionResource("*"), ability: olderAbility },
  ...new ResourceAbilityRequestBuilder().addPKPSigningRequest("*").addRateLimitIncreaseAuthRequest("1").build(),
];

const { capacityDelegationAuthSig } = await client.createCapacityDelegationAuthSig({
  uses: "1",
  dAppOwnerWallet: ethersWallet,
  capacityTokenId: "12345",
  delegateeAddresses: ["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"],
});
await client.createCapacityDelegationAuthSig({ dAppOwnerWallet: provider, domain: "a.b", expiration: "2030-01-01T00:00:00Z", statement: "Hi." });

const toSign: string = await createSiweMessage({
  walletAddress: await ethersWallet.getAddress(),
  nonce: await client.getLatestBlockhash(),
  litNodeClient: client,
  resources: requests,
  uri: "lit:session:00",
  expiration: "2030-01-01T00:00:00Z",
});
await createSiweMessageWithRecaps({ walletAddress: "0x", nonce: "", uri: "a:b", expiration: "", resources: requests, litNodeClient: client });
await createSiweMessageWithCapacityDelegation({ walletAddress: "0x", nonce: "", uri: "lit:capability:delegation", litNodeClient: client, uses: "1" });
const authSig: AuthSig = await generateAuthSig({ signer: ethersWallet, toSign, address: "0x", algo: "ed25519" });
await generateAuthSig({ signer: provider, toSign });

const capability: ISessionCapabilityObject = newSessionCapabilityObject({ "a:": { "N/A": [{}] } }, []);
capability.addAttenuation("a:", "N", "A", { restriction: ["x"] });
capability.addCapabilityForResource(new LitPKPResource("*"), LIT_ABILITY.PKPSigning, { any: "data" });
capability.addAllCapabilitiesForResource(new LitActionResource("*"));
const granted: boolean = capability.verifyCapabilitiesForResource(new LitPKPResource("*"), ability);
const recap: RecapSessionCapabilityObject = RecapSessionCapabilityObject.decode(capability.encodeAsSiweResource());
const message: SiweMessage = capability.addToSiweMessage(new SiweMessage(toSign));
console.log(granted, recap.statement, decode("").proofs, extract(message).attenuations["a:"]?.["N/A"]?.[0], message.prepareMessage());
await addRecapToSiweMessage({ siweMessage: message, resources: requests, litNodeClient: client });
const statement: string | undefined = (await addRecapToSiweMessage({ siweMessage: message, resources: requests, litNodeClient: client })).statement;
await LitNodeClient.generateSessionCapabilityObjectWithWildcards([new LitPKPResource("*")], true);
await client.generateSessionCapabilityObjectWithWildcards([new LitPKPResource("*")]);
createCapacityCreditsResourceData({ uses: "1" }).delegate_to?.[0]?.slice(2);

const key: SessionKeyPair = generateSessionKeyPair();
const sessionSigs: SessionSigsMap = await client.getLitActionSessionSigs({
  pkpPublicKey: "0x04",
  capabilityAuthSigs: [capacityDelegationAuthSig, authSig],
  resourceAbilityRequests: requests,
  sessionCapabilityObject: capability,
  sessionKey: key,
  litActionCode: btoa("1"),
  jsParams: {},
});
const { isValid, errors }: { isValid: boolean; errors: string[] } = validateSessionSigs(sessionSigs);
const one: AuthSig = getSessionSigByUrl({ sessionSigs, url: "http://127.0.0.1:7470" });
console.log(isValid, errors, validateSessionSig(one).isValid, client.getSessionSigByUrl({ sessionSigs, url: "" }).sig, statement);
const text: string = formatSessionSigs(JSON.stringify(sessionSigs), new Date());
console.log(text);

await checkAndSignAuthMessage({ chain: "ethereum", nonce: "", walletConnectProjectId: "" });
await checkAndSignAuthMessage({ chain: "yellowstone", nonce: "", switchChain: true, resources: ["a:b"], provider, storage: localStorage });
await client.getSessionSigs({ chain: "ethereum", resourceAbilityRequests: requests, authNeededCallback: checkAndSignAuthMessage });
new LitNodeClient({ litNetwork: network, defaultAuthCallback: checkAndSignAuthMessage });
const nothing: void = disconnectWeb3();
document.addEventListener("click", disconnectWeb3 as () => void);
console.log(nothing);
