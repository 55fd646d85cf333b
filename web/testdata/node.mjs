// Prints session signatures from the network whose descriptor is the argument.
import { readFile } from "node:fs/promises";
import { LIT_ABILITY, LitActionResource, LitNodeClient, LitPKPResource } from "../dist/index.js";

const { rpcUrl, contractContext, pkp } = JSON.parse(await readFile(process.argv[2], "utf8"));
const client = new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext });
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
await client.disconnect();
console.log(JSON.stringify(sessionSigs));
