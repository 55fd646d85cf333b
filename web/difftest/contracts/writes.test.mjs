// LitContracts on the local network with the wallets that users have. What is on chain afterwards is read by the
// official package.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ethers } from "ethers";
import * as ethers6 from "ethers6";
import * as viem from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { LitContracts } from "../../dist/contracts/index.js";
import { account, accounts, assertFailure, chainId, cid, contractContext, contractsWith, customContext, official, passthrough, pkp, pkpsOf, provider, rejection, rpcUrl } from "./setup.mjs";
import { Wallet } from "./wallet.mjs";

const chain = viem.defineChain({
  id: chainId,
  name: "local",
  nativeCurrency: { name: "local", symbol: "L", decimals: 18 },
  rpcUrls: { default: { http: [rpcUrl] } },
});

/** Signers that make the transaction themselves. */
const libraries = {
  "an ethers 5 wallet": (key) => new ethers.Wallet(key, provider),
  "an ethers 6 wallet": (key) => new ethers6.Wallet(key, new ethers6.JsonRpcProvider(rpcUrl, chainId, { staticNetwork: true })),
  "an ethers 6 wallet without provider": (key) => new ethers6.Wallet(key),
  "a viem wallet client": (key) => viem.createWalletClient({ account: privateKeyToAccount(key), chain, transport: viem.http(rpcUrl) }),
  "a viem account": (key) => privateKeyToAccount(key),
};

describe("each kind of signer mints, buys and permits", () => {
  const signers = {
    ...libraries,
    "an EIP-1193 wallet": (key) => new Wallet(key, rpcUrl, chainId),
    "an ethers 5 wallet without provider": (key) => new ethers.Wallet(key),
    "an ethers 5 signer of a browser wallet": (key) =>
      new ethers.providers.Web3Provider(passthrough(new Wallet(key, rpcUrl, chainId)), chainId).getSigner(),
    "a viem client of a browser wallet": (key) => {
      const wallet = passthrough(new Wallet(key, rpcUrl, chainId));
      return viem.createWalletClient({ chain, transport: viem.custom(wallet) });
    },
  };
  for (const [name, make] of Object.entries(signers)) {
    test(name, async () => {
      const { address, privateKey } = await account();
      const signer = make(privateKey);
      const contracts = await contractsWith(signer, { chainId });
      const minted = await contracts.pkpNftContractUtils.write.mint();
      assert.deepEqual(await pkpsOf(address), [BigInt(minted.pkp.tokenId).toString()]);
      assert.equal(ethers.utils.computeAddress(`0x${minted.pkp.publicKey}`), minted.pkp.ethAddress);

      const { capacityTokenIdStr } = await contracts.mintCapacityCreditsNFT({ requestsPerKilosecond: 10, daysUntilUTCMidnightExpiration: 2 });
      const [token] = await official.rateLimitNftContractUtils.read.getTokensByOwnerAddress(address);
      assert.deepEqual([String(token.tokenId), token.capacity.requestsPerMillisecond], [capacityTokenIdStr, 10]);

      await contracts.addPermittedAction({ ipfsId: cid, pkpTokenId: minted.pkp.tokenId, authMethodScopes: [1] });
      assert.ok(await official.pkpPermissionsContractUtils.read.isPermittedAction(minted.pkp.tokenId, cid));
      await (await contracts.pkpPermissionsContractUtils.write.revokePermittedAction(minted.pkp.tokenId, cid)).wait();
      assert.ok(!(await official.pkpPermissionsContractUtils.read.isPermittedAction(minted.pkp.tokenId, cid)));
      signer.provider?.destroy?.(); // of ethers 6
    });
  }
});

describe("fees without EIP-1559", () => {
  for (const [name, make] of Object.entries(libraries)) {
    test(name, async () => {
      const { address, privateKey } = await account();
      const signer = make(privateKey);
      const contracts = await contractsWith(signer, { chainId });
      const { tx } = await contracts.pkpNftContractUtils.write.mint({ gasPrice: 3_000_000_000n });
      const sent = await provider.getTransaction(tx.hash);
      assert.deepEqual([sent.type, String(sent.gasPrice), sent.from], [0, "3000000000", address]);
      assert.equal((await pkpsOf(address)).length, 1);
      signer.provider?.destroy?.(); // of ethers 6
    });
  }
});

