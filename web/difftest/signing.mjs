// A digest that tests have signed, and whose signature it is.
import { ethers } from "ethers";

const { keccak256, recoverAddress, toUtf8Bytes } = ethers.utils;

/** The digest, 32 bytes in hex, and as the official client wants it. */
export const digest = keccak256(toUtf8Bytes("what is signed"));
export const toSign = [...ethers.utils.arrayify(digest)];

/** The address that made a signature of the official client's shape. */
export const signer = ({ signature }) => recoverAddress(digest, signature);

/** One side's session signatures for the permitted action, on empty storage. */
export async function newSession(pkp, side) {
  side.storage.clear();
  return side.client.getLitActionSessionSigs({
    pkpPublicKey: pkp.publicKey,
    litActionCode: btoa(pkp.permittedAction.code),
    jsParams: { magicNumber: 42 },
    resourceAbilityRequests: side.requests,
  });
}

const action = 'Lit.Actions.setResponse({ response: "ran" });';

/**
 * What the official client gets done with session signatures: first a
 * signature of the PKP, then an action's run. ["signed", "ran"], or in the
 * place of either why not: the node's code, else the error's class.
 */
export async function signAndRun(client, pkp, sessionSigs) {
  const reason = (error) => error.info?.errorCode ?? error.name;
  const signed = await client
    .pkpSign({ sessionSigs, toSign, pubKey: pkp.publicKey })
    .then((signature) => (signer(signature) === pkp.ethAddress ? "signed" : "signed by another"), reason);
  const ran = await client
    .executeJs({ sessionSigs, code: action, jsParams: {} })
    .then(({ response }) => response, reason);
  return [signed, ran];
}
