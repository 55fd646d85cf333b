/**
 * Wallets that announce themselves to the page, EIP-6963. Any script of the
 * page can announce one, so that what is announced is foreign input.
 */
import { member } from "./member.js";
import type { EIP1193Provider } from "./signer.js";

/** A wallet that announced itself, EIP-6963. */
export interface WalletAnnouncement {
  info: {
    /** Version 4. Of this page's life only: to remember a user's choice use rdns. */
    uuid: string;
    name: string;
    /** A data URI, for an `<img>` only; empty where the wallet gave none. */
    icon: string;
    /** Such as `com.example.wallet`. Whether it is true is not checked. */
    rdns: string;
  };
  provider: EIP1193Provider;
}

const REQUEST = "eip6963:requestProvider";
const ANNOUNCE = "eip6963:announceProvider";

/** Wallets beyond this number are not heard. */
const MAX_WALLETS = 64;

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
/** Characters. A host name has at most 253. */
const MAX_NAME = 128;
const MAX_RDNS = 253;
const MAX_ICON = 1 << 20;

/** The wallets that were heard, by uuid, in the order of their first announcements. */
const page = { wallets: new Map<string, WalletAnnouncement>(), listens: false };

/**
 * The wallets that announced themselves to this page so far, in that order.
 * The first call asks for them and keeps listening, so that a later call has
 * those too that take their time. An announcement that breaks the EIP's rules
 * is no wallet, and neither is one whose uuid or provider is known already.
 */
export function announcedWallets(): WalletAnnouncement[] {
  if (!page.listens && typeof globalThis.addEventListener === "function") {
    globalThis.addEventListener(ANNOUNCE, hear);
    page.listens = true;
  }
  globalThis.dispatchEvent?.(new Event(REQUEST));
  return [...page.wallets.values()].map(({ info, provider }) => ({ info: { ...info }, provider }));
}

/** As {@link announcedWallets}, and where none has announced itself yet, after a moment for it. */
export async function awaitAnnouncedWallets(moment: number): Promise<WalletAnnouncement[]> {
  const wallets = announcedWallets();
  if (wallets.length > 0 || !page.listens) {
    return wallets;
  }
  await new Promise((resolve) => setTimeout(resolve, moment));
  return announcedWallets();
}

function hear(event: Event): void {
  if (page.wallets.size >= MAX_WALLETS) {
    return;
  }
  const wallet = read(member(event, "detail"));
  if (!wallet) {
    return;
  }
  const known = [...page.wallets.values()];
  const { uuid } = wallet.info;
  if (!known.some(({ info, provider }) => info.uuid === uuid || provider === wallet.provider)) {
    page.wallets.set(uuid, wallet);
  }
}

/** A wallet as it was announced; undefined for what is none. */
function read(detail: unknown): WalletAnnouncement | undefined {
  const [info, provider] = ["info", "provider"].map((name) => (isObject(detail) ? member(detail, name) : undefined));
  if (!isObject(info) || !isProvider(provider)) {
    return undefined;
  }
  const [uuid, name, icon, rdns] = ["uuid", "name", "icon", "rdns"].map((field) => member(info, field));
  if (!isText(uuid, 36) || !UUID_V4.test(uuid) || !isText(name, MAX_NAME) || !isText(rdns, MAX_RDNS) || typeof icon !== "string") {
    return undefined;
  }
  const usable = icon.length <= MAX_ICON && /^data:image\//i.test(icon);
  return { info: { uuid: uuid.toLowerCase(), name, icon: usable ? icon : "", rdns }, provider };
}

/** Whether a value is an EIP-1193 provider, as far as its shape goes. */
export function isProvider(value: unknown): value is EIP1193Provider {
  return isObject(value) && typeof member(value, "request") === "function";
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** A line with something on it. */
function isText(value: unknown, max: number): value is string {
  return typeof value === "string" && value.length <= max && value.trim() !== "" && !/\p{Cc}/u.test(value);
}
