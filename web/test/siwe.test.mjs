import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  addRecapToSiweMessage,
  createCapacityCreditsResourceData,
  createSiweMessage,
  createSiweMessageWithCapacityDelegation,
  createSiweMessageWithRecaps,
  init,
  LitRLIResource,
  parseLitResource,
  SiweMessage,
} from "litsession";
import * as litsession from "litsession";
import { BigNumber } from "litsession/contracts";
import { rejection, stopClock, thrownBy, vectors } from "./vectors.mjs";

const NOW = "2026-01-15T12:00:00.000Z";
const walletAddress = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const nonce = "0x1f623ab8dfe6bbd3b3dc22c7a041deb697c14817bce471b1bd1d86a25d5a319c";
const litNodeClient = {};

await init();

describe("SiweMessage writes and reads what npm's siwe writes and reads", () => {
  for (const { name, fields, text } of vectors.siwe) {
    test(name, () => {
      if (text.includes('"')) {
        return assert.equal(thrownBy(() => new SiweMessage(text)).reason, "invalid_param"); // EIP-4361 has no room for it
      }
      const message = new SiweMessage(text);
      assert.equal(message.toMessage(), text);
      if (fields?.address) {
        assert.equal(new SiweMessage(fields).prepareMessage(), text);
        assert.deepEqual({ ...message }, fields);
      }
    });
  }
});

describe("the functions write what the official SDK writes", () => {
  const vector = (start) => vectors.siwe.find(({ name }) => name.startsWith(start)) ?? assert.fail(start);
  const base = { walletAddress, nonce };
  const writes = (name, create, params) =>
    test(name, async (t) => {
      stopClock(t, NOW);
      assert.equal(await create({ ...base, ...params }), vector(name).text);
    });

  writes("createSiweMessage defaults", createSiweMessage, {});
  writes("createSiweMessage, explicit fields", createSiweMessage, {
    domain: "my.site",
    statement: 'Line "one"\\nnext',
    uri: "lit:session:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    expiration: "2026-01-15T18:00:00.000Z",
  });
  writes("EOA: createSiweMessageWithRecaps", createSiweMessageWithRecaps, {
    uri: "lit:session:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    expiration: "2026-01-16T12:00:00.000Z",
    resources: vector("EOA").fields.resources.map(({ key, ability }) => ({ resource: parseLitResource(key), ability })),
    litNodeClient,
  });
  for (const { name, fields } of vectors.siwe.filter((each) => each.name.startsWith("capacity: "))) {
    writes(name, createSiweMessageWithCapacityDelegation, { uri: "lit:capability:delegation", litNodeClient, ...fields });
  }
});

test("an address in lower case gets its checksum, a mistyped one is refused", async () => {
  const text = await createSiweMessage({ walletAddress: walletAddress.toLowerCase(), nonce });
  assert.equal(text.split("\n")[1], walletAddress);
  const error = await rejection(createSiweMessage({ walletAddress: walletAddress.replace("F", "f"), nonce }));
  assert.equal(error.reason, "invalid_param");
  assert.equal(error.details.param, "address");
});

test("a nonce that is absent is random", async () => {
  const nonces = await Promise.all([1, 2].map(async () => new SiweMessage(await createSiweMessage({ walletAddress })).nonce));
  assert.notEqual(nonces[0], nonces[1]);
  assert.match(nonces[0], /^[A-Za-z0-9]{17}$/);
});

describe("a message that could not be read back is refused", () => {
  for (const [name, params] of [
    ["a statement of two lines", { statement: "a\nb" }],
    ["a domain with a space", { domain: "a b" }],
    ["an empty domain", { domain: "" }],
    ["a URI that is none", { uri: "nope" }],
    ["another version", { version: "2" }],
    ["a nonce that is too short", { nonce: "1234567" }],
    ["a time that is none", { expiration: "tomorrow" }],
  ]) {
    test(name, async () => {
      assert.equal((await rejection(createSiweMessage({ walletAddress, nonce, ...params }))).reason, "invalid_param");
    });
  }
});

