/**
 * Names and values of the network, as the official SDK's `LIT_…` constants.
 * Where it also has an older spelling (`LitAbility` for `LIT_ABILITY`), so has
 * this file; both are the same object, and the old name is the type as well.
 */

type ValueOf<Constants> = Constants[keyof Constants];

/** What a session may do. */
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

export const LitAbility = LIT_ABILITY;
export type LitAbility = ValueOf<typeof LIT_ABILITY>;

/** First part of a resource key; see `getResourceKey` of the resource classes. */
export const LIT_RESOURCE_PREFIX = {
  AccessControlCondition: "lit-accesscontrolcondition",
  PKP: "lit-pkp",
  RLI: "lit-ratelimitincrease",
  LitAction: "lit-litaction",
} as const;

export const LitResourcePrefix = LIT_RESOURCE_PREFIX;
export type LitResourcePrefix = ValueOf<typeof LIT_RESOURCE_PREFIX>;

/** First part of an ability in a ReCap, `Namespace/Name`. */
export const LIT_NAMESPACE = { Auth: "Auth", Threshold: "Threshold" } as const;

export const LitNamespace = LIT_NAMESPACE;
export type LitNamespace = ValueOf<typeof LIT_NAMESPACE>;

/** Second part of an ability in a ReCap, `Namespace/Name`. */
export const LIT_RECAP_ABILITY = {
  Decryption: "Decryption",
  Signing: "Signing",
  Auth: "Auth",
  Execution: "Execution",
} as const;

export const LitRecapAbility = LIT_RECAP_ABILITY;
export type LitRecapAbility = ValueOf<typeof LIT_RECAP_ABILITY>;

/** Networks that `litNetwork` accepts. `Custom` takes its addresses from `contractContext`. */
export const LIT_NETWORK = {
  DatilDev: "datil-dev",
  DatilTest: "datil-test",
  Datil: "datil",
  Custom: "custom",
} as const;

export const LitNetwork = LIT_NETWORK;
export type LitNetwork = ValueOf<typeof LIT_NETWORK>;

/** JSON-RPC endpoints of the chains that the networks of {@link LIT_NETWORK} live on. */
export const LIT_RPC = {
  /** Default of `custom`. */
  LOCAL_ANVIL: "http://127.0.0.1:8545",
  /** Default of the Datil networks. */
  CHRONICLE_YELLOWSTONE: "https://yellowstone-rpc.litprotocol.com",
} as const;

/** {@link LIT_RPC} by network. */
export const RPC_URL_BY_NETWORK: Readonly<Record<LitNetwork, string>> = {
  "datil-dev": LIT_RPC.CHRONICLE_YELLOWSTONE,
  "datil-test": LIT_RPC.CHRONICLE_YELLOWSTONE,
  datil: LIT_RPC.CHRONICLE_YELLOWSTONE,
  custom: LIT_RPC.LOCAL_ANVIL,
};

/** Who mints and pays for users. Nothing in this package calls it. */
export const RELAYER_URL_BY_NETWORK: Readonly<Record<LitNetwork, string>> = {
  "datil-dev": "https://datil-dev-relayer.getlit.dev",
  "datil-test": "https://datil-test-relayer.getlit.dev",
  datil: "https://datil-relayer.getlit.dev",
  custom: "http://localhost:3000",
};

/** How control of a PKP is proved: `authMethodType` of an auth method. */
export const AUTH_METHOD_TYPE = {
  EthWallet: 1,
  LitAction: 2,
  WebAuthn: 3,
  Discord: 4,
  Google: 5,
  GoogleJwt: 6,
  AppleJwt: 8,
  StytchOtp: 9,
  StytchEmailFactorOtp: 10,
  StytchSmsFactorOtp: 11,
  StytchWhatsAppFactorOtp: 12,
  StytchTotpFactorOtp: 13,
} as const;

export const AuthMethodType = AUTH_METHOD_TYPE;
export type AuthMethodType = ValueOf<typeof AUTH_METHOD_TYPE>;

/** What a permitted auth method or action may have the PKP sign. */
export const AUTH_METHOD_SCOPE = { NoPermissions: 0, SignAnything: 1, PersonalSign: 2 } as const;

export const AuthMethodScope = AUTH_METHOD_SCOPE;
export type AuthMethodScope = ValueOf<typeof AUTH_METHOD_SCOPE>;

/** States of the Staking contract. */
export const STAKING_STATES = {
  Active: 0,
  NextValidatorSetLocked: 1,
  ReadyForNextEpoch: 2,
  Unlocked: 3,
  Paused: 4,
  Restore: 5,
} as const;

