// Bad capabilities: what a session is said to be allowed, and by whom.
import helpers from "@lit-protocol/auth-helpers";
import { bad } from "./vocabulary.mjs";

const object = (name, want, make) => bad(`sessionCapabilityObject ${name}`, want, () => ({ sessionCapabilityObject: make() }));

/** An empty capability of the official SDK with something added. */
function capability(add = () => {}) {
  const made = helpers.newSessionCapabilityObject();
  add(made);
  return made;
}

const objects = [
  object("empty, of the official SDK", "accepted", () => capability()),
  object("with a resource of its own", "accepted", () => capability((it) => it.addCapabilityForResource(new helpers.LitPKPResource("1"), "pkp-signing"))),
  object("with everything of a resource", "accepted", () => capability((it) => it.addAllCapabilitiesForResource(new helpers.LitPKPResource("1")))),
  object("that says who was authenticated", "NodeInvalidAuthContextResource", () =>
    capability((it) => it.addAttenuation("lit-resolvedauthcontext://*", "Auth", "Auth", { auth_context: {} })),
  ),
  object("null", "accepted", () => null),
  object("a text", "refused", () => "urn:recap:e30"),
  object("a plain object", "refused", () => ({})),
  object("that throws", "refused", () => ({
    statement: "",
    encodeAsSiweResource: () => {
      throw new Error("no");
    },
  })),
];

const authSig = (change) => ({
  sig: "0x00",
  derivedVia: "web3.eth.personal.sign",
  signedMessage: "a\nExpiration Time: 2100-01-01T00:00:00.000Z",
  address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  ...change,
});

const carried = (name, want, value) => bad(`capacityDelegationAuthSig ${name}`, want, { capacityDelegationAuthSig: value });
const listed = (name, want, value) => bad(`capabilityAuthSigs ${name}`, want, { capabilityAuthSigs: value });

const authSigs = [
  carried("over no SIWE message", "accepted", authSig()),
  carried("null", "accepted", null),
  carried("empty", "refused", {}),
  carried("a text", "refused", "AuthSig"),
  carried("without a signature", "refused", authSig({ sig: undefined })),
  carried("without a message", "refused", authSig({ signedMessage: undefined })),
  carried("without an address", "refused", authSig({ address: undefined })),
  carried("without derivedVia", "refused", authSig({ derivedVia: undefined })),
  carried("of numbers", "refused", authSig({ sig: 1 })),
  carried("with a member too many", "refused", authSig({ network: "eth" })),
  listed("null", "accepted", null),
  listed("empty", "accepted", []),
  listed("an object", "refused", {}),
  listed("a text", "refused", "AuthSig"),
  listed("of null", "refused", [null]),
  listed("of an empty object", "refused", [{}]),
];

const ipfs = (name, want, make) => bad(`ipfsOptions ${name}`, want, (at) => ({ ipfsOptions: make(at) }));

const gateways = [
  ipfs("null", "accepted", () => null),
  ipfs("empty", "accepted", () => ({})),
  ipfs("a text", "accepted", () => "ipfs"),
  ipfs("to fetch the code, which is there", "accepted", ({ descriptor }) => ({ overwriteCode: true, gatewayUrl: descriptor.ipfsGateway })),
];

export const capabilityCases = [...objects, ...authSigs, ...gateways];
