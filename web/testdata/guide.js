// The guide, first line to last, in a page whose user has a wallet: it runs in the page and returns what it saw.
(async () => {
  const { LitNodeClient, LitActionResource, LitPKPResource } = await import("./litsession/index.js");
  const { LitContracts } = await import("./litsession/contracts/index.js");
  const { rpcUrl, contractContext } = await (await fetch("descriptor.json")).json();

  // The wallet that the browser's extension injects. Its key is elsewhere.
  const asked = [];
  const wallet = {
    async request({ method, params = [] }) {
      asked.push(method);
      const { result, error } = await (await fetch("wallet", { method: "POST", body: JSON.stringify({ method, params }) })).json();
      if (error) {
        throw Object.assign(new Error(error.message), { code: error.code });
      }
      return result;
    },
  };
  const noWallet = await new LitContracts({ network: "custom", customContext: contractContext, rpc: rpcUrl })
    .connect()
    .then(() => "connected", (error) => `${error.name} ${error.reason}`);
  const detail = { info: { uuid: "350670db-19fa-4704-a166-e52e178b59d2", name: "Announced", icon: "", rdns: "wallet.test" }, provider: wallet };
  const announce = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", announce);
  await new LitContracts({ network: "custom", customContext: contractContext, rpc: rpcUrl }).connect();
  const announced = asked.splice(0).includes("eth_requestAccounts");
  window.removeEventListener("eip6963:requestProvider", announce);
  window.ethereum = wallet;

  // Mint a PKP, buy capacity credits.
  const contracts = new LitContracts({ network: "custom", customContext: contractContext, rpc: rpcUrl });
  await contracts.connect();
  const { pkp } = await contracts.pkpNftContractUtils.write.mint();
  const { capacityTokenIdStr } = await contracts.mintCapacityCreditsNFT({ requestsPerKilosecond: 100, daysUntilUTCMidnightExpiration: 2 });

  // Let the PKP spend them.
  const client = new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext, storage: "memory" });
  await client.connect();
  const { capacityDelegationAuthSig } = await client.createCapacityDelegationAuthSig({
    dAppOwnerWallet: wallet,
    capacityTokenId: capacityTokenIdStr,
    delegateeAddresses: [pkp.ethAddress],
    uses: "20",
  });

  // Permit an action, and have it authorize a session.
  const litActionSource = `Lit.Actions.setResponse({ response: magicNumber >= 42 ? "true" : "false" });`;
  const ipfsId = await client.getIpfsId({ str: litActionSource });
  const session = (more) =>
    client.getLitActionSessionSigs({
      pkpPublicKey: pkp.publicKey,
      litActionSource,
      jsParams: { magicNumber: 42 },
      resourceAbilityRequests: [
        { resource: new LitPKPResource("*"), ability: "pkp-signing" },
        { resource: new LitActionResource("*"), ability: "lit-action-execution" },
      ],
      ...more,
    });
  const notPermitted = await session({}).then(() => "it was signed", (error) => error.reason);
  await contracts.addPermittedAction({ ipfsId, pkpTokenId: pkp.tokenId, authMethodScopes: [1] });
  const sessionSigs = await session({ capabilityAuthSigs: [capacityDelegationAuthSig] });
  const unpaid = await session({});

  // What nodes say to a request with them.
  const code = btoa(`Lit.Actions.setResponse({ response: "hello" })`);
  const execute = async (sigs) =>
    Promise.all(
      Object.entries(sigs).map(async ([url, authSig]) => {
        const body = JSON.stringify({ authSig, code });
        const answer = await fetch(`${url}/web/execute/v1`, { method: "POST", headers: { "content-type": "application/json" }, body });
        const { response, errorCode } = await answer.json();
        return `${answer.status} ${response ?? errorCode}`;
      }),
    );
  return { noWallet, announced, pkp, capacityTokenIdStr, notPermitted, accepted: await execute(sessionSigs), refused: await execute(unpaid), asked };
})();
