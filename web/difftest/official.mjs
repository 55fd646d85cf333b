// The official SDK as a judge.
import helpers from "@lit-protocol/auth-helpers";
import misc from "@lit-protocol/misc";

const { validateSessionSigs } = misc;
const { decode, newSessionCapabilityObject, LitPKPResource } = helpers;

/** The AuthSig in a session signature's capabilities, the last of them. */
export const authSigOf = (sessionSig) => JSON.parse(sessionSig.signedMessage).capabilities.at(-1);

/** What validateSessionSigs objects to; a list, empty if nothing. */
export const objections = (sessionSigs) => validateSessionSigs(sessionSigs).errors;

/** Whether the official client would use the AuthSig for this session: signature, times, session key and abilities. */
export async function accepts(client, authSig, sessionKey, resourceAbilityRequests) {
  const again = await client.checkNeedToResignSessionKey({
    authSig,
    sessionKeyUri: `lit:session:${sessionKey}`,
    resourceAbilityRequests,
  });
  return !again;
}

/** What a SIWE text's last resource grants, as the official SDK reads it. */
export const grants = (siwe) => decode(siwe.split("\n- ").at(-1)).attenuations;

/** A capability made by the official SDK, which both clients take. */
export function capabilityObject() {
  const capability = newSessionCapabilityObject();
  capability.addCapabilityForResource(new LitPKPResource("1"), "pkp-signing", { limit: 1 });
  return capability;
}
