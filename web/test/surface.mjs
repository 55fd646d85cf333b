/**
 * Everything that the package lets a dapp call, found by looking: exports,
 * classes, and the methods and getters of objects. What a function takes when
 * all is well stands in {@link SAMPLES}, by name; one that is not there is
 * called all the same.
 */

const isClass = (value) => typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));

/** {name: "Class.method", call(args)} of every export of a module, and of the objects that are passed. */
export function surface(exports, objects = {}) {
  const found = [];
  for (const [name, value] of Object.entries(exports)) {
    if (isClass(value)) {
      found.push({ name: `new ${name}`, call: (args) => new value(...args) });
      addFunctions(found, name, value, staticsOf(value));
    } else if (typeof value === "function") {
      found.push({ name, call: (args) => value(...args) });
    }
  }
  for (const [name, object] of Object.entries(objects)) {
    addFunctions(found, name, object, membersOf(object));
    for (const [member, value] of Object.entries(object)) {
      addNested(found, `${name}.${member}`, value);
    }
  }
  return found;
}

/** Functions inside of plain objects, such as pkpNftContractUtils.read. */
function addNested(found, name, value) {
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    addFunctions(found, name, value, Object.keys(value));
    Object.entries(value).forEach(([member, inner]) => addNested(found, `${name}.${member}`, inner));
  }
}

function addFunctions(found, name, holder, members) {
  for (const member of members) {
    if (typeof holder[member] === "function") {
      found.push({ name: `${name}.${member}`, call: (args) => holder[member](...args) });
    }
  }
}

const staticsOf = (value) => Object.getOwnPropertyNames(value).filter((name) => !["length", "name", "prototype"].includes(name));

function membersOf(object) {
  const names = new Set();
  for (let at = object; at !== Object.prototype && at !== null; at = Object.getPrototypeOf(at)) {
    Object.getOwnPropertyNames(at).forEach((name) => names.add(name));
  }
  names.delete("constructor");
  return [...names];
}

const address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const tokenId = "0x8bbbd15b5a9a71c1ba3a0b8b95d2b1b3b0a4a5a1f5d6a1d0c9f1b3e6a8c7d9e0";
const cid = "QmZdAipjUhGYGkV5TsDVRCE5UG8nJdM9X8z3gtbn7BkdAK";
const nonce = "0x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".slice(2);
const expiration = new Date(Date.now() + 3_600_000).toISOString();
const key = "ab".repeat(32);
const fields = { domain: "localhost", address, uri: "https://localhost/", version: "1", chainId: 1, nonce, issuedAt: "2026-01-15T12:00:00.000Z" };

const message =
  `localhost wants you to sign in with your Ethereum account:\n${address}\n\nHello.\n\n` +
  `URI: https://localhost/\nVersion: 1\nChain ID: 1\nNonce: ${nonce}\nIssued At: 2026-01-15T12:00:00.000Z`;
const authSig = { sig: `0x${"12".repeat(64)}1b`, derivedVia: "web3.eth.personal.sign", signedMessage: message, address };
const sessionSig = { ...authSig, signedMessage: JSON.stringify({ capabilities: [authSig], issuedAt: fields.issuedAt, expiration }) };
const sessionSigs = { "http://127.0.0.1:1": sessionSig };
const signer = { getAddress: async () => address, signMessage: async () => authSig.sig };

