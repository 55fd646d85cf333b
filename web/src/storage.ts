/** Where session keys rest: the caller's choice, turned into the one shape that the module calls. */
import { LOCAL_STORAGE_KEYS } from "./constants.js";
import { isGiven, invalid, memberOf, object } from "./given.js";
import { Living } from "./living.js";

/** An object of the Web Storage shape. Its methods may return promises. */
export interface StorageLike {
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

/** A storage that can list its keys, as Web Storage does: null comes after the last. */
export interface Listable {
  readonly length: number;
  key(index: number): string | null;
}

/** What the module calls: anything but text and null from key says that the keys cannot be listed. */
type StoragePort = StorageLike & { key(index: number): string | null | typeof CANNOT_LIST };

const CANNOT_LIST = 0;

/**
 * - `"local"`: localStorage, shared by all tabs of the origin, kept over restarts
 * - `"session"`: sessionStorage, this tab only
 * - `"memory"`: this client only, gone with it
 * - an object: anything that stores strings
 */
export type StorageChoice = "local" | "session" | "memory" | StorageLike;

/** What is in use; `"custom"` is an object of the caller's. */
export type StorageKind = "local" | "session" | "memory" | "custom";

/** A choice as it turned out. */
export interface ResolvedStorage {
  kind: StorageKind;
  port: StoragePort;
  /** Why a storage that was asked for by name is not used. */
  refusal?: unknown;
}

/**
 * Resolves a choice. No choice means localStorage where it can be used, else
 * memory. A named storage that this place does not have becomes memory with a
 * refusal; a choice of the wrong type throws (reason `invalid_param`).
 */
export function resolveStorage(choice: unknown): ResolvedStorage {
  switch (choice) {
    case undefined:
    case null: {
      const local = webStorage("local");
      return local.kind === "local" ? local : { kind: "memory", port: withoutWalletSig(local.port) };
    }
    case "local":
    case "session":
      return webStorage(choice);
    case "memory":
      return { kind: "memory", port: memory() };
  }
  if (!isStorageLike(choice)) {
    throw invalid("storage", '"local", "session", "memory" or an object with getItem, setItem and removeItem');
  }
  customs.add(choice);
  return { kind: "custom", port: closuresOver(choice) };
}

/** Merely naming localStorage throws where cookies are blocked; reading once shows whether it works. */
function webStorage(kind: "local" | "session"): ResolvedStorage {
  try {
    const store = kind === "local" ? globalThis.localStorage : globalThis.sessionStorage;
    store.getItem("lit-session-key");
    return { kind, port: closuresOver(store) };
  } catch (refusal) {
    return { kind: "memory", port: memory(), refusal };
  }
}

/**
 * As the official SDK, which stores nothing there: what a wallet signed is not used again where nobody has chosen a
 * storage and there is no localStorage. On a server the next call may be another user's.
 */
function withoutWalletSig(port: StoragePort): StoragePort {
  const setItem = (key: string, value: string) => key !== LOCAL_STORAGE_KEYS.WALLET_SIGNATURE && port.setItem(key, value);
  return { ...port, setItem };
}

/** Every memory and every storage of the caller's that is in use, so that who logs out clears them too. */
const memories = new Living<Map<string, string>>();
const customs = new Living<StorageLike>();

function memory(): StoragePort {
  const entries = new Map<string, string>();
  memories.add(entries);
  return {
    getItem: (key) => entries.get(key),
    setItem: (key, value) => entries.set(key, value),
    removeItem: (key) => entries.delete(key),
    key: (index) => [...entries.keys()][index] ?? null,
  };
}

const logOuts = { count: 0 };

/** How often somebody has logged out: what began before writes nothing afterwards. */
export function timesLoggedOut(): number {
  return logOuts.count;
}

/** Forgets what clients keep in memory, because somebody logs out. */
export function clearMemories(): void {
  logOuts.count++;
  memories.all().forEach((entries) => entries.clear());
}

/** The storages that clients were given. */
export function customStorages(): Set<StorageLike> {
  return new Set(customs.all());
}

/** The module calls closures only, so no getter of a foreign object ever runs inside it. */
function closuresOver(store: StorageLike & Partial<Listable>): StoragePort {
  return {
    getItem: (key) => store.getItem(key),
    setItem: (key, value) => store.setItem(key, value),
    removeItem: (key) => store.removeItem(key),
    key: (index) => (typeof store.key === "function" ? store.key(index) : CANNOT_LIST),
  };
}

function isStorageLike(value: unknown): value is StorageLike {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") {
    return false;
  }
  return ["getItem", "setItem", "removeItem"].every((name) => typeof memberOf("storage", value, name) === "function");
}

/** The storage of the official option, `{provider}`; where somebody gives the storage itself, that. */
export function providerOf(storageProvider: unknown): unknown {
  if (storageProvider === undefined || storageProvider === null || isStorageLike(storageProvider)) {
    return storageProvider;
  }
  const param = "storageProvider";
  const holder = object(param, storageProvider);
  if (!isGiven(param, holder, "provider")) {
    throw invalid(param, "{provider} with a storage such as localStorage");
  }
  return memberOf(param, holder, "provider");
}
