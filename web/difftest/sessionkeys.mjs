// ed25519 keys and signatures, made without either client.
import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";

const hex = (part) => Buffer.from(part, "base64url").toString("hex");
const base64url = (text) => Buffer.from(text, "hex").toString("base64url");

/** A new key in the form that both clients take. */
export function newSessionKey() {
  const { d, x } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const publicKey = hex(x);
  return { publicKey, secretKey: hex(d) + publicKey };
}

/** The signature of a text, 128 hex digits. */
export function signText({ publicKey, secretKey }, text) {
  const jwk = { kty: "OKP", crv: "Ed25519", d: base64url(secretKey.slice(0, 64)), x: base64url(publicKey) };
  return sign(null, Buffer.from(text), createPrivateKey({ key: jwk, format: "jwk" })).toString("hex");
}
