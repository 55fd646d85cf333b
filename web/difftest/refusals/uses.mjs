// Bad uses of good session signatures: each side's, by the official client.
import { both } from "../rows.mjs";
import { toSign } from "../signing.mjs";
import { base64 } from "./vocabulary.mjs";

const code = 'Lit.Actions.setResponse({ response: "ran" });';

/** A point of the curve that is no PKP. */
const generator =
  "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" +
  "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

const run = (name, want, change) => ({
  name: `executeJs: ${name}`,
  want,
  call: "executeJs",
  good: () => ({ code, jsParams: {} }),
  change,
});
const sign = (name, want, change) => ({
  name: `pkpSign: ${name}`,
  want,
  call: "pkpSign",
  good: ({ descriptor }) => ({ toSign, pubKey: descriptor.pkp.publicKey }),
  change,
});

const cases = [
  run("nothing wrong", "done", {}),
  run("neither code nor CID", "NodeInvalidIPFSID", { code: undefined }),
  run("code and a CID", "-", { ipfsId: "QmSQDKRWEXZ9CGoucSTR11Mv6fhGqaytZ1MqrfHdkuS1Vg" }),
  run("a CID that nobody has", "-", { code: undefined, ipfsId: "QmSQDKRWEXZ9CGoucSTR11Mv6fhGqaytZ1MqrfHdkuS1Vg" }),
  run("no CID", "-", { code: undefined, ipfsId: "QmNothing" }),
  run("code that does not parse", "-", { code: "this is no program" }),
  run("code that throws", "-", { code: 'throw new Error("no");' }),
  run("code that signs for a PKP of somebody else", "-", ({ bare }) => ({
    code: 'Lit.Actions.signEcdsa({ toSign, publicKey, sigName: "s" });',
    jsParams: { toSign, publicKey: bare.publicKey },
  })),
  run("jsParams a list", "NodeJsExecutionError", { jsParams: [1] }),
  run("jsParams that would replace Lit", "NodeJsExecutionError", { jsParams: { Lit: 1 } }),
  run("jsParams with half a character", "NodeBadInput", { jsParams: { a: "\ud83d" } }),
  run("no session signatures", "TypeError", { sessionSigs: undefined }),
  run("an empty map of session signatures", "-", { sessionSigs: {} }),
  run("authMethods beside them", "NodeCannotProvideAuthMethodForEndpoint", { authMethods: [] }),
  sign("nothing wrong", "done", {}),
  sign("31 bytes", "-", { toSign: toSign.slice(1) }),
  sign("33 bytes", "-", { toSign: [...toSign, 0] }),
  sign("no bytes", "-", { toSign: [] }),
  sign("toSign missing", "ParamNullError", { toSign: undefined }),
  sign("pubKey missing", "ParamNullError", { pubKey: undefined }),
  sign("pubKey no hex", "-", { pubKey: "0xzz" }),
  sign("pubKey of no PKP", "NodeContractResolverConversionFailed", { pubKey: generator }),
  sign("pubKey of a PKP of somebody else", "NodeAuthSigScopeTooLimited", ({ bare }) => ({ pubKey: bare.publicKey })),
  sign("no session signatures", "ParamNullError", { sessionSigs: undefined }),
  sign("an empty map of session signatures", "InvalidArgumentException", { sessionSigs: {} }),
];

/** The node's code, "-" for a node's refusal without one, or the client's class. */
const reason = (error) =>
  error.name === "NodeError" ? (error.info?.errorCode ?? (error.info ? "-" : "NodeError")) : error.name;

/** Rows for all cases; `shared` is what was prepared. */
export async function useRows(descriptor, sides, shared) {
  const at = { ...shared, descriptor };
  const made = {};
  for (const [who, side] of Object.entries(sides)) {
    side.storage.clear();
    made[who] = await side.client.getLitActionSessionSigs({
      pkpPublicKey: descriptor.pkp.publicKey,
      litActionCode: base64(descriptor.pkp.permittedAction.code),
      jsParams: { magicNumber: 42 },
      resourceAbilityRequests: side.requests,
    });
  }
  const rows = [];
  for (const { name, want, call, good, change } of cases) {
    const came = {};
    for (const [who, sessionSigs] of Object.entries(made)) {
      const params = { sessionSigs, ...good(at), ...(typeof change === "function" ? change(at) : change) };
      came[who] = await sides.official.client[call](params).then(() => "done", reason);
    }
    rows.push(both(name, want, came.ours, came.official));
  }
  return rows;
}
