/** What a session key may do. Values: protocol constants of the Lit network. */
export const LIT_ABILITY = {
  /** Decrypt what an access control condition protects. */
  AccessControlConditionDecryption: "access-control-condition-decryption",
  /** Have the nodes sign that an access control condition holds. */
  AccessControlConditionSigning: "access-control-condition-signing",
  /** Sign with a PKP. */
  PKPSigning: "pkp-signing",
  /** Spend a capacity credit. */
  RateLimitIncreaseAuth: "rate-limit-increase-auth",
  /** Run a Lit Action. */
  LitActionExecution: "lit-action-execution",
} as const;

export type LitAbility = (typeof LIT_ABILITY)[keyof typeof LIT_ABILITY];

/** First part of a resource key; see `getResourceKey` of the resource classes. */
export const LIT_RESOURCE_PREFIX = {
  AccessControlCondition: "lit-accesscontrolcondition",
  PKP: "lit-pkp",
  RLI: "lit-ratelimitincrease",
  LitAction: "lit-litaction",
} as const;

export type LitResourcePrefix = (typeof LIT_RESOURCE_PREFIX)[keyof typeof LIT_RESOURCE_PREFIX];

/** Networks that `litNetwork` accepts. `Custom` takes its addresses from `contractContext`. */
export const LIT_NETWORK = {
  DatilDev: "datil-dev",
  DatilTest: "datil-test",
  Datil: "datil",
  Custom: "custom",
} as const;

export type LitNetwork = (typeof LIT_NETWORK)[keyof typeof LIT_NETWORK];

/** JSON-RPC endpoints of the chains that the networks of {@link LIT_NETWORK} live on. */
export const LIT_RPC = {
  /** Default of `custom`. */
  LOCAL_ANVIL: "http://127.0.0.1:8545",
  /** Default of the Datil networks. */
  CHRONICLE_YELLOWSTONE: "https://yellowstone-rpc.litprotocol.com",
} as const;