test("a resolver knows where the contracts are", async () => {
  const staking = new ethers.Contract(contractContext.Staking.address, ["function contractResolver() view returns (address)"], provider);
  const { address, privateKey } = await account();
  const resolved = await contractsWith(new Wallet(privateKey, rpcUrl, chainId), {
    customContext: { resolverAddress: await staking.contractResolver(), environment: 0 },
  });
  assert.equal(resolved.pkpNftContract.address, ethers.utils.getAddress(contractContext.PKPNFT.address));
  await resolved.pkpNftContractUtils.write.mint();
  assert.equal((await pkpsOf(address)).length, 1);
  const nobody = contractsWith(new Wallet(privateKey, rpcUrl, chainId), { customContext: { resolverAddress: address, environment: 0 } });
  assertFailure(await rejection(nobody), "NetworkError", "chain_unreachable");
});

test("a key that no event tells is read until it is there", async () => {
  const { privateKey } = await account();
  const { PubkeyRouter, ...others } = customContext();
  let early = 3;
  const request = async ({ method, params }) => {
    const isKey = method === "eth_call" && params[0].data.startsWith(ethers.utils.id("getPubkey(uint256)").slice(0, 10));
    return isKey && early-- > 0 ? ethers.utils.defaultAbiCoder.encode(["bytes"], ["0x"]) : provider.send(method, params);
  };
  const wallet = new Wallet(privateKey, rpcUrl, chainId);
  const contracts = await contractsWith(wallet, { customContext: others, rpc: undefined, provider: { request }, timing: { poll: 20 } });
  const { pkp: minted } = await contracts.pkpNftContractUtils.write.mint();
  assert.equal(early, -1);
  assert.equal(ethers.utils.computeAddress(`0x${minted.publicKey}`), minted.ethAddress);
});

test("raw keys are refused, and not repeated", () => {
  const privateKey = ethers.Wallet.createRandom().privateKey;
  for (const options of [{ privateKey }, { randomPrivatekey: true }, { options: { storeOrUseStorageKey: true } }]) {
    assert.throws(
      () => new LitContracts(options),
      (error) => error.reason === "invalid_param" && /Pass signer/.test(error.message) && !JSON.stringify(error).includes(privateKey),
    );
  }
});

test("calls before connect are the official InitError", async () => {
  const contracts = new LitContracts({ network: "custom", customContext: customContext(), rpc: rpcUrl });
  for (const call of [
    () => contracts.pkpNftContractUtils.write.mint(),
    () => contracts.pkpNftContractUtils.read.getTokensByAddress(accounts[0].address),
    () => contracts.mintCapacityCreditsNFT({ requestsPerDay: 1000, daysUntilUTCMidnightExpiration: 1 }),
    () => contracts.pkpPermissionsContractUtils.read.getPermittedActions("1"),
  ]) {
    const error = await rejection(call());
    assertFailure(error, "InitError", "not_ready");
    assert.equal(error.message, "Contracts are not connected. Please call connect() first");
  }
  await contracts.connect(); // outside of pages: reads only
  assert.ok((await contracts.pkpNftContractUtils.read.getTokensByAddress(accounts[0].address)).length > 0);
  assertFailure(await rejection(contracts.pkpNftContractUtils.write.mint()), "InitError", "no_wallet");
});