export const StakingStates = STAKING_STATES;
export type StakingStates = ValueOf<typeof STAKING_STATES>;

/** Begins the URI of a session key. */
export const LIT_SESSION_KEY_URI = "lit:session:";

/** URI of messages that delegate capacity credits. */
export const SIWE_DELEGATION_URI = "lit:capability:delegation";

/** Keys under which the official SDK stores, and this package too where it stores the same thing. */
export const LOCAL_STORAGE_KEYS = {
  AUTH_COSMOS_SIGNATURE: "lit-auth-cosmos-signature",
  AUTH_SIGNATURE: "lit-auth-signature",
  AUTH_SOL_SIGNATURE: "lit-auth-sol-signature",
  WEB3_PROVIDER: "lit-web3-provider",
  KEY_PAIR: "lit-comms-keypair",
  SESSION_KEY: "lit-session-key",
  WALLET_SIGNATURE: "lit-wallet-sig",
} as const;

/** The chain of the Datil networks, as wallets take it. */
export const METAMASK_CHAIN_INFO = {
  yellowstone: {
    chainId: 175188,
    chainName: "Chronicle Yellowstone - Lit Protocol Testnet",
    nativeCurrency: { name: "tstLPX", symbol: "tstLPX", decimals: 18 },
    rpcUrls: ["https://yellowstone-rpc.litprotocol.com/"],
    blockExplorerUrls: ["https://yellowstone-explorer.litprotocol.com/"],
    iconUrls: ["future"],
  },
} as const;

export const metamaskChainInfo = METAMASK_CHAIN_INFO;

const { yellowstone } = METAMASK_CHAIN_INFO;

/** {@link METAMASK_CHAIN_INFO} by network. */
export const METAMASK_CHAIN_INFO_BY_NETWORK = {
  "datil-dev": yellowstone,
  "datil-test": yellowstone,
  datil: yellowstone,
  custom: yellowstone,
} as const;

/** Nodes that the official SDK knows beforehand: none, they are read from the chain. */
export const LIT_NETWORKS: Readonly<Record<LitNetwork, readonly string[]>> = {
  "datil-dev": [],
  "datil-test": [],
  datil: [],
  custom: [],
};

export const HTTP = "http://";
export const HTTPS = "https://";

/** Scheme of the nodes' URLs where the port does not say it. */
export const HTTP_BY_NETWORK: Readonly<Record<LitNetwork, typeof HTTP | typeof HTTPS>> = {
  "datil-dev": HTTPS,
  "datil-test": HTTPS,
  datil: HTTPS,
  custom: HTTP,
};

/** Who runs the nodes. */
export const CENTRALISATION_BY_NETWORK: Readonly<Record<LitNetwork, "centralised" | "decentralised" | "unknown">> = {
  "datil-dev": "centralised",
  "datil-test": "decentralised",
  datil: "decentralised",
  custom: "unknown",
};

/** Where `ipfsOptions.overwriteCode` looks, after a gateway of the caller's. */
export const FALLBACK_IPFS_GATEWAYS = ["https://flk-ipfs.io/ipfs/", "https://litprotocol.mypinata.cloud/ipfs/"] as const;

/** Curves of signatures. A session's is BLS. */
export const LIT_CURVE = {
  BLS: "BLS",
  EcdsaK256: "K256",
  EcdsaCaitSith: "ECDSA_CAIT_SITH",
  EcdsaCAITSITHP256: "EcdsaCaitSithP256",
} as const;

/** `info.errorCode` of what a node does not allow. */
export const LIT_ERROR_CODE = { NODE_NOT_AUTHORIZED: "NodeNotAuthorized" } as const;

/** `kind` of errors. */
export const LIT_ERROR_KIND = {
  Unknown: "Unknown",
  Unexpected: "Unexpected",
  Generic: "Generic",
  Config: "Config",
  Validation: "Validation",
  Conversion: "Conversion",
  Parser: "Parser",
  Serializer: "Serializer",
  Timeout: "Timeout",
} as const;

// The official SDK's names of the types.
export type LIT_ABILITY_VALUES = LitAbility;
export type LIT_RESOURCE_PREFIX_VALUES = LitResourcePrefix;
export type LIT_NAMESPACE_VALUES = LitNamespace;
export type LIT_RECAP_ABILITY_VALUES = LitRecapAbility;
export type LIT_NETWORK_VALUES = LitNetwork;
export type LIT_NETWORKS_KEYS = LitNetwork;
export type AUTH_METHOD_TYPE_VALUES = AuthMethodType;
export type AUTH_METHOD_SCOPE_VALUES = AuthMethodScope;
export type STAKING_STATES_VALUES = StakingStates;
