import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as litsession from "litsession";
import { vectors } from "./vectors.mjs";

describe("values are the official SDK's", () => {
  const { authMethodTypes, authMethodScopes, stakingStates, storageKeys, networks, abilities } = vectors;
  const each = (field) => Object.fromEntries(Object.entries(networks).map(([name, network]) => [name, network[field]]));
  const rows = [
    ["AUTH_METHOD_TYPE", authMethodTypes],
    ["AUTH_METHOD_SCOPE", authMethodScopes],
    ["STAKING_STATES", stakingStates],
    ["LOCAL_STORAGE_KEYS", storageKeys],
    ["RPC_URL_BY_NETWORK", each("rpcUrl")],
    ["RELAYER_URL_BY_NETWORK", each("relayerUrl")],
    ["LIT_RECAP_ABILITY", abilities.recap],
  ];
  for (const [name, want] of rows) {
    test(name, () => assert.deepEqual(litsession[name], want));
  }
  test("LIT_NETWORK names every network", () => {
    assert.deepEqual(Object.values(litsession.LIT_NETWORK), Object.keys(networks));
  });
  test("LIT_ABILITY and LIT_NAMESPACE name what ReCaps hold", () => {
    assert.deepEqual(Object.values(litsession.LIT_ABILITY).sort(), Object.keys(abilities.map).sort());
    const namespaces = new Set(Object.values(abilities.map).map(({ namespace }) => namespace));
    assert.deepEqual(new Set(Object.values(litsession.LIT_NAMESPACE)), namespaces);
  });
  test("the chain of the Datil networks", () => {
    assert.equal(litsession.METAMASK_CHAIN_INFO.yellowstone.chainId, networks.datil.chainId);
  });
});

describe("the older spelling is the same object", () => {
  const spellings = {
    LitNetwork: "LIT_NETWORK",
    LitAbility: "LIT_ABILITY",
    LitResourcePrefix: "LIT_RESOURCE_PREFIX",
    LitRecapAbility: "LIT_RECAP_ABILITY",
    LitNamespace: "LIT_NAMESPACE",
    AuthMethodType: "AUTH_METHOD_TYPE",
    AuthMethodScope: "AUTH_METHOD_SCOPE",
    StakingStates: "STAKING_STATES",
    metamaskChainInfo: "METAMASK_CHAIN_INFO",
  };
  for (const [older, name] of Object.entries(spellings)) {
    test(older, () => assert.equal(litsession[older] ?? assert.fail("absent"), litsession[name]));
  }
});

test("ResourceAbilityRequestBuilder lists what was added, in order", () => {
  const builder = new litsession.ResourceAbilityRequestBuilder()
    .addPKPSigningRequest("1")
    .addLitActionExecutionRequest("*")
    .addAccessControlConditionSigningRequest("a")
    .addAccessControlConditionDecryptionRequest("b");
  const before = builder.build();
  const requests = builder.addRateLimitIncreaseAuthRequest("12").build();
  assert.equal(before.length, 4);
  assert.deepEqual(requests.map(({ resource, ability }) => [resource.getResourceKey(), ability]), [
    [`lit-pkp://${"1".padStart(64, "0")}`, "pkp-signing"],
    ["lit-litaction://*", "lit-action-execution"],
    ["lit-accesscontrolcondition://a", "access-control-condition-signing"],
    ["lit-accesscontrolcondition://b", "access-control-condition-decryption"],
    ["lit-ratelimitincrease://12", "rate-limit-increase-auth"],
  ]);
  assert.ok(requests.every(({ resource, ability }) => resource.isValidLitAbility(ability)));
});
