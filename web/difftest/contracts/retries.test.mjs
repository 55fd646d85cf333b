// LitContracts on the local network with wallets and nodes that misbehave, and users who leave. Whatever happens in
// the middle, the same call again ends with one PKP.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ethers } from "ethers";
import { LitContracts } from "../../dist/contracts/index.js";
import { TransactionError } from "../../dist/index.js";
import { openProxy } from "./proxy.mjs";
import { account, assertFailure, chainId, cid, contractsWith, customContext, official, pkp, pkpsOf, provider, rejection, rpcUrl } from "./setup.mjs";
import { Wallet } from "./wallet.mjs";

describe("an abort while the wallet is made ready", () => {
  const reason = new Error("the user left");
  const writes = {
    mint: (contracts, signal) => contracts.pkpNftContractUtils.write.mint({ signal }),
    mintCapacityCreditsNFT: (contracts, signal) =>
      contracts.mintCapacityCreditsNFT({ requestsPerDay: 1000, daysUntilUTCMidnightExpiration: 1, signal }),
    addPermittedAction: (contracts, signal) => contracts.addPermittedAction({ ipfsId: cid, pkpTokenId: pkp.tokenId, signal }),
  };
  for (const [name, write] of Object.entries(writes)) {
    test(name, async () => {
      const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId, { knows: [1, chainId] });
      const contracts = await contractsWith(wallet);
      wallet.chainId = 1;
      wallet.calls = {};
      assert.equal(await rejection(write(contracts, AbortSignal.abort(reason))), reason);
      assert.deepEqual(wallet.calls, {}, "it was aborted before");
      const controller = new AbortController();
      wallet.instead.wallet_switchEthereumChain = () => {
        controller.abort(reason);
        return new Promise(() => {});
      };
      assert.equal(await rejection(write(contracts, controller.signal)), reason);
      assert.equal(wallet.calls.eth_requestAccounts, undefined);
    });
  }
  test("connect", async () => {
    const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId, { on: 1, knows: [1, chainId] });
    const controller = new AbortController();
    let answer;
    wallet.instead.wallet_switchEthereumChain = (_, normally) => {
      controller.abort(reason);
      return new Promise((resolve) => (answer = () => resolve(normally())));
    };
    const contracts = new LitContracts({ network: "custom", customContext: customContext(), rpc: rpcUrl, signer: wallet });
    assert.equal(await rejection(contracts.connect({ signal: controller.signal })), reason);
    answer();
    await new Promise(setImmediate);
    assert.deepEqual([wallet.calls.eth_requestAccounts, contracts.connected], [undefined, false]);
  });
});

