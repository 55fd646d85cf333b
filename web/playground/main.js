// The page's one module. It uses the package exactly as a dapp does.
//
// What tests read:
//   #status[data-state]        loading, connected, working, done or failed
//   #session-sigs              the last result as JSON, empty when there is none
//   #sigs > tr[data-node]      one row per session signature
//   #failure-name, -code, -reason, -message, -said, -retryable   the last failure
//   #failure-nodes > tr[data-node]   what a node answered to it
//   [data-step]                a step's time, as "12.3 ms"; its name is the attribute
//   #authorization[data-from]  nodes or storage: where the AuthSig came from
//   #code-note[data-edited]    whether the action is no longer the permitted one
import { LIT_ABILITY, LitActionResource, LitNodeClient, LitPKPResource } from "./litsession/index.js";

const $ = (id) => document.getElementById(id);
const milliseconds = (time) => `${time.toFixed(1)} ms`;
const host = (url) => new URL(url).host;

async function start() {
  const network = await (await fetch("descriptor.json")).json();
  const { rpcUrl, contractContext, pkp } = network;
  const client = new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext });
  showRequest(pkp);
  await timed("load and connect", () => client.connect());
  showRequestTimes(rpcUrl);
  showNetwork(client, network);
  $("request").addEventListener("submit", (event) => {
    event.preventDefault();
    run(client, pkp);
  });
  $("run").disabled = false;
  say("connected", "Connected. Nothing is signed yet.");
}

async function run(client, pkp) {
  clear();
  $("run").disabled = true;
  say("working", "The nodes run the action …");
  try {
    const sessionSigs = await timed("getLitActionSessionSigs", () =>
      client.getLitActionSessionSigs({
        pkpPublicKey: pkp.publicKey,
        litActionSource: $("code").value,
        jsParams: { magicNumber: $("magic").valueAsNumber },
        resourceAbilityRequests: [
          { resource: new LitPKPResource("*"), ability: LIT_ABILITY.PKPSigning },
          { resource: new LitActionResource("*"), ability: LIT_ABILITY.LitActionExecution },
        ],
      }),
    );
    showResult(sessionSigs);
    say("done", `Signed and checked: ${Object.keys(sessionSigs).length} session signatures.`);
  } catch (error) {
    showFailure(error);
    say("failed", "No session signatures.");
  } finally {
    showMedian("sign_session_key, median", nodeTimes("/web/sign_session_key"));
    $("run").disabled = false;
  }
}

/** Nothing of the previous request stays on the page. */
function clear() {
  $("failure").hidden = $("result").hidden = true;
  $("session-sigs").value = "";
  $("sigs").replaceChildren();
  performance.clearResourceTimings();
}

function say(state, text) {
  $("status").dataset.state = state;
  $("status").textContent = text;
}

async function timed(step, work) {
  const start = performance.now();
  try {
    return await work();
  } finally {
    showTime(step, milliseconds(performance.now() - start));
  }
}

function showTime(step, text) {
  const known = document.querySelector(`[data-step="${step}"]`);
  if (known) {
    known.textContent = text;
    return;
  }
  const time = element("dd", { textContent: text });
  time.dataset.step = step;
  $("timings").append(element("div", {}, element("dt", { textContent: step }), time));
  $("timing").hidden = false;
}

/** The requests of the current step whose address contains text, as the browser timed them. */
function requests(text) {
  return performance.getEntriesByType("resource").filter(({ name, responseEnd }) => name.includes(text) && responseEnd > 0);
}

/** How long each node took for a path. A node whose answer was not needed any more has no time. */
function nodeTimes(path) {
  return new Map(requests(path).map(({ name, duration }) => [new URL(name).origin, duration]));
}

/** Handshakes happen once; what they took stays on the page. */
const handshakes = new Map();

function showRequestTimes(rpcUrl) {
  requests("litsession/lit.wasm").forEach(({ duration }) => showTime("lit.wasm arrives", milliseconds(duration)));
  const chain = requests(rpcUrl).reduce((sum, { duration }) => sum + duration, 0);
  showTime("chain read", milliseconds(chain));
  nodeTimes("/web/handshake").forEach((time, node) => handshakes.set(node, time));
  showMedian("handshake, median", handshakes);
}

function showMedian(step, times) {
  const sorted = [...times.values()].sort((a, b) => a - b);
  if (sorted.length > 0) {
    showTime(step, milliseconds(sorted[sorted.length >> 1]));
  } else {
    document.querySelector(`[data-step="${step}"]`)?.parentElement.remove();
  }
}

function showRequest(pkp) {
  const { code, cid } = pkp.permittedAction;
  $("pkp-address").textContent = pkp.ethAddress;
  $("cid").textContent = cid;
  $("code").value = code;
  $("code").addEventListener("input", () => ($("code-note").dataset.edited = $("code").value !== code));
}

function showNetwork(client, network) {
  $("nodes").textContent = `${client.connectedNodes.size} of ${network.nodes.length}, ${client.config.minNodeCount} must agree`;
  $("epoch").textContent = client.currentEpochNumber;
  $("chain").textContent = `${network.chainId} at ${host(network.rpcUrl)}`;
  $("storage").textContent = { local: "localStorage", session: "sessionStorage" }[client.storageKind] ?? client.storageKind;
  $("network-key").textContent = client.networkPubKey;
}

