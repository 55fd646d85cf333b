// What session signatures are for: the official client uses its own and ours
// alike, to run Lit Actions and to sign with the PKP.
import { ethers } from "ethers";
import { both } from "./rows.mjs";
import { newSession, signer, toSign } from "./signing.mjs";

/** An action that signs, and says who it was run for. */
const signingAction = `(async () => {
  await Lit.Actions.signEcdsa({ toSign, publicKey, sigName: "sig" });
  console.log("signed");
  Lit.Actions.setResponse({ response: JSON.stringify([Lit.Auth.actionIpfsIdStack[0], Lit.Auth.customAuthResource]) });
})();`;

/** An attempt's outcome: its result or the code of what it threw. */
const outcome = async (call) => {
  try {
    return await call();
  } catch (error) {
    return `threw ${error.info?.errorCode ?? error.errorCode ?? error.code ?? error.message}`;
  }
};

/** What the official client gets done with one side's session signatures. */
async function used({ pkp }, client, sessionSigs) {
  const ran = await outcome(async () => {
    const jsParams = { toSign, publicKey: pkp.publicKey };
    const result = await client.executeJs({ sessionSigs, code: signingAction, jsParams });
    return [signer(result.signatures.sig), result.response, result.logs];
  });
  const byCID = await outcome(async () => {
    const jsParams = { magicNumber: 41 };
    return (await client.executeJs({ sessionSigs, ipfsId: pkp.permittedAction.cid, jsParams })).response;
  });
  const threw = await outcome(() => client.executeJs({ sessionSigs, code: "throw new Error('boom')", jsParams: {} }));
  const signed = await outcome(async () =>
    signer(await client.pkpSign({ sessionSigs, toSign, pubKey: pkp.publicKey })),
  );
  return { ran, byCID, threw: typeof threw === "string" && threw.startsWith("threw"), signed };
}

/** The signatures with one digit of each changed: no node may take them. */
function spoiled(sessionSigs) {
  const changed = structuredClone(sessionSigs);
  for (const sig of Object.values(changed)) {
    sig.sig = (sig.sig[0] === "0" ? "1" : "0") + sig.sig.slice(1);
  }
  return changed;
}

/** executeJs and pkpSign of the official client, with each side's session signatures. */
export async function usage(descriptor, sides) {
  const { pkp } = descriptor;
  const { client } = sides.official;
  const result = {};
  for (const [name, side] of Object.entries(sides)) {
    const sigs = await newSession(pkp, side);
    const refused = await used(descriptor, client, spoiled(sigs));
    result[name] = { ...(await used(descriptor, client, sigs)), refused: [refused.ran, refused.signed] };
  }
  const { ours, official } = result;
  const address = ethers.utils.computeAddress(pkp.publicKey);
  const response = [pkp.permittedAction.cid, "true"]; // the client parses what is JSON
  const no = "threw NodeInvalidAuthSig";
  return [
    both("executeJs: signs with the PKP", [address, response, "signed\n"], ours.ran, official.ran),
    both("executeJs: an action by its CID", "false", ours.byCID, official.byCID),
    both("executeJs: an action that throws", true, ours.threw, official.threw),
    both("pkpSign: signs with the PKP", address, ours.signed, official.signed),
    both("executeJs and pkpSign: changed signatures", [no, no], ours.refused, official.refused),
  ];
}
