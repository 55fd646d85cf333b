// node main.mjs network.json
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { isLitError, LIT_ABILITY, LitNodeClient, LitPKPResource } from "litsession";

const { rpcUrl, contractContext, adminUrl, accounts } = JSON.parse(await readFile(process.argv[2], "utf8"));

// The dapp's own login: it knows who holds which token.
const users = new Map([["token-of-alice", "alice"]]);
const login = createServer(({ headers }, response) => {
  const user = users.get(headers.authorization?.slice("Bearer ".length));
  response.writeHead(user ? 200 : 401).end(user);
});
const port = Number(process.env.PORT ?? 3000);
await once(login.listen(port, "127.0.0.1"), "listening");

// Every node runs this and asks the login. Whom it asks, and who may pass, stand
// in the code, since the code's CID is what the PKP permits: jsParams are the
// word of whoever calls.
const litActionSource = `(async () => {
  const answer = await fetch("http://127.0.0.1:${port}/", {
    headers: { authorization: "Bearer " + token },
  });
  const user = answer.ok && (await answer.text());
  LitActions.setResponse({ response: String(user === "alice") });
})();`;

const client = new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext, storage: "memory" });
await client.connect();

// A new PKP that permits the action to sign session keys. On the local network
// the admin API does what a wallet and LitContracts do in a page.
const permit = [{ cid: await client.getIpfsId({ str: litActionSource }), scopes: [1] }];
const minted = await fetch(`${adminUrl}/pkps`, { method: "POST", body: JSON.stringify({ owner: accounts[0].address, permit }) });
const { publicKey } = await minted.json();

for (const token of ["token-of-alice", "guessed"]) {
  try {
    const sessionSigs = await client.getLitActionSessionSigs({
      pkpPublicKey: publicKey,
      litActionSource,
      jsParams: { token },
      resourceAbilityRequests: [{ resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning }],
    });
    console.log(`${token}: ${Object.keys(sessionSigs).length} session signatures`);
  } catch (error) {
    console.log(`${token}: ${isLitError(error) ? error.reason : error}`);
  }
}
await client.disconnect();
login.close();