describe("a retry does not mint twice", () => {
  const timing = { outage: 300, dropAfter: 300, poll: 20, answer: 2000 };

  async function broken(harm, patience = timing) {
    const proxy = await openProxy(rpcUrl);
    after(() => proxy.close());
    const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId);
    const contracts = await contractsWith(wallet, { rpc: proxy.url, timing: patience });
    harm(wallet, proxy);
    return { contracts, wallet, proxy };
  }

  const cases = {
    "the node is cut off after sending": [
      (wallet, proxy) =>
        (wallet.instead.eth_sendTransaction = async (_, normally) => {
          const hash = await normally();
          proxy.cut();
          return hash;
        }),
      "NetworkError",
      "chain_unreachable",
      "txHash",
      1,
    ],
    "the node takes requests and never answers, after sending": [
      (wallet, proxy) =>
        (wallet.instead.eth_sendTransaction = async (_, normally) => {
          const hash = await normally();
          proxy.swallow();
          return hash;
        }),
      "NetworkError",
      "chain_unreachable",
      "txHash",
      1,
    ],
    "the wallet fails after sending": [
      (wallet) =>
        (wallet.instead.eth_sendTransaction = async (_, normally) => {
          await normally();
          throw Object.assign(new Error("Internal JSON-RPC error."), { code: -32603 });
        }),
      "TransactionError",
      "wallet_failed",
      "nonce",
      1,
    ],
    "the transaction is dropped": [
      (wallet) => (wallet.instead.eth_sendTransaction = async ([t]) => ethers.utils.keccak256(await wallet.sign(t))),
      "TransactionError",
      "transaction_dropped",
      "txHash",
      2,
    ],
  };
  for (const [name, [harm, errorName, reason, detail, asked]] of Object.entries(cases)) {
    test(name, async () => {
      const { contracts, wallet, proxy } = await broken(harm);
      const error = await rejection(contracts.pkpNftContractUtils.write.mint());
      assertFailure(error, errorName, reason, detail);
      assert.ok(error.retryable);
      wallet.instead = {};
      proxy.mend();
      proxy.drop(); // what is still open stays silent
      const { pkp: minted } = await contracts.pkpNftContractUtils.write.mint();
      assert.deepEqual(await pkpsOf(wallet.address), [BigInt(minted.tokenId).toString()]);
      assert.equal(wallet.calls.eth_sendTransaction, asked);
    });
  }

  const mints = {
    mintWithAuth: {
      mint: (contracts, address) =>
        contracts.mintWithAuth({ authMethod: { authMethodType: 1, accessToken: JSON.stringify({ address }) }, scopes: [1] }),
      name: "NetworkError",
      async count({ pkp: minted }) {
        const [found] = await pkpsOf(minted.ethAddress); // it belongs to itself
        assert.equal(found, BigInt(minted.tokenId).toString());
      },
    },
    mintCapacityCreditsNFT: {
      mint: (contracts) => contracts.mintCapacityCreditsNFT({ requestsPerKilosecond: 1, daysUntilUTCMidnightExpiration: 1 }),
      name: "TransactionError",
      async count({ capacityTokenIdStr }, address) {
        const tokens = await official.rateLimitNftContractUtils.read.getTokensByOwnerAddress(address);
        assert.deepEqual(tokens.map((token) => String(token.tokenId)), [capacityTokenIdStr]);
      },
    },
  };
  for (const [method, { mint, name, count }] of Object.entries(mints)) {
    test(`${method}, cut off after sending`, async () => {
      const { contracts, wallet, proxy } = await broken(cases["the node is cut off after sending"][0]);
      assertFailure(await rejection(mint(contracts, wallet.address)), name, "chain_unreachable", "txHash");
      wallet.instead = {};
      proxy.mend();
      await count(await mint(contracts, wallet.address), wallet.address);
      assert.equal(wallet.calls.eth_sendTransaction, 1);
    });
  }

  test("an abort while the receipt is waited for", async () => {
    const wallet = new Wallet((await account()).privateKey, rpcUrl, chainId);
    const reason = new Error("the user left");
    const controller = new AbortController();
    let looks = 0;
    const request = async ({ method, params }) => {
      if (method === "eth_getTransactionReceipt" && ++looks === 2) {
        controller.abort(reason);
      }
      return provider.send(method, params);
    };
    const contracts = await contractsWith(wallet, { rpc: undefined, provider: { request }, timing: { poll: 20 } });
    const nonces = [];
    wallet.instead.eth_sendTransaction = async ([t]) => {
      nonces.push(t.nonce);
      return ethers.utils.keccak256(await wallet.sign(t)); // and does not send it
    };
    assert.equal(await rejection(contracts.pkpNftContractUtils.write.mint({ signal: controller.signal })), reason);
    wallet.instead = {};
    await contracts.pkpNftContractUtils.write.mint();
    assert.deepEqual([nonces, wallet.calls.eth_sendTransaction], [[undefined], 2]);
    assert.equal((await pkpsOf(wallet.address)).length, 1);
  });

  test("a page that was loaded again continues by the hash", async () => {
    const { contracts, wallet, proxy } = await broken(cases["the node is cut off after sending"][0]);
    const error = await rejection(contracts.mintCapacityCreditsNFT({ requestsPerKilosecond: 1, daysUntilUTCMidnightExpiration: 1 }));
    assert.ok(error instanceof TransactionError);
    assert.equal(error.shortMessage, "Minting capacity credits NFT failed");
    proxy.mend();
    wallet.instead = {};
    const fresh = await contractsWith(wallet);
    const { txHash, nonce } = error.details;
    const credits = await fresh.mintCapacityCreditsNFT({ requestsPerKilosecond: 1, daysUntilUTCMidnightExpiration: 1, txHash, nonce });
    assert.deepEqual([credits.rliTxHash, wallet.calls.eth_sendTransaction], [txHash, 1]);
    assert.equal((await official.rateLimitNftContractUtils.read.getTokensByOwnerAddress(wallet.address)).length, 1);
  });

  test("the timeout of a call holds when the node never answers", async () => {
    const [harm] = cases["the node takes requests and never answers, after sending"];
    const { contracts } = await broken(harm, { poll: 20 });
    const began = Date.now();
    const error = await rejection(contracts.pkpNftContractUtils.write.mint({ timeout: 500 }));
    assertFailure(error, "NetworkError", "timeout", "txHash");
    assert.ok(Date.now() - began < 10_000);
  });

  test("a short outage in the middle is waited for", async () => {
    const { contracts, wallet, proxy } = await broken(() => {});
    wallet.instead.eth_sendTransaction = async (_, normally) => {
      const hash = await normally();
      proxy.cut();
      setTimeout(() => proxy.mend(), 100);
      return hash;
    };
    await contracts.pkpNftContractUtils.write.mint();
    assert.equal((await pkpsOf(wallet.address)).length, 1);
  });

  test("an abort rejects with its reason, and the wallet that was left asking is not asked again", async () => {
    const { contracts, wallet } = await broken(() => {});
    const reason = new Error("the user left");
    const controller = new AbortController();
    let confirm;
    wallet.instead.eth_sendTransaction = async (_, normally) => {
      controller.abort(reason);
      await new Promise((resolve) => (confirm = resolve));
      return normally();
    };
    assert.equal(await rejection(contracts.pkpNftContractUtils.write.mint({ signal: controller.signal })), reason);
    const again = contracts.pkpNftContractUtils.write.mint();
    confirm();
    await again;
    assert.deepEqual([(await pkpsOf(wallet.address)).length, wallet.calls.eth_sendTransaction], [1, 1]);
  });
});
