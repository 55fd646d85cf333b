/** Members of foreign objects, which may be hostile: of wallets, their errors and announcements. */
import { memberOf } from "./given.js";

/** As {@link memberOf}, for what is no caller's: undefined also where it cannot be read. */
export function member(holder: object, name: string): unknown {
  try {
    return memberOf(name, holder, name);
  } catch {
    return undefined;
  }
}

/** More accounts than that no wallet has. */
const MAX_TEXTS = 1000;

/** The texts of what should be a list of them. */
export function texts(list: unknown): string[] {
  try {
    const items: unknown[] = Array.isArray(list) ? Array.from({ length: Math.min(list.length, MAX_TEXTS) }, (_, i) => list[i]) : [];
    return items.filter((item) => typeof item === "string");
  } catch {
    return []; // a Proxy that throws
  }
}
