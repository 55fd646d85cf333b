// node main.mjs network.json
import { readFile } from "node:fs/promises";
import { LIT_ABILITY, LitActionResource, LitNodeClient, LitPKPResource } from "litsession";

const { rpcUrl, contractContext, pkp } = JSON.parse(await readFile(process.argv[2], "utf8"));
const client = new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext });
await client.connect();
const sessionSigs = await client.getLitActionSessionSigs({
  pkpPublicKey: pkp.publicKey,
  litActionSource: pkp.permittedAction.code, // answers "true" when magicNumber >= 42
  jsParams: { magicNumber: 42 },
  resourceAbilityRequests: [
    { resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning },
    { resource: new LitActionResource("*"), ability: LIT_ABILITY.LitActionExecution },
  ],
});
console.log(JSON.stringify(sessionSigs, null, 2));
await client.disconnect();
