// Bad actions: none, two, not to be read, not to be found, or with an answer
// that is no yes.
import { bad, base64, differs } from "./vocabulary.mjs";

const code = (name, want, litActionCode) => bad(`litActionCode ${name}`, want, { litActionCode });
const cid = (name, want, litActionIpfsId) =>
  bad(`litActionIpfsId ${name}`, want, { litActionIpfsId, litActionCode: undefined });

/** Answers what no other node answers. */
export const chanceAction = 'LitActions.setResponse({ response: "true" + Math.random() });';

const yes = 'LitActions.setResponse({ response: "true" });';

/** An action that is run, permitted or not: nodes ask for the permission after it. */
const action = (name, want, source) => bad(`action ${name}`, want, { litActionCode: base64(source) });

const no = "NodeLitActionsSessionSigAuthenticationFailed";
const unpermitted = "NodeAuthSigScopeTooLimited";

/** An action that asks for so many pages. */
const fetches = (name, want, count) =>
  bad(`action ${name}`, want, ({ descriptor }) => ({
    litActionCode: base64(`(async () => { for (let i = 0; i < ${count}; i++) await fetch(url); ${yes} })();`),
    jsParams: { url: descriptor.ipfsGateway + descriptor.pkp.permittedAction.cid },
  }));

const choice = [
  bad("no action", "refused", { litActionCode: undefined }),
  bad("code and CID of the same action", "refused", ({ descriptor }) => ({
    litActionIpfsId: descriptor.pkp.permittedAction.cid,
  })),
  bad("code and another CID", "refused", { litActionIpfsId: "QmSQDKRWEXZ9CGoucSTR11Mv6fhGqaytZ1MqrfHdkuS1Vg" }),
  bad("code and an empty CID", "accepted", { litActionIpfsId: "" }),
];

const codes = [
  code("empty", "refused", ""),
  code("null", "refused", null),
  code("a number", "refused", 5),
  code("an object", "refused", {}),
  code("as it is, not in base64", "refused", yes),
  code("in base64 of URLs", "refused", base64("\u00fb\u00ff").replaceAll("+", "-").replaceAll("/", "_")),
  code("in base64 without padding", "refused", base64(`${yes} `).replaceAll("=", "")),
  code("in base64 with a line break", "refused", `${base64(yes).slice(0, 20)}\n${base64(yes).slice(20)}`),
  code("in base64 with a stray bit", "refused", "YR=="),
  code("of no UTF-8", "refused", base64("\u00ff\u00fe\u00fd")),
  code("of spaces only", no, base64("   ")),
  code("twice in base64: a name that is not defined", "-", base64(base64(yes))),
];

const cids = [
  cid("empty", "refused", ""),
  cid("a number", "refused", 7),
  cid("no CID", "refused", "QmNothing"),
  cid("with a digit that base58 has not", "refused", `Qm0${"a".repeat(43)}`),
  cid("one character short", "refused", "QmSQDKRWEXZ9CGoucSTR11Mv6fhGqaytZ1MqrfHdkuS1V"),
  cid("of version 1", "refused", "bafkreidon73zkcrwdb5iafqtijxildoonbwnpv7dyd6ef3qdgads2jc4su"),
  cid("with /ipfs/ before it", "refused", "/ipfs/QmSQDKRWEXZ9CGoucSTR11Mv6fhGqaytZ1MqrfHdkuS1Vg"),
  cid("that nobody has", "-", "QmSQDKRWEXZ9CGoucSTR11Mv6fhGqaytZ1MqrfHdkuS1Vg"),
  bad("litActionIpfsId of the permitted action", "accepted", ({ descriptor }) => ({
    litActionIpfsId: descriptor.pkp.permittedAction.cid,
    litActionCode: undefined,
  })),
];

const answers = [
  action("not permitted", unpermitted, yes),
  action("not permitted, by a comment", unpermitted, `${yes} // changed`),
  action("answers false", no, 'LitActions.setResponse({ response: "false" });'),
  action("answers nothing", no, "1 + 1;"),
  action("answers an empty text", no, 'LitActions.setResponse({ response: "" });'),
  action("answers TRUE", no, 'LitActions.setResponse({ response: "TRUE" });'),
  action("answers untrue (12.32)", unpermitted, 'LitActions.setResponse({ response: "untrue" });'),
  action("answers yes, then no", no, `${yes} LitActions.setResponse({ response: "no" });`),
  action("answers true itself", "-", "LitActions.setResponse({ response: true });"),
  action("answers without response", "-", "LitActions.setResponse({});"),
  action("answers later", unpermitted, `setTimeout(() => { ${yes} }, 5);`),
  action("throws", "-", 'throw new Error("no");'),
  action("throws after yes", "-", `${yes} throw new Error("no");`),
  action("throws null", "-", "throw null;"),
  action("rejects", "-", '(async () => { throw new Error("no"); })();'),
  action("does not parse", "-", "this is no program"),
  action("awaits at the top", "-", "await 1;"),
  action("imports", "-", 'import "x";'),
  action("evaluates text", "-", 'eval("1");'),
  action("makes a function of text", "-", 'new Function("return 1")();'),
  action("replaces Lit.Actions", "-", '"use strict"; Lit.Actions = {};'),
  action("recurses for ever", "-", "(function f() { f(); })();"),
  action(
    "signs",
    "-",
    `(async () => { await Lit.Actions.signEcdsa({ toSign: new Array(32).fill(1), publicKey: "04", sigName: "s" }); ${yes} })();`,
  ),
  action("answers too much", "-", 'LitActions.setResponse({ response: "true".repeat(100000) });'),
  action("logs too much", "-", `for (let i = 0; i < 200; i++) console.log("x".repeat(1000)); ${yes}`),
  fetches("asks for too many pages", "-", 51),
  fetches("asks for as many pages as it may", unpermitted, 50),
  action("asks the world", "-", `(async () => { await fetch("https://example.com/"); ${yes} })();`),
  action("waits for ever", no, "new Promise(() => {});"),
  action("knows nothing of files", "-", "Deno.readTextFileSync('/etc/passwd');"),
  action("of 17 MiB", "refused", `${yes}${" ".repeat(17 << 20)}`),
  differs(
    "action answers by chance",
    "12.4",
    { ours: "node: no code", official: "use: node: NodeInvalidAuthSig" },
    ({ chance }) => ({ pkpPublicKey: chance.publicKey, litActionCode: base64(chanceAction) }),
  ),
];

export const actionCases = [...choice, ...codes, ...cids, ...answers];
