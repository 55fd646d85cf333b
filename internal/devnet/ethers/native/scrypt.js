import original from "scrypt-js";

/** What is no ordinary request, or a very long one, is the library's own code's. */
export function syncScrypt(password, salt, N, r, p, dkLen) {
  return derive(password, salt, N, r, p, dkLen) ?? original.syncScrypt(password, salt, N, r, p, dkLen);
}

/** Progress is told at the beginning and at the end, where a true answer still cancels. */
export async function scrypt(password, salt, N, r, p, dkLen, progress) {
  const key = derive(password, salt, N, r, p, dkLen);
  if (!key) {
    return original.scrypt(password, salt, N, r, p, dkLen, progress);
  }
  progress?.(0);
  if (progress?.(1)) {
    throw new Error("cancelled");
  }
  return key;
}

function derive(password, salt, N, r, p, dkLen) {
  const texts = [password, salt].every((bytes) => bytes instanceof Uint8Array);
  return texts ? native("scrypt", password, salt, N, r, p, dkLen) : undefined;
}

export default { scrypt, syncScrypt };
