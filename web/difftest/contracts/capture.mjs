// Both LitContracts over a node that answers the same to both and a signer that keeps what it is asked to send,
// and then refuses: what each would have sent can be compared without sending it.
import { createRequire } from "node:module";
import { LitContracts as OurContracts } from "../../dist/contracts/index.js";

const require = createRequire(import.meta.url);
const { LitContracts: OfficialContracts } = require("@lit-protocol/contracts-sdk");
export const { ethers } = require("ethers");

const chainId = 175188;
export const account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

/** Calldata's first four bytes of the reads that come before a write. */
const selector = (signature) => ethers.utils.id(signature).slice(0, 10);
const word = (n) => ethers.utils.hexZeroPad(ethers.utils.hexlify(n), 32);
const bytes = (hex) => ethers.utils.defaultAbiCoder.encode(["bytes"], [hex]);

/** What the contracts say: set per input. */
export const chain = { mintCost: ethers.BigNumber.from(1), publicKey: "0x", estimate: 100_000 };

async function call({ data }) {
  switch (data.slice(0, 10)) {
    case selector("mintCost()"):
      return word(chain.mintCost);
    case selector("getPubkey(uint256)"):
      return bytes(chain.publicKey);
    case selector("calculateCost(uint256,uint256)"): // a function of what was asked
      return ethers.utils.keccak256(data).replace(/^0x.{40}/, `0x${"0".repeat(40)}`);
  }
  throw new Error(`no answer to ${data}`);
}

async function answer(method, params) {
  switch (method) {
    case "eth_chainId":
      return ethers.utils.hexValue(chainId);
    case "net_version":
      return String(chainId);
    case "eth_blockNumber":
      return "0x1";
    case "eth_getBlockByNumber":
      return { number: "0x1", baseFeePerGas: "0x7", transactions: [] };
    case "eth_getTransactionCount":
      return "0x5";
    case "eth_maxPriorityFeePerGas":
    case "eth_gasPrice":
      return "0x3b9aca00";
    case "eth_getBalance":
      return `0x${"f".repeat(64)}`;
    case "eth_estimateGas":
      return ethers.utils.hexValue(chain.estimate);
    case "eth_call":
      return call(params[0]);
  }
  throw Object.assign(new Error(`no answer to ${method}`), { code: -32601 });
}

const refusal = () => Object.assign(new Error("captured"), { code: 4001 });

/** The signer of ethers that the official package wants. */
class CapturingSigner extends ethers.Signer {
  sent = [];

  constructor(provider) {
    super();
    ethers.utils.defineReadOnly(this, "provider", provider);
  }

  async getAddress() {
    return account;
  }

  async sendTransaction(transaction) {
    const { to, data, value, gasLimit } = await ethers.utils.resolveProperties(transaction);
    this.sent.push(normal(to, data, value, gasLimit));
    throw refusal();
  }
}

const normal = (to, data, value, gas) => ({
  to: to.toLowerCase(),
  data,
  value: ethers.BigNumber.from(value ?? 0).toString(),
  gas: gas === undefined ? "the signer's own" : ethers.BigNumber.from(gas).toString(),
});

/** Both, connected, as functions that return what a write would send. */
export async function bothSides() {
  const names = OfficialContracts.contractNames;
  const customContext = () =>
    Object.fromEntries(names.map((name, i) => [name, { address: `0x${String(i + 1).padStart(40, "0")}` }]));

  const provider = new ethers.providers.Web3Provider({ request: ({ method, params }) => answer(method, params) }, chainId);
  const signer = new CapturingSigner(provider);
  const official = new OfficialContracts({ network: "custom", customContext: customContext(), provider, signer });
  await official.connect();

  const sent = [];
  const ours = new OurContracts({
    network: "custom",
    customContext: customContext(),
    limits: { maxValue: 2n ** 256n - 1n }, // the costs are any
    provider: { request: ({ method, params }) => answer(method, params) },
    signer: {
      getAddress: () => account,
      provider: { send: answer },
      sendTransaction: async ({ to, data, value, gasLimit }) => {
        sent.push(normal(to, data, value, gasLimit));
        throw refusal();
      },
    },
  });
  await ours.connect();
  return { official: capturing(official, signer.sent), ours: capturing(ours, sent) };
}

function capturing(contracts, sent) {
  return async (write) => {
    sent.length = 0;
    let error;
    try {
      await write(contracts);
    } catch (e) {
      error = e;
    }
    if (sent.length !== 1) {
      throw new Error(`${sent.length} transactions: ${error?.message}`, { cause: error });
    }
    return sent[0];
  };
}