describe("what is missing is named, as in the official SDK", () => {
  const rli = [{ resource: new LitRLIResource("*"), ability: "rate-limit-increase-auth" }];
  const rows = [
    ["walletAddress", () => createSiweMessage({ nonce })],
    ["litNodeClient", () => createSiweMessage({ walletAddress, nonce, resources: rli })],
    ["litNodeClient", () => createSiweMessage({ walletAddress, nonce, uses: undefined })],
    ["litNodeClient", () => createSiweMessageWithCapacityDelegation({ walletAddress, nonce })],
    ["litNodeClient", () => addRecapToSiweMessage({ siweMessage: {}, resources: rli })],
    ["resources", () => addRecapToSiweMessage({ siweMessage: {}, resources: [], litNodeClient })],
    ["resources", () => addRecapToSiweMessage({ siweMessage: {}, litNodeClient })],
  ];
  for (const [param, call] of rows) {
    test(`${param} of ${call.toString().slice(6)}`, async () => {
      const error = await rejection(call());
      assert.deepEqual([error.name, error.message, error.reason], ["Error", `${param} is required`, "missing_param"]);
    });
  }
});

test("addRecapToSiweMessage refuses an ability that the resource cannot have", async () => {
  const resources = [{ resource: new LitRLIResource("*"), ability: "pkp-signing" }];
  const error = await rejection(addRecapToSiweMessage({ siweMessage: {}, resources, litNodeClient }));
  assert.equal(error.name, "InvalidArgumentException");
});

describe("createCapacityCreditsResourceData", () => {
  for (const { input, output } of vectors.resourcesData) {
    test(JSON.stringify(input), () => assert.deepEqual(createCapacityCreditsResourceData(input), output));
  }
  const decimals = {
    "the BigNumber of our mintCapacityCreditsNFT": BigNumber.from("0x" + "f".repeat(64)),
    "an object with toHexString, as of ethers 5": { toHexString: () => "0x" + "f".repeat(64) },
    "a bigint": 2n ** 256n - 1n,
    "a text": (2n ** 256n - 1n).toString(),
  };
  for (const [name, capacityTokenId] of Object.entries(decimals)) {
    test(`writes ${name} as decimal text`, () => {
      assert.deepEqual(createCapacityCreditsResourceData({ capacityTokenId }), { nft_id: [(2n ** 256n - 1n).toString()] });
    });
  }
  test("writes a number as decimal text", () => {
    assert.deepEqual(createCapacityCreditsResourceData({ capacityTokenId: 0 }), { nft_id: ["0"] });
    assert.deepEqual(createCapacityCreditsResourceData({ capacityTokenId: 12 }), { nft_id: ["12"] });
  });
  for (const [name, params] of [
    ["a fraction", { capacityTokenId: 1.5 }],
    ["a number that is not exact any more", { capacityTokenId: 2 ** 60 }],
    ["a negative bigint", { capacityTokenId: -1n }],
    ["an object that is no number", { capacityTokenId: {} }],
    ["a number that throws", { capacityTokenId: { toHexString: () => assert.fail("asked") } }],
    ["an address for a list", { delegateeAddresses: "0x" }],
    ["a list of numbers", { delegateeAddresses: [1] }],
    ["an object of uses", { uses: {} }],
  ]) {
    test(`refuses ${name}`, () => {
      const { reason, details } = thrownBy(() => createCapacityCreditsResourceData(params));
      assert.deepEqual([reason, details.param.replace("[0]", ""), typeof details.want], ["invalid_param", Object.keys(params)[0], "string"]);
    });
  }
});

test("a delegation of a BigNumber is of that credit", async () => {
  const params = { walletAddress, nonce, uri: "lit:capability:delegation", litNodeClient };
  const text = await createSiweMessageWithCapacityDelegation({ ...params, capacityTokenId: BigNumber.from(12) });
  assert.match(text, /'Auth' for 'lit-ratelimitincrease:\/\/12'/);
});

