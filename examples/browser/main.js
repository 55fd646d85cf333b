import { isLitError, LIT_ABILITY, LitActionResource, LitNodeClient, LitPKPResource } from "./litsession/index.js";

const out = document.getElementById("out");
let client; // one for all clicks

document.getElementById("sign").addEventListener("click", async () => {
  try {
    const { rpcUrl, contractContext, pkp } = await (await fetch("descriptor.json")).json();
    client ??= new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext });
    await client.connect();
    const sessionSigs = await client.getLitActionSessionSigs({
      pkpPublicKey: pkp.publicKey,
      litActionIpfsId: pkp.permittedAction.cid,
      jsParams: { magicNumber: 42 },
      resourceAbilityRequests: [
        { resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning },
        { resource: new LitActionResource("*"), ability: LIT_ABILITY.LitActionExecution },
      ],
    });
    out.textContent = JSON.stringify(sessionSigs, null, 2);
  } catch (error) {
    out.textContent = isLitError(error) ? `${error.reason}: ${error.message}` : String(error);
  }
});
