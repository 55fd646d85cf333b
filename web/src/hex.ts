/** Bytes in hex. */

/** `0x` and two digits per byte. */
export function toHex(bytes: Uint8Array): string {
  return "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A text's UTF-8 bytes in hex. */
export const hexOfText = (text: string): string => toHex(new TextEncoder().encode(text));
