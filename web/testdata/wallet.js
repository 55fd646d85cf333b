// Runs in a page of wallet_page_test.go: signs in with the wallet of the page,
// makes a session, logs out.
(async () => {
  const { announcedWallets, checkAndSignAuthMessage, disconnectWeb3, LitNodeClient, LitPKPResource } = await import("./litsession/index.js");
  const { LitContracts } = await import("./litsession/contracts/index.js");
  const { rpcUrl, contractContext, pkp } = await (await fetch("descriptor.json")).json();
  localStorage.setItem("theirs", "x");

  const params = { chain: "ethereum", nonce: `0x${"1f".repeat(32)}` };
  const reason = (promise) => promise.then(() => "resolved", (error) => error.reason);
  const noWallet = await reason(checkAndSignAuthMessage(params));

  history.replaceState(null, "", "?token=secret#access_token=secret"); // is no part of what is signed

  const provider = { request: async (call) => (await fetch("wallet", { method: "POST", body: JSON.stringify(call) })).json() };
  const announcement = (name, provider) => ({ info: { uuid: crypto.randomUUID(), name, icon: "data:,", rdns: "example.wallet" }, provider });
  const announce = (detail) => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  const malformed = [null, "wallet", {}, announcement("x".repeat(1e6), provider), announcement("No provider", {}), { get info() { throw Error("info"); } }];
  addEventListener("eip6963:requestProvider", () => malformed.forEach(announce));
  const honest = announcement("Announced", provider);
  const late = checkAndSignAuthMessage({ ...params, storage: "memory" });
  setTimeout(() => addEventListener("eip6963:requestProvider", () => announce(honest)), 0);
  setTimeout(() => announce(honest), 0);
  const lateURI = (await late).signedMessage.match(/^URI: (.*)$/m)[1];
  const wallets = announcedWallets().map(({ info }) => info.name);

  const authSig = await checkAndSignAuthMessage(params);
  const again = await checkAndSignAuthMessage(params);

  const other = announcement("Other", { request: () => Promise.reject(new Error("asked")) });
  announce(other);
  const choose = await checkAndSignAuthMessage(params).catch(({ reason, details }) => ({ reason, ...details }));
  const contracts = new LitContracts({ network: "custom", customContext: contractContext, rpc: rpcUrl });
  const payer = await contracts.connect().catch(({ reason, details }) => ({ reason, ...details }));
  const infos = [honest, other].map(({ info: { name, rdns, uuid } }) => ({ name, rdns, uuid }));

  window.ethereum = { request: () => Promise.reject(Object.assign(new Error("no"), { code: 4001 })) }; // comes before those that announce themselves
  const refused = await reason(checkAndSignAuthMessage({ ...params, chain: "polygon" }));

  const client = new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext });
  await client.connect();
  await client.getLitActionSessionSigs({
    pkpPublicKey: pkp.publicKey,
    litActionIpfsId: pkp.permittedAction.cid,
    jsParams: { magicNumber: 42 },
    resourceAbilityRequests: [{ resource: new LitPKPResource("*"), ability: "pkp-signing" }],
  });
  const keyBefore = (await client.getSessionKey()).publicKey;
  const stored = Object.keys(localStorage);
  disconnectWeb3();
  const left = Object.keys(localStorage);
  const keyAfter = (await client.getSessionKey()).publicKey;
  await client.disconnect();
  return { wallets, noWallet, lateURI, choose, payer, infos, refused, authSig, again, stored, left, keyBefore, keyAfter };
})();
