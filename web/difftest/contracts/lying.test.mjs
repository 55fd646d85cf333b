// LitContracts on the local network behind an HTTP proxy that rewrites the chain's answers: a signer that asks nobody
// signs for no other chain, and pays no more than the caller allows.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, describe, test } from "node:test";
import { ethers } from "ethers";
import { privateKeyToAccount } from "viem/accounts";
import { account, assertFailure, chainId, contractsWith, pkpsOf, provider, rejection, rpcUrl } from "./setup.mjs";
import { Wallet } from "./wallet.mjs";

/** The address of a chain whose answers are rewritten: lies are functions of an answer, by method or selector. */
async function liar(lies) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const asked = JSON.parse(Buffer.concat(chunks));
    const headers = { "content-type": "application/json" };
    const answer = await (await fetch(rpcUrl, { method: "POST", headers, body: JSON.stringify(asked) })).json();
    const lie = lies[asked.method] ?? lies[asked.params[0]?.data?.slice(0, 10)];
    response.writeHead(200, headers).end(JSON.stringify(lie ? { ...answer, result: lie(answer.result) } : answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close() && server.closeAllConnections());
  return `http://127.0.0.1:${server.address().port}`;
}

const selector = (signature) => ethers.utils.id(signature).slice(0, 10);
const word = (n) => ethers.utils.hexZeroPad(ethers.utils.hexlify(n), 32);
const nine = ethers.utils.parseEther("9"); // of the ten that the account has

const signers = {
  "a viem account": (key) => privateKeyToAccount(key),
  "an ethers 5 wallet without provider": (key) => new ethers.Wallet(key),
};

for (const [name, make] of Object.entries(signers)) {
  describe(name, () => {
    const lies = {
      "another chain": [{ eth_chainId: () => "0x1" }, "WrongNetworkException", "wrong_chain", "want"],
      "a mint cost of nearly everything": [{ [selector("mintCost()")]: () => word(nine) }, "TransactionError", "too_expensive", "asked"],
      "a cost of credits of nearly everything": [{ [selector("calculateCost(uint256,uint256)")]: () => word(nine) }, "TransactionError", "too_expensive", "asked"],
      "a base fee": [{ eth_getBlockByNumber: (block) => ({ ...block, baseFeePerGas: "0xffffffffffff" }) }, "TransactionError", "too_expensive", "allowed"],
      "a gas price": [{ eth_getBlockByNumber: (block) => ({ ...block, baseFeePerGas: undefined }), eth_gasPrice: () => "0xffffffffffff" }, "TransactionError", "too_expensive", "param"],
      "a tip": [{ eth_maxPriorityFeePerGas: () => "0xffffffffffff", eth_feeHistory: () => assert.fail("asked") }, "TransactionError", "too_expensive", "param"],
      "the gas": [{ eth_estimateGas: () => "0xffffffff" }, "TransactionError", "too_expensive", "param"],
    };
    for (const [what, [lie, className, reason, detail]] of Object.entries(lies)) {
      test(what, async () => {
        const { address, privateKey } = await account();
        const before = await provider.getBalance(address);
        const write = async () => {
          const contracts = await contractsWith(make(privateKey), { rpc: await liar(lie), chainId });
          return what.includes("credits")
            ? contracts.mintCapacityCreditsNFT({ requestsPerKilosecond: 10, daysUntilUTCMidnightExpiration: 2 })
            : contracts.pkpNftContractUtils.write.mint();
        };
        assertFailure(await rejection(write()), className, reason, detail);
        assert.ok(before.eq(await provider.getBalance(address)));
      });
    }
    test("a mint cost, through the helper", async () => {
      const { privateKey } = await account();
      const contracts = await contractsWith(make(privateKey), { rpc: await liar({ [selector("mintCost()")]: () => word(nine) }), chainId });
      const params = { keyType: 2, permittedAuthMethodTypes: [], permittedAuthMethodIds: [], permittedAuthMethodPubkeys: [], permittedAuthMethodScopes: [], addPkpEthAddressAsPermittedAddress: false, sendPkpToItself: false };
      assertFailure(await rejection(contracts.pkpHelperContractUtil.write.mintNextAndAddAuthMethods(params)), "TransactionError", "too_expensive", "asked");
    });
    test("the chain's id, when nobody knows it", async () => {
      const { privateKey } = await account();
      const error = await rejection(contractsWith(make(privateKey), { rpc: await liar({ eth_chainId: () => "0x1" }) }));
      assertFailure(error, "ParamsMissingError", "missing_param", "param");
      assert.equal(error.details.param, "chainId");
    });
    test("what the caller allows is paid", async () => {
      const { address, privateKey } = await account();
      const contracts = await contractsWith(make(privateKey), { chainId, limits: { maxValue: 1, maxFeePerGas: 10n ** 13n, maxFee: "1000000000000000000" } });
      await contracts.pkpNftContractUtils.write.mint();
      const narrow = await contractsWith(make(privateKey), { chainId, limits: { maxValue: 0n } });
      const error = await rejection(narrow.pkpNftContractUtils.write.mint());
      assertFailure(error, "TransactionError", "too_expensive");
      assert.deepEqual([error.details.param, error.details.asked, error.details.allowed, error.retryable], ["limits.maxValue", "1", "0", false]);
      await narrow.pkpNftContractUtils.write.mint({ value: 1 }); // said by the caller
      assert.equal((await pkpsOf(address)).length, 2);
    });
  });
}

