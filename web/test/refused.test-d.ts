/** Mistakes that must not compile. */
import {
  createSiweMessage,
  createSiweMessageWithCapacityDelegation,
  generateAuthSig,
  isLitError,
  LIT_ABILITY,
  LitNetwork,
  LitNodeClient,
  LitPKPResource,
  newSessionCapabilityObject,
  type Signer,
} from "litsession";

declare const signer: Signer;

declare const client: LitNodeClient;
const common = {
  pkpPublicKey: "0x04",
  jsParams: {},
  resourceAbilityRequests: [{ resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning }],
};

client.getLitActionSessionSigs({ ...common, litActionSource: "1" });

// @ts-expect-error: both
client.getLitActionSessionSigs({ ...common, litActionCode: "AA==", litActionIpfsId: "Qm" });
// @ts-expect-error: both
client.getLitActionSessionSigs({ ...common, litActionCode: "AA==", litActionSource: "1" });
// @ts-expect-error: neither
client.getLitActionSessionSigs(common);
// @ts-expect-error: no jsParams
client.getLitActionSessionSigs({ ...common, jsParams: undefined, litActionCode: "AA==" });
// @ts-expect-error: no PKP
client.getLitActionSessionSigs({ ...common, pkpPublicKey: undefined, litActionCode: "AA==" });
// @ts-expect-error: an ability that does not exist
client.getLitActionSessionSigs({ ...common, litActionCode: "AA==", resourceAbilityRequests: [{ resource: new LitPKPResource("*"), ability: "signing" }] });
// @ts-expect-error: a resource that is a string
client.getLitActionSessionSigs({ ...common, litActionCode: "AA==", resourceAbilityRequests: [{ resource: "*", ability: LIT_ABILITY.PKPSigning }] });
// @ts-expect-error: a gateway that does not end in /ipfs/
client.getLitActionSessionSigs({ ...common, litActionIpfsId: "Qm", ipfsOptions: { gatewayUrl: "https://gateway.example" } });

// @ts-expect-error: no configuration
new LitNodeClient();
// @ts-expect-error: an unknown network
new LitNodeClient({ litNetwork: "cayenne" });
// @ts-expect-error: an unknown storage
new LitNodeClient({ litNetwork: "custom", storage: "disk" });
// @ts-expect-error: a context without Staking
new LitNodeClient({ litNetwork: "custom", contractContext: { PKPNFT: { address: "0x" } } });

declare const error: unknown;
if (isLitError(error)) {
  // @ts-expect-error: a reason that does not exist
  console.log(error.reason === "not_autorized");
}
// @ts-expect-error: an event that does not exist
client.on("conected", () => {});

// @ts-expect-error: a network of before Datil
LitNetwork.Cayenne;
// @ts-expect-error: nobody to sign
client.createCapacityDelegationAuthSig({ uses: "1" });
// @ts-expect-error: a number of uses; the official SDK takes text
client.createCapacityDelegationAuthSig({ dAppOwnerWallet: signer, uses: 1 });
// @ts-expect-error: a signer that cannot sign
generateAuthSig({ signer: { getAddress: async () => "0x" }, toSign: "" });
// @ts-expect-error: no nonce
createSiweMessage({ walletAddress: "0x" });
// @ts-expect-error: another URI than that of delegations
createSiweMessageWithCapacityDelegation({ walletAddress: "0x", nonce: "", uri: "a:b", litNodeClient: client });
// @ts-expect-error: an ability that does not exist
newSessionCapabilityObject().addCapabilityForResource(new LitPKPResource("*"), "signing");
