// Gets session signatures inside a module worker.
import { LIT_ABILITY, LitNodeClient, LitPKPResource } from "./litsession/index.js";

onmessage = async ({ data: { rpcUrl, contractContext, pkp } }) => {
  const client = new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext });
  await client.connect();
  const sessionSigs = await client.getLitActionSessionSigs({
    pkpPublicKey: pkp.publicKey,
    litActionIpfsId: pkp.permittedAction.cid,
    jsParams: { magicNumber: 42 },
    resourceAbilityRequests: [{ resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning }],
  });
  postMessage({ count: Object.keys(sessionSigs).length, storage: client.storageKind });
};
