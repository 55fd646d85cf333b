/** Logging out. */
import { LOCAL_STORAGE_KEYS } from "./constants.js";
import { forgetSessions } from "./inside.js";
import { clearMemories, customStorages, type Listable, type StorageLike } from "./storage.js";

/** What the official SDK removes, in its order, and the session key, which it leaves. */
const KEYS = [
  LOCAL_STORAGE_KEYS.AUTH_SIGNATURE,
  LOCAL_STORAGE_KEYS.AUTH_SOL_SIGNATURE,
  LOCAL_STORAGE_KEYS.AUTH_COSMOS_SIGNATURE,
  LOCAL_STORAGE_KEYS.WEB3_PROVIDER,
  LOCAL_STORAGE_KEYS.WALLET_SIGNATURE,
  LOCAL_STORAGE_KEYS.SESSION_KEY,
];

/** Begins the keys of this package's own AuthSigs. */
const AUTH_SIG_PREFIX = "litsession-auth-sig-";

/**
 * Logs out: removes session key and AuthSigs from localStorage and
 * sessionStorage, from the memory of this package's clients, and from storage;
 * in a page from the storages that clients were given, too. Outside of pages,
 * where they may be other users', a storage has to be passed. Clients stay
 * connected and make a new session key when they next need one; calls that are
 * under way end as they would have and store nothing more. Never throws.
 */
export function disconnectWeb3(options?: { storage?: StorageLike }): void {
  clearMemories();
  if (globalThis.document) {
    customStorages().forEach((storage) => attempt(() => clear(storage)));
  }
  for (const name of ["localStorage", "sessionStorage"] as const) {
    attempt(() => clear(globalThis[name]));
  }
  attempt(() => clear(options?.storage));
  attempt(forgetSessions);
}

function clear(storage: StorageLike | undefined): void {
  if (storage) {
    for (const key of [...KEYS, ...authSigKeys(storage)]) {
      attempt(() => storage.removeItem(key));
    }
  }
}

/** Without the session key nobody can use what a storage does not list. */
function authSigKeys(storage: StorageLike & Partial<Listable>): string[] {
  const { length } = storage;
  if (typeof length !== "number" || typeof storage.key !== "function") {
    return [];
  }
  const keys = Array.from({ length }, (_, index) => storage.key?.(index));
  return keys.filter((key): key is string => typeof key === "string" && key.startsWith(AUTH_SIG_PREFIX));
}

/** Where storage is forbidden, naming it throws already; a storage may also answer later, and refuse then. */
function attempt(remove: () => unknown): void {
  try {
    Promise.resolve(remove()).catch(() => {});
  } catch {
    // Nothing can be stored there either.
  }
}