describe("the wallet's chain", () => {
  test("a wallet that knows it switches", async () => {
    const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId, { on: 1, knows: [1, chainId] });
    await contractsWith(wallet);
    assert.deepEqual([wallet.chainId, wallet.calls.wallet_addEthereumChain], [chainId, undefined]);
  });
  test("a wallet on another chain is no node: what is asked without rpc is the network's", async () => {
    const asked = [];
    const { fetch } = globalThis;
    globalThis.fetch = (url, init) => {
      asked.push(String(url));
      return String(url).startsWith("http") && !String(url).includes("lit.wasm") ? fetch(rpcUrl, init) : fetch(url, init);
    };
    try {
      for (const [network, node] of [["custom", "http://127.0.0.1:8545"], ["datil-dev", "https://yellowstone-rpc.litprotocol.com"]]) {
        asked.length = 0;
        const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId, { on: 1, knows: [1, chainId] });
        const contracts = new LitContracts({ network, customContext: customContext(), signer: passthrough(wallet) });
        await contracts.connect();
        assert.equal(wallet.chainId, chainId);
        await contracts.pkpNftContractUtils.write.mint();
        assert.equal((await pkpsOf(wallet.address)).length, 1);
        assert.ok(asked.length > 5 && asked.every((url) => url.startsWith(node)), String(asked));
      }
    } finally {
      globalThis.fetch = fetch;
    }
  });
  test("a wallet that does not is told about it", async () => {
    const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId, { on: 1, knows: [1] });
    const contracts = await contractsWith(wallet);
    assert.equal(wallet.chainId, chainId);
    wallet.chainId = 1; // the user goes elsewhere in between
    await contracts.pkpNftContractUtils.write.mint();
    assert.equal((await pkpsOf(wallet.address)).length, 1);
  });
  test("a wallet that says so in words is told about it as well", async () => {
    const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId, { on: 1, knows: [1] });
    const unknown = Object.assign(new Error("Unrecognized chain ID. Try adding the chain first."), { code: -32603 });
    wallet.instead.wallet_switchEthereumChain = (_, normally) => normally().catch(() => Promise.reject(unknown));
    await contractsWith(wallet);
    assert.equal(wallet.chainId, chainId);
  });
  test("a wallet that has a request open already is a typed error, and can be asked again", async () => {
    const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId, { on: 1, knows: [1, chainId] });
    wallet.instead.wallet_switchEthereumChain = () => Promise.reject(Object.assign(new Error("pending"), { code: -32002 }));
    const error = await rejection(contractsWith(wallet));
    assert.deepEqual([error.reason, error.retryable], ["wallet_failed", true]);
  });
  test("a wallet that cannot switch is a typed error", async () => {
    const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId, { on: 1, knows: null });
    const error = await rejection(contractsWith(wallet));
    assertFailure(error, "WrongNetworkException", "wrong_chain", "chainId", "want");
    assert.deepEqual([error.details.chainId, error.details.want], ["1", String(chainId)]);
  });
  test("a user who does not want to switch is a typed error", async () => {
    const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId, { on: 1, knows: [1, chainId] });
    for (const code of [4001, "4001", "ACTION_REJECTED", 5000]) {
      wallet.instead.wallet_switchEthereumChain = () => Promise.reject(Object.assign(new Error("no"), { code }));
      assertFailure(await rejection(contractsWith(wallet)), "TransactionError", "user_rejected");
    }
  });
  test("a user who does not want the chain added is a typed error", async () => {
    const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId, { on: 1, knows: [1] });
    wallet.instead.wallet_addEthereumChain = () => Promise.reject(Object.assign(new Error("no"), { code: 4001 }));
    assertFailure(await rejection(contractsWith(wallet)), "TransactionError", "user_rejected", "want");
  });
  test("a signer on another chain is a typed error", async () => {
    const elsewhere = { send: async (method) => (method === "eth_chainId" ? "0x1" : null) };
    const signer = { getAddress: async () => accounts[0].address, sendTransaction: async () => assert.fail("asked"), provider: elsewhere };
    assertFailure(await rejection(contractsWith(signer)), "WrongNetworkException", "wrong_chain");
  });
  test("a node on another chain is a typed error", async () => {
    const contracts = new LitContracts({ network: "datil-dev", provider: { request: async () => "0x1" } });
    assertFailure(await rejection(contracts.connect()), "WrongNetworkException", "wrong_chain");
  });
});

