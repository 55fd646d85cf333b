// One storage for both clients, as on a page that moves from one to the other.
import { authSigOf } from "./official.mjs";
import { both } from "./rows.mjs";
import { recorded } from "./wire.mjs";

const params = ({ pkp }, side) => ({
  pkpPublicKey: pkp.publicKey,
  litActionCode: btoa(pkp.permittedAction.code),
  jsParams: { magicNumber: 42 },
  resourceAbilityRequests: side.requests,
});

/** A call of one side: how many requests it sent, for which session key and with which AuthSig. */
async function call(descriptor, side) {
  const { result, bodies } = await recorded(() => side.client.getLitActionSessionSigs(params(descriptor, side)));
  const [sig] = Object.values(result);
  return { asked: bodies.length, key: sig.address, authSig: authSigOf(sig) };
}

/** What one side left in its storage, and nothing else, put into the other's. */
function moveStorage(from, to, names) {
  const items = names.map((name) => [name, from.storage.getItem(name)]);
  to.storage.clear();
  items.forEach(([name, text]) => to.storage.setItem(name, text));
}

const names = ["lit-session-key", "lit-wallet-sig"];

/**
 * Each side first, the other after it in what the first one stored: the
 * session key stays. The official client uses our AuthSig as well. We use none
 * whose action and jsParams nobody can tell (12.1), and ask.
 */
export async function sharing(descriptor, { ours, official }) {
  ours.storage.clear();
  const first = await call(descriptor, ours);
  moveStorage(ours, official, names);
  const theirs = await call(descriptor, official);

  official.storage.clear();
  const begun = await call(descriptor, official);
  moveStorage(official, ours, names);
  const second = await call(descriptor, ours);

  const nodes = descriptor.nodes.length;
  return [
    both("one storage: the other's session key goes on", true, second.key === begun.key, theirs.key === first.key),
    both("one storage: the second client's requests (12.1)", true, second.asked === nodes, theirs.asked === 0),
    both(
      "one storage: the AuthSig is for that key",
      true,
      ...[second, theirs].map(({ authSig, key }) => authSig.signedMessage.includes(`URI: lit:session:${key}\n`)),
    ),
  ];
}