function showResult(sessionSigs) {
  const signing = nodeTimes("/web/sign_session_key");
  const rows = Object.entries(sessionSigs).map(([url, sessionSig]) => sigRow(url, sessionSig, signing));
  $("sigs").replaceChildren(...rows);
  const { capabilities } = JSON.parse(Object.values(sessionSigs)[0].signedMessage);
  showAuthorization(capabilities.at(-1), signing.size > 0);
  $("session-sigs").value = JSON.stringify(sessionSigs, null, 2);
  $("result").hidden = false;
}

function sigRow(url, { sig, signedMessage }, signing) {
  const { issuedAt, expiration, nodeAddress } = JSON.parse(signedMessage);
  const row = element(
    "tr",
    {},
    element("th", { scope: "row", textContent: host(nodeAddress), title: url }),
    cell("Issued", clock(issuedAt)),
    cell("Expires", clock(expiration)),
    cell("Handshake", handshakes.has(url) ? milliseconds(handshakes.get(url)) : "no answer", "number"),
    cell("Signing", signing.has(url) ? milliseconds(signing.get(url)) : "not needed", "number"),
    cell("Signature", unfolding(sig)),
  );
  row.dataset.node = url;
  return row;
}

function showAuthorization(authSig, fromNodes) {
  const { address, algo, signedMessage, sig } = authSig;
  const line = (name) => signedMessage.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1] ?? "–";
  const { att } = recap(signedMessage);
  const context = att["lit-resolvedauthcontext://*"]?.["Auth/Auth"]?.[0]?.auth_context;
  $("authorization").dataset.from = fromNodes ? "nodes" : "storage";
  $("authorization-note").textContent = fromNodes
    ? "The nodes ran the action and signed for the PKP, each with a share; together it is one BLS signature of the network."
    : "No node was asked: the authorization in storage was made for exactly this request and still holds.";
  showFacts($("authorization"), [
    ["For PKP", address],
    ["Issued", clock(line("Issued At"))],
    ["Expires", clock(line("Expiration Time"))],
    ["The action answered", context?.customAuthResource ?? "–"],
    ["Action that ran", context?.actionIpfsIdStack?.join(", ") || "–"],
    [`Signature (${algo})`, unfolding(JSON.parse(sig).ProofOfPossession)],
  ]);
  $("abilities").replaceChildren(...abilityRows(att));
  $("siwe").textContent = signedMessage;
}

function abilityRows(att) {
  return Object.entries(att).flatMap(([resource, abilities]) =>
    Object.entries(abilities).map(([ability, restrictions]) => {
      const under = JSON.stringify(restrictions) === "[{}]" ? "no restriction" : unfolding(JSON.stringify(restrictions, null, 2));
      return element("tr", {}, element("th", { scope: "row", textContent: resource }), cell("Ability", ability), cell("Under", under));
    }),
  );
}

/** The capabilities in a SIWE text: the last resource, base64url of JSON. */
function recap(siwe) {
  const base64 = siwe.split("\n- urn:recap:").at(-1).replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))));
}

function showFailure(error) {
  $("failure-name").textContent = error.name;
  $("failure-code").textContent = error.code ?? "–";
  $("failure-reason").textContent = error.reason ?? "–";
  const [said, hint] = inTwo(error);
  $("failure-message").textContent = hint || said;
  $("failure-said").textContent = said;
  $("failure-words").hidden = !hint;
  $("failure-retryable").textContent = error.retryable ? "yes" : "no, not without a change";
  const failures = error.details?.failures ?? [];
  $("failure-nodes").replaceChildren(...failures.map(failureRow));
  $("failure-answers").hidden = failures.length === 0;
  $("failure").hidden = false;
}

/** An error's official sentence, which may quote a node's whole answer, and what this package adds to it. */
function inTwo({ message, shortMessage = "" }) {
  return message.startsWith(shortMessage)
    ? [shortMessage || message, message.slice(shortMessage.length || message.length).replace(/^[.\s]+/, "")]
    : [message, ""];
}

function failureRow({ url, status, nodeCode, message }) {
  const row = element(
    "tr",
    {},
    element("th", { scope: "row", textContent: host(url), title: url }),
    cell("Status", status || "–"),
    cell("Code", nodeCode || "–"),
    cell("Message", message.replace(`${nodeCode}: `, ""), "prose"),
  );
  row.dataset.node = url;
  return row;
}

function showFacts(list, facts) {
  const items = facts.map(([name, value]) =>
    element("div", {}, element("dt", { textContent: name }), element("dd", {}, value)),
  );
  list.replaceChildren(...items);
}

/** A long value, short until it is opened. */
function unfolding(text) {
  const summary = element("summary", {}, element("code", { textContent: `${text.replace(/\s+/g, " ").slice(0, 18)}…` }));
  return element("details", {}, summary, element("code", { className: "full", textContent: text }));
}

function clock(iso) {
  const date = new Date(iso);
  const text = date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  return Number.isNaN(date.getTime()) ? iso : element("time", { dateTime: iso, textContent: text });
}

/** The label stands before the value where there is no room for a heading above. */
function cell(label, content, className = "") {
  const made = element("td", { className }, content);
  made.dataset.label = label;
  return made;
}

/** An element with properties and children; text never becomes markup. */
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

start().catch((error) => {
  showFailure(error);
  say("failed", "Cannot connect to the network.");
});