describe("what fails before anything is sent", () => {
  const wallet = async (key) => new Wallet(key ?? (await account()).privateKey, rpcUrl, chainId);
  const reject = (w) => (w.instead.eth_sendTransaction = () => Promise.reject(Object.assign(new Error("User denied"), { code: 4001 })));

  test("the user rejects; a retry asks again and mints once", async () => {
    const w = await wallet();
    const contracts = await contractsWith(w);
    reject(w);
    const error = await rejection(contracts.pkpNftContractUtils.write.mint());
    assertFailure(error, "TransactionError", "user_rejected", "from");
    assert.equal(error.retryable, false);
    assertFailure(await rejection(contracts.mintCapacityCreditsNFT({ requestsPerDay: 1000, daysUntilUTCMidnightExpiration: 1 })), "TransactionError", "user_rejected");
    w.instead = {};
    await contracts.pkpNftContractUtils.write.mint();
    assert.equal((await pkpsOf(w.address)).length, 1);
  });

  test("too little balance", async () => {
    const w = await wallet(ethers.Wallet.createRandom().privateKey);
    const contracts = await contractsWith(w);
    const error = await rejection(contracts.pkpNftContractUtils.write.mint());
    assertFailure(error, "TransactionError", "insufficient_funds", "from", "balance", "cost");
    assert.equal(error.details.balance, "0");
    assert.equal(w.calls.eth_sendTransaction, undefined);
  });

  test("a revert says why, and nobody is asked to sign it", async () => {
    const w = await wallet();
    const contracts = await contractsWith(w);
    const error = await rejection(contracts.addPermittedAction({ ipfsId: cid, pkpTokenId: pkp.tokenId, authMethodScopes: [1] }));
    assertFailure(error, "TransactionError", "reverted", "revert");
    assert.equal(error.details.revert, "Not PKP NFT owner");
    assert.equal(error.shortMessage, "Adding permitted action failed");
    const custom = await rejection(contracts.pkpNftContract.read.ownerOf(5));
    assert.equal(custom.details.revert, "ERC721NonexistentToken(tokenId: 0x05)");
    assert.equal(w.calls.eth_sendTransaction, undefined);
  });

  test("a revert of a mined transaction says why as well", async () => {
    const contracts = await contractsWith(await wallet());
    const error = await rejection(contracts.pkpNftContractUtils.write.mint({ value: 7, gasLimit: 3_000_000 }));
    assertFailure(error, "TransactionError", "reverted", "revert", "txHash");
    assert.equal(error.details.revert, "You must pay exactly mint cost");
  });

  test("a mint that leaves no token is the official error, and no reason to pay again", async () => {
    const { address, privateKey } = await account();
    const wallet = new Wallet(privateKey, rpcUrl, chainId);
    const request = async ({ method, params }) => {
      const answer = await provider.send(method, params);
      return method === "eth_getTransactionReceipt" && answer ? { ...answer, logs: [] } : answer;
    };
    const contracts = await contractsWith(wallet, { rpc: undefined, provider: { request } });
    for (const mint of [
      () => contracts.pkpNftContractUtils.write.mint(),
      () => contracts.mintWithAuth({ authMethod: { authMethodType: 1, accessToken: JSON.stringify({ address }) }, scopes: [1] }),
    ]) {
      const error = await rejection(mint());
      assertFailure(error, "TransactionError", "invalid_param", "txHash");
      assert.deepEqual([error.shortMessage, error.retryable], ["No events found in receipt", false]);
    }
    const credits = await rejection(contracts.mintCapacityCreditsNFT({ requestsPerDay: 1000, daysUntilUTCMidnightExpiration: 1 }));
    assertFailure(credits, "TransactionError", "invalid_param", "txHash");
    assert.equal(credits.retryable, false);
  });

  test("the official texts of mintCapacityCreditsNFT and mintWithAuth", async () => {
    const contracts = await contractsWith(await wallet());
    const days = { daysUntilUTCMidnightExpiration: 1 };
    const mistyped = accounts[0].address.replace(/[a-f]/, (digit) => digit.toUpperCase()); // the checksum does not fit then
    const rows = [
      [() => contracts.mintCapacityCreditsNFT(days), "InvalidArgumentException", "At least one of requestsPerDay, requestsPerSecond, or requestsPerKilosecond is required and must be more than 0"],
      [() => contracts.mintCapacityCreditsNFT({ requestsPerDay: 43, ...days }), "InvalidArgumentException", "Effective requests per kilosecond is required and must be more than 0"],
      [() => contracts.mintWithAuth({ authMethod: { accessToken: "t" }, scopes: [1] }), "ParamsMissingError", "authMethodType is required"],
      [() => contracts.mintWithAuth({ authMethod: { authMethodType: 1 }, scopes: [1] }), "ParamsMissingError", "accessToken is required"],
      [() => contracts.mintWithAuth({ authMethod: { authMethodType: 1, accessToken: "t" }, scopes: [] }), "InvalidArgumentException", "❌ Permission scopes are required!"],
      [() => contracts.pkpNftContractUtils.read.getTokensByAddress("0x12"), "InvalidArgumentException", 'Given string is not a valid address "0x12"'],
      [() => contracts.pkpNftContractUtils.read.getTokensByAddress(undefined), "InvalidArgumentException", "Given string is not a valid address"],
      [() => contracts.pkpNftContractUtils.read.getTokensByAddress(mistyped), "InvalidArgumentException", "Given string is not a valid address"],
      [() => contracts.rateLimitNftContractUtils.read.getTokensByOwnerAddress(mistyped), "Error", "Given string is not a valid address"],
      [() => contracts.rateLimitNftContractUtils.write.pruneExpired(mistyped), "InvalidArgumentException", "A valid owner address is required"],
      [() => contracts.pkpPermissionsContractUtils.write.addPermittedAddress(pkp.tokenId, mistyped), "InvalidParamType", "user of addPermittedAddress must be"],
    ];
    for (const [call, name, text] of rows) {
      const error = await rejection(call());
      assert.equal(error.name, name);
      assert.ok(error.message.startsWith(text), error.message);
    }
  });
});