describe("beforeSign", () => {
  for (const [name, make] of Object.entries({ ...signers, "a browser wallet": (key) => new Wallet(key, rpcUrl, chainId) })) {
    test(`${name}: sees what is signed, and can refuse it`, async () => {
      const { address, privateKey } = await account();
      const seen = [];
      let refusal;
      const beforeSign = async (transaction) => {
        seen.push(transaction);
        if (refusal) {
          throw refusal;
        }
      };
      const contracts = await contractsWith(make(privateKey), { chainId, beforeSign });
      const { tx } = await contracts.pkpNftContractUtils.write.mint();
      const mined = await provider.getTransaction(tx.hash);
      const { to, from, value, nonce, gasLimit, maxFeePerGas, data, contract, functionName } = seen[0];
      assert.deepEqual([contract, functionName, seen[0].chainId, nonce], ["PKPNFT", "mintNext", chainId, mined.nonce]);
      assert.deepEqual([to, from, data].map((text) => text.toLowerCase()), [mined.to, address, mined.data].map((text) => text.toLowerCase()));
      assert.deepEqual([value, gasLimit, maxFeePerGas], [mined.value, mined.gasLimit, mined.maxFeePerGas].map((n) => BigInt(String(n))));
      assert.ok(Object.isFrozen(seen[0]));
      refusal = new Error("too dear");
      const error = await rejection(contracts.pkpNftContractUtils.write.mint());
      assertFailure(error, "TransactionError", "user_rejected", "from");
      assert.match(error.message, /beforeSign/);
      refusal = undefined;
      await contracts.pkpNftContractUtils.write.mint();
      assert.equal((await pkpsOf(address)).length, 2);
    });
  }
});

test("writes of one account at once, by several LitContracts, are all done", async () => {
  const { address, privateKey } = await account();
  const signer = new ethers.Wallet(privateKey, provider);
  const several = await Promise.all([signer, signer, privateKeyToAccount(privateKey)].map((signer) => contractsWith(signer, { chainId })));
  const minted = await Promise.all(several.flatMap((contracts) => [1, 2].map(() => contracts.pkpNftContractUtils.write.mint())));
  assert.equal(new Set(minted.map(({ pkp }) => pkp.tokenId)).size, 6);
  assert.equal((await pkpsOf(address)).length, 6);
});