describe("an expiration in the past is refused", () => {
  const expiration = new Date(Date.now() - 1000).toISOString();
  const past = { walletAddress, nonce, expiration };
  for (const [name, create, params] of [
    ["createSiweMessage", createSiweMessage, past],
    ["createSiweMessageWithRecaps", createSiweMessageWithRecaps, { ...past, resources: [{ resource: new LitRLIResource("*"), ability: "rate-limit-increase-auth" }], litNodeClient }],
    ["createSiweMessageWithCapacityDelegation", createSiweMessageWithCapacityDelegation, { ...past, litNodeClient }],
  ]) {
    test(name, async () => {
      const { reason, details } = await rejection(create(params));
      assert.deepEqual([reason, details], ["invalid_param", { param: "expiration", want: "a time in the future" }]);
    });
  }
  test("but not one that the nodes' clocks have not reached", async () => {
    const text = await createSiweMessage({ ...past, litNodeClient: { clockSkew: -3_600_000 } });
    assert.ok(text.includes(`Expiration Time: ${expiration}`));
  });
});

describe("the domain of a message is", () => {
  const walletAddress = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
  const domainOf = async (params) => {
    const text = await litsession.createSiweMessage({ walletAddress, nonce: "12345678", ...params });
    return text.split(" ")[0];
  };
  const client = (domain) => new litsession.LitNodeClient({ litNetwork: "custom", storage: "memory", domain });
  test("the caller's", async () => assert.equal(await domainOf({ domain: "mine.app", litNodeClient: client("my.app") }), "mine.app"));
  test("else the client's", async () => assert.equal(await domainOf({ litNodeClient: client("my.app") }), "my.app"));
  test("else the page's host", async (t) => {
    globalThis.location = { host: "page.app:8080", href: "http://page.app:8080/" };
    t.after(() => delete globalThis.location);
    assert.equal(await domainOf({ litNodeClient: client() }), "page.app:8080");
    assert.equal(await domainOf({}), "page.app:8080");
  });
  test("else localhost, as in the official SDK", async () => assert.equal(await domainOf({ litNodeClient: client() }), "localhost"));
});

describe("a message of fields", () => {
  const fields = { domain: "localhost", address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", uri: "https://localhost/", version: "1", chainId: 1, nonce: "12345678", issuedAt: "2026-01-15T12:00:00.000Z" };
  for (const chainId of [2 ** 53, "9007199254740993", -1, 1.5, NaN, 1n, "0x1", ""]) {
    test(`refuses the chain id ${typeof chainId} ${String(chainId)}`, () => {
      const { reason, details } = thrownBy(() => new litsession.SiweMessage({ ...fields, chainId }).toMessage());
      assert.deepEqual([reason, details.param], ["invalid_param", "chainId"]);
    });
  }
  for (const [param, value] of [["resources", 5], ["resources[0]", [5]], ["domain", new Uint8Array(1e6)], ["statement", {}]]) {
    test(`refuses what cannot be ${param}`, () => {
      const { reason, details } = thrownBy(() => new litsession.SiweMessage({ ...fields, [param.split("[")[0]]: value }));
      assert.deepEqual([reason, details.param], ["invalid_param", param]);
    });
  }
  test("keeps its class, whatever __proto__ a JSON text has", () => {
    const message = new litsession.SiweMessage(JSON.parse(`{"__proto__": {"domain": "evil"}, ${JSON.stringify(fields).slice(1)}`));
    assert.ok(message instanceof litsession.SiweMessage);
    assert.match(message.toMessage(), /^localhost wants/);
  });
});

describe("a text of EIP-4361's grammar is read:", () => {
  const text = (chainId, more = "") =>
    `localhost wants you to sign in with your Ethereum account:\n0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\n\n\n` +
    `URI: https://localhost/\nVersion: 1\nChain ID: ${chainId}\nNonce: 12345678\nIssued At: 2016-12-31T23:59:60Z${more}`;
  test("with an empty request id", () => assert.equal(new litsession.SiweMessage(text(1, "\nRequest ID: ")).requestId, ""));
  test("with a leap second", () => assert.equal(new litsession.SiweMessage(text(1)).issuedAt, "2016-12-31T23:59:60Z"));
  test("but no chain id that would become another", () => {
    assert.equal(thrownBy(() => new litsession.SiweMessage(text("9007199254740993"))).reason, "invalid_param");
  });
});
