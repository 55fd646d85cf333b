// Bad capabilities: what a session is said to be allowed, and by whom.
import { asking, bad } from "./vocabulary.mjs";

const object = (name, want, make) =>
  bad(`sessionCapabilityObject ${name}`, want, (at) => ({ sessionCapabilityObject: make(at) }));

/** An empty capability of the other side's with something added. */
const capability = (name, want, add) =>
  object(name, want, ({ other: { classes } }) => {
    const made = classes.newSessionCapabilityObject();
    add(made, new classes.LitPKPResource("1"));
    return made;
  });

const objects = [
  capability("empty, of the other side", "accepted", () => {}),
  capability("with a resource of its own", "accepted", (made, pkp) =>
    made.addCapabilityForResource(pkp, "pkp-signing"),
  ),
  capability("with everything of a resource", "accepted", (made, pkp) => made.addAllCapabilitiesForResource(pkp)),
  capability("that says who was authenticated", "NodeInvalidAuthContextResource", (made) =>
    made.addAttenuation("lit-resolvedauthcontext://*", "Auth", "Auth", { auth_context: {} }),
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

const carried = (name, want, value) =>
  bad(`capacityDelegationAuthSig ${name}`, want, { capacityDelegationAuthSig: value });
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

/** Where both clients look when the gateway that they were given is no good. */
const publicGateways = ["flk-ipfs.io", "litprotocol.mypinata.cloud"];

/** A request for an action that the nodes do not find. */
const hidden = (name, want, make) =>
  bad(`an action that only a gateway has, ${name}`, want, (at) => ({
    pkpPublicKey: at.hidden.publicKey,
    litActionCode: undefined,
    litActionIpfsId: at.gateway.cid,
    ipfsOptions: make(at.gateway),
  }));

const gateways = [
  ipfs("null", "accepted", () => null),
  ipfs("empty", "accepted", () => ({})),
  ipfs("a text", "accepted", () => "ipfs"),
  ipfs("to fetch the code, which is there", "accepted", ({ descriptor }) => ({
    overwriteCode: true,
    gatewayUrl: descriptor.ipfsGateway,
  })),
  hidden("not asked for", "-", () => undefined),
  hidden("named, but not to be used", "-", ({ good }) => ({ overwriteCode: false, gatewayUrl: good })),
  hidden("to be used", "accepted", ({ good }) => ({ overwriteCode: true, gatewayUrl: good })),
  asking(
    publicGateways,
    hidden("which sends another one (12.25)", "NodeAuthSigScopeTooLimited", ({ bad }) => ({
      overwriteCode: true,
      gatewayUrl: bad,
    })),
  ),
  asking(
    publicGateways,
    hidden("which has moved", "refused", ({ good }) => ({ overwriteCode: true, gatewayUrl: `${good}away/` })),
  ),
];

export const capabilityCases = [...objects, ...authSigs, ...gateways];
