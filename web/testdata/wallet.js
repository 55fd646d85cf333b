// Runs in a page of wallet_page_test.go: signs in with the wallet of the page,
// makes a session, logs out.
(async () => {
  const { announcedWallets, checkAndSignAuthMessage, disconnectWeb3, LitNodeClient, LitPKPResource } = await import("./litsession/index.js");
  const { rpcUrl, contractContext, pkp } = await (await fetch("descriptor.json")).json();
  localStorage.setItem("theirs", "x");

  const params = { chain: "ethereum", nonce: `0x${"1f".repeat(32)}` };
  const reason = (promise) => promise.then(() => "resolved", (error) => error.reason);
  const noWallet = await reason(checkAndSignAuthMessage(params));

  const provider = { request: async (call) => (await fetch("wallet", { method: "POST", body: JSON.stringify(call) })).json() };
  const detail = { info: { uuid: crypto.randomUUID(), name: "Announced", icon: "data:,", rdns: "example.wallet" }, provider };
  addEventListener("eip6963:requestProvider", () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail })));
  const wallets = announcedWallets().map(({ info }) => info.name);

  const authSig = await checkAndSignAuthMessage(params);
  const again = await checkAndSignAuthMessage(params);

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
  return { wallets, noWallet, refused, authSig, again, stored, left, keyBefore, keyAfter };
})();
