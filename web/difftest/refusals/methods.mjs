// Bad proofs of who asks, and PKPs that permit less than is asked for.
import { bad, base64 } from "./vocabulary.mjs";

const wallet = 1;
const stranger = base64('LitActions.setResponse({ response: "true" });');

/** A wallet's AuthSig over a message, both of the other side's making, with fields and then lines changed. */
async function walletSig({ wallet: signer, other }, fields = {}, edit = (text) => text) {
  const message = await other.classes.createSiweMessage({
    walletAddress: signer.address,
    nonce: await other.client.getLatestBlockhash(),
    litNodeClient: other.client,
    ...fields,
  });
  return other.classes.generateAuthSig({ signer, toSign: edit(message) });
}

/** A request that only the owner's wallet may make: the action is not permitted. */
const owned = async (at, authSig) => ({
  pkpPublicKey: at.bare.publicKey,
  litActionCode: stranger,
  authMethods: [{ authMethodType: wallet, accessToken: JSON.stringify(await authSig) }],
});

const proof = (name, want, make) => bad(`wallet's AuthSig ${name}`, want, (at) => owned(at, make(at)));

const proofs = [
  proof("of the PKP's owner", "accepted", (at) => walletSig(at)),
  proof("with another signature", "NodeInvalidAuthSig", async (at) => ({
    ...(await walletSig(at)),
    sig: `0x${"11".repeat(64)}1b`,
  })),
  proof("with a signature cut short", "NodeSIWESigConversionError", async (at) => ({
    ...(await walletSig(at)),
    sig: "0x1234",
  })),
  proof("with another message", "NodeInvalidAuthSig", async (at) => {
    const sig = await walletSig(at);
    return { ...sig, signedMessage: sig.signedMessage.replace("Chain ID: 1", "Chain ID: 2") };
  }),
  proof("of another address", "NodeInvalidAuthSig", async (at) => ({
    ...(await walletSig(at)),
    address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  })),
  proof("with a member too many", "refused", async (at) => ({ ...(await walletSig(at)), network: "eth" })),
  proof("without its address", "refused", async (at) => ({ ...(await walletSig(at)), address: undefined })),
  proof("that is over", "NodeSIWEMessageError", (at) =>
    walletSig(at, {}, (text) => text.replace(/^(Issued At|Expiration Time): .*$/gm, "$1: 2024-01-01T00:00:00.000Z")),
  ),
  proof("that never ends", "NodeSIWEMessageError", (at) =>
    walletSig(at, {}, (text) => text.replace(/^Expiration Time: .*\n?/m, "")),
  ),
  proof("for a session", "refused", (at) => walletSig(at, { uri: `lit:session:${"00".repeat(32)}` })),
  proof("for a delegation", "refused", (at) => walletSig(at, { uri: "lit:capability:delegation" })),
  proof("over no SIWE message", "refused", ({ wallet: signer, other }) =>
    other.classes.generateAuthSig({ signer, toSign: "let me in", address: signer.address }),
  ),
];

const method = (name, want, authMethods) => bad(`authMethods ${name}`, want, { authMethods });
const token = (authMethodType, accessToken = "token") => [{ authMethodType, accessToken }];

const methods = [
  method("null", "accepted", null),
  method("empty", "accepted", []),
  method("a text", "refused", "wallet"),
  method("an object", "refused", {}),
  method("of null", "refused", [null]),
  method("without a type", "refused", [{ accessToken: "{}" }]),
  method("without a token", "refused", [{ authMethodType: wallet }]),
  method("of a type in text", "refused", [{ authMethodType: "1", accessToken: "{}" }]),
  method("of half a type", "refused", [{ authMethodType: 1.5, accessToken: "{}" }]),
  method("of a negative type", "refused", [{ authMethodType: -1, accessToken: "{}" }]),
  method("of type 0", "refused", token(0)),
  method("wallet: a token that is no JSON", "refused", token(wallet)),
  method("wallet: a token of null", "refused", token(wallet, "null")),
  method("wallet: a token that is an object", "refused", token(wallet, {})),
  method("Lit Action", "-", token(2)),
  method("WebAuthn", "-", token(3)),
  method("Discord", "-", token(4)),
  method("Google", "-", token(5)),
  method("Google JWT", "-", token(6)),
  method("Apple JWT", "-", token(8)),
  method("Stytch one-time code", "-", token(9)),
  method("Stytch e-mail", "-", token(10)),
  method("Stytch SMS", "-", token(11)),
  method("Stytch WhatsApp", "-", token(12)),
  method("Stytch TOTP", "-", token(13)),
  method("of an unknown type", "-", token(99)),
];

const pkp = (name, want, which) =>
  bad(`a PKP that permits the action ${name}`, want, (at) => ({ pkpPublicKey: at[which].publicKey }));

const permissions = [
  pkp("without any scope (12.34)", "NodeAuthSigScopeTooLimited", "unscoped"),
  pkp("to sign messages only, used to sign anything", "refused", "messages"),
];

export const methodCases = [...proofs, ...methods, ...permissions];