/** Arguments by the last part of a name, made with the package's own classes. */
export function samples({ LitPKPResource, LIT_ABILITY }, config, pkpPublicKey) {
  const resource = new LitPKPResource("*");
  const resourceAbilityRequests = [{ resource, ability: LIT_ABILITY.PKPSigning }];
  const session = { pkpPublicKey, resourceAbilityRequests, expiration, domain: "localhost", chain: "ethereum", jsParams: { magicNumber: 42 }, capabilityAuthSigs: [], authMethods: [] };
  const siwe = { walletAddress: address, nonce, domain: "localhost", expiration, resources: resourceAbilityRequests, litNodeClient: {} };
  const options = { onProgress() {} };
  const credits = { capacityTokenId: "1", delegateeAddresses: [address], uses: "1" };
  return {
    LitNodeClient: [config],
    LitContracts: [{ network: "custom", rpc: config.rpcUrl, customContext: config.contractContext, provider: { request: async () => "0x1" }, timing: { poll: 10 } }],
    SiweMessage: [fields],
    RecapSessionCapabilityObject: [{ "lit-pkp://*": { "Threshold/Signing": [{}] } }, []],
    newSessionCapabilityObject: [{ "lit-pkp://*": { "Threshold/Signing": [{}] } }, []],
    LitPKPResource: [tokenId],
    LitRLIResource: ["1"],
    LitActionResource: [cid],
    LitAccessControlConditionResource: ["*"],
    parseLitResource: [`lit-pkp://${tokenId.slice(2)}`],
    init: [{ wasm: undefined }],
    connect: [options],
    getLitActionSessionSigs: [{ ...session, litActionIpfsId: cid }, options],
    getPkpSessionSigs: [{ ...session, litActionIpfsId: cid }, options],
    getSessionSigs: [{ ...session, authNeededCallback: async () => authSig }, options],
    getWalletSig: [{ ...session, nonce, sessionKeyUri: `lit:session:${key}`, authNeededCallback: async () => authSig }, options],
    signSessionKey: [{ ...session, chainId: 1, sessionKey: { publicKey: key, secretKey: key + key }, statement: "Hello." }, options],
    checkNeedToResignSessionKey: [{ authSig, sessionKeyUri: `lit:session:${key}`, resourceAbilityRequests }, options],
    getIpfsId: [{ str: "text" }, options],
    getSessionKeyUri: [key],
    isSessionKeyPair: [{ publicKey: key, secretKey: key + key }],
    createCapacityDelegationAuthSig: [{ dAppOwnerWallet: signer, domain: "localhost", expiration, ...credits }, options],
    createCapacityCreditsResourceData: [credits],
    getLatestBlockhash: [options],
    generateSessionCapabilityObjectWithWildcards: [[resource], true],
    getSessionSigByUrl: [{ sessionSigs, url: "http://127.0.0.1:1" }],
    on: ["connected", () => {}],
    once: ["connected", () => {}],
    off: ["connected", () => {}],
    addListener: ["connected", () => {}],
    removeListener: ["connected", () => {}],
    removeAllListeners: ["error"],
    emit: ["other", 1],
    listeners: ["connected"],
    listenerCount: ["connected"],
    createSiweMessage: [siwe],
    createSiweMessageWithRecaps: [{ ...siwe, uri: "https://localhost/" }],
    createSiweMessageWithCapacityDelegation: [{ ...siwe, uri: "lit:capability:delegation", ...credits }],
    addRecapToSiweMessage: [{ siweMessage: { ...fields }, resources: resourceAbilityRequests, litNodeClient: {} }],
    addToSiweMessage: [{ ...fields }],
    addAttenuation: ["lit-pkp://*", "Threshold", "Signing", {}],
    addCapabilityForResource: [resource, LIT_ABILITY.PKPSigning, { a: 1 }],
    verifyCapabilitiesForResource: [resource, LIT_ABILITY.PKPSigning],
    addAllCapabilitiesForResource: [resource],
    addProof: [cid],
    decode: ["urn:recap:eyJhdHQiOnt9LCJwcmYiOltdfQ"],
    extract: [{ statement: "Hello.", resources: ["urn:recap:eyJhdHQiOnt9LCJwcmYiOltdfQ"] }],
    sanitizeSiweMessage: ["a\\\\nb"],
    addPKPSigningRequest: [tokenId],
    addRateLimitIncreaseAuthRequest: ["1"],
    addLitActionExecutionRequest: [cid],
    isValidLitAbility: [LIT_ABILITY.PKPSigning],
    validateSessionSig: [sessionSig],
    validateSessionSigs: [sessionSigs],
    formatSessionSigs: [JSON.stringify(sessionSigs), new Date(0)],
    generateAuthSig: [{ signer, toSign: message, address }],
    toSigner: [signer],
    checkAndSignAuthMessage: [{ chain: "ethereum", nonce, provider: { request: async () => "0x1" }, expiration, resources: ["urn:x"], storage: { getItem() {}, setItem() {}, removeItem() {} } }],
    disconnectWeb3: [{ storage: { getItem() {}, setItem() {}, removeItem() {} } }],
    isLitError: [new Error("none of ours")],
  };
}

/** The arguments of a function, by its name in {@link surface}. */
export const sampleOf = (table, name) => table[name.split(/[ .]/).at(-1)] ?? [];
