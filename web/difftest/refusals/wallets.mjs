// Bad requests to the session functions that need no action: by a wallet's
// proof alone, and by a wallet that signs for the session itself.
import { bad, base64, differs, through } from "./vocabulary.mjs";

const wallet = 1;
const day = 86_400_000;
const from = (milliseconds) => new Date(Date.now() + milliseconds).toISOString();

/** A wallet's AuthSig over a message with the given fields, changed before it is signed. */
async function sign({ wallet: signer, side }, fields = {}, edit = (text) => text) {
  const message = await side.classes.createSiweMessage({
    walletAddress: signer.address,
    nonce: await side.client.getLatestBlockhash(),
    litNodeClient: side.client,
    ...fields,
  });
  return side.classes.generateAuthSig({ signer, toSign: edit(message) });
}

const method = async (at) => ({ authMethodType: wallet, accessToken: JSON.stringify(await sign(at)) });

const byProof = through(
  "getPkpSessionSigs",
  ({ bare }) => bare,
  async (at) => ({
    pkpPublicKey: at.bare.publicKey,
    authMethods: [await method(at)],
    resourceAbilityRequests: at.side.requests,
  }),
  [
    bad("the owner's proof", "accepted", {}),
    bad("no parameters", "refused", () => undefined),
    bad("no proof", "NodeAuthSigScopeTooLimited", { authMethods: [] }),
    bad("authMethods missing", "NodeAuthSigScopeTooLimited", { authMethods: undefined }),
    bad("authMethods of null", "refused", { authMethods: [null] }),
    bad("a proof that is no JSON", "NodeWalletSignatureJSONError", {
      authMethods: [{ authMethodType: wallet, accessToken: "no" }],
    }),
    bad("a proof and one that is none", "NodeWalletSignatureJSONError", async (at) => ({
      authMethods: [await method(at), { authMethodType: wallet, accessToken: "{}" }],
    })),
    bad("a proof for a PKP of somebody else", "NodeAuthSigScopeTooLimited", ({ descriptor }) => ({
      pkpPublicKey: descriptor.pkp.publicKey,
    })),
    bad("pkpPublicKey missing", "refused", { pkpPublicKey: undefined }),
    bad("pkpPublicKey no key", "refused", { pkpPublicKey: "0x04" }),
    bad("resourceAbilityRequests missing", "refused", { resourceAbilityRequests: undefined }),
    bad("resourceAbilityRequests empty", "refused", { resourceAbilityRequests: [] }),
    bad("expiration past", "refused", () => ({ expiration: from(-day) })),
    bad("expiration in 31 days", "refused", () => ({ expiration: from(31 * day) })),
    bad("code and CID", "refused", {
      litActionCode: base64("1"),
      litActionIpfsId: "QmSQDKRWEXZ9CGoucSTR11Mv6fhGqaytZ1MqrfHdkuS1Vg",
    }),
    bad("an action that says no", "NodeLitActionsSessionSigAuthenticationFailed", {
      litActionCode: base64("1"),
      jsParams: {},
    }),
    bad("an action without jsParams", "NodeLitActionsSessionSigAuthenticationFailed", { litActionCode: base64("1") }),
  ],
);

/** What the official SDK's guide signs, with fields and lines changed. */
const callback = (name, want, fields = () => ({}), edit = undefined) =>
  bad(name, want, (at) => ({
    authNeededCallback: ({ uri, expiration, resourceAbilityRequests }) =>
      sign(at, { uri, expiration, resources: resourceAbilityRequests, ...fields(at) }, edit),
  }));

const answer = (name, want, authNeededCallback) => bad(name, want, { authNeededCallback });

/** A callback whose AuthSig has other members than the wallet gave it. */
const instead = (change) => (at) => ({
  authNeededCallback: async ({ uri, expiration, resourceAbilityRequests }) => ({
    ...(await sign(at, { uri, expiration, resources: resourceAbilityRequests })),
    ...change,
  }),
});

const edited = (name, want, change) => bad(name, want, instead(change));

const byWallet = through(
  "getSessionSigs",
  ({ bare }) => bare,
  ({ side }) => ({ chain: "ethereum", resourceAbilityRequests: side.requests }),
  [
    callback("the owner's wallet signs", "accepted"),
    answer("no callback", "refused", undefined),
    answer("a callback that is none", "refused", "sign"),
    answer("a callback that throws", "refused", () => {
      throw new Error("the user said no");
    }),
    answer("a callback that gives nothing", "refused", async () => undefined),
    answer("a callback that gives a text", "refused", async () => "AuthSig"),
    answer("a callback that gives an empty object", "refused", async () => ({})),
    callback("a message for another session", "refused", () => ({ uri: `lit:session:${"00".repeat(32)}` })),
    callback("a message without a ReCap", "refused", () => ({ resources: undefined })),
    callback("a message for one action only", "refused", ({ side: { classes } }) => ({
      resources: [{ resource: new classes.LitActionResource("*"), ability: "lit-action-execution" }],
    })),
    callback("a message that is over", "refused", undefined, (text) =>
      text.replace(/^Expiration Time: .*$/m, `Expiration Time: ${from(-day)}`),
    ),
    callback("a message that is no SIWE", "refused", undefined, () => "let me in"),
    callback("a message for another address", "refused", () => ({
      walletAddress: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    })),
    edited("another signature", "refused", { sig: `0x${"11".repeat(64)}1b` }),
    edited("no signature", "refused", { sig: "" }),
    edited("no address", "refused", { address: "" }),
    edited("no message", "refused", { signedMessage: "" }),
    edited("an unknown algorithm", "refused", { algo: "P256" }),
    differs(
      "said to be a PKP's",
      "12.2",
      { ours: "client: InvalidSignatureError", official: "accepted" },
      instead({ algo: "LIT_BLS" }),
    ),
  ],
);

export const walletCases = [...byProof, ...byWallet];
