/** From wherever lit.wasm is to a running instance's ingredients. */
import { isLitError, makeError, type ErrorDetails, type LitError } from "./errors.js";

/** lit.wasm: where it is, a response that carries it, its bytes, or the compiled module. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module;

/** What lit.wasm needs of the place that it runs in, and a function of each. */
const PLATFORM: readonly [name: string, member?: string][] = [
  ["WebAssembly", "instantiate"],
  ["crypto", "getRandomValues"],
  ["performance", "now"],
  ["TextEncoder"],
  ["TextDecoder"],
];

/** Throws `module_unavailable` that names what is missing here. */
export function requirePlatform(): void {
  const place = globalThis as unknown as Record<string, Record<string, unknown> | undefined>;
  const missing = PLATFORM.filter(([name, member]) => typeof (member ? place[name]?.[member] : place[name]) !== "function");
  const names = missing.map(([name]) => name);
  if (names.length > 0) {
    const advice = names.includes("WebAssembly")
      ? "Lockdown Mode of Apple's devices turns WebAssembly off; the user can except this site."
      : "Load a polyfill before the first call.";
    throw makeError({
      reason: "module_unavailable",
      message: `lit.wasm cannot run here: there is no ${names.join(", no ")}. ${advice}`,
      details: { missing: names },
    });
  }
}

/**
 * Compiles and instantiates, while it still arrives where possible, and never
 * synchronously: browsers refuse that for anything but tiny modules. Every
 * failure is `module_unavailable`.
 */
export async function instantiate(
  source: WasmSource,
  imports: WebAssembly.Imports,
): Promise<WebAssembly.Instance> {
  try {
    const instance = await instanceOf(source, imports);
    if (!("run" in instance.exports)) {
      throw new WebAssembly.LinkError("this is another program");
    }
    return instance;
  } catch (cause) {
    throw isLitError(cause) ? cause : unavailable(cause);
  }
}

async function instanceOf(source: WasmSource, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  if (source instanceof WebAssembly.Module) {
    return WebAssembly.instantiate(source, imports);
  }
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    return (await WebAssembly.instantiate(source, imports)).instance;
  }
  const content = isResponse(source) ? source : await open(addressOf(source));
  return isResponse(content) ? fromResponse(content, imports) : instanceOf(content, imports);
}

/** A relative address counts from this file, or from the page where this file has no address. */
function addressOf(source: string | URL): URL {
  try {
    return new URL(source, import.meta.url);
  } catch {
    return new URL(source, globalThis.location?.href);
  }
}

/** Fetches, except for files: those only exist outside of browsers, where the file system can be asked. */
async function open(url: URL): Promise<Response | Uint8Array<ArrayBuffer>> {
  if (url.protocol !== "file:") {
    return fetch(url).catch((cause: unknown) => {
      throw unavailable(cause, { url: withoutSecrets(url) });
    });
  }
  const fileSystem = "node:fs/promises"; // not a literal in import(), or bundlers for browsers look for it
  const { readFile } = (await import(/* webpackIgnore: true */ /* @vite-ignore */ fileSystem)) as {
    readFile(url: URL): Promise<Uint8Array<ArrayBuffer>>;
  };
  return readFile(url);
}

async function fromResponse(response: Response, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  const { status, url } = response;
  const contentType = response.headers.get("Content-Type") ?? "";
  const details = { ...(url && { url: withoutSecrets(new URL(url)) }), status, contentType };
  if (!response.ok) {
    throw unavailable(new Error(`HTTP ${status}`), details);
  }
  try {
    if (canStream(response, contentType)) {
      return (await WebAssembly.instantiateStreaming(response, imports)).instance;
    }
    const bytes = await response.arrayBuffer();
    requireMagic(new Uint8Array(bytes));
    return (await WebAssembly.instantiate(bytes, imports)).instance;
  } catch (cause) {
    throw unavailable(cause, details);
  }
}

/** Bytes that any lit.wasm has, compressed or not. What is smaller is looked at before it is compiled. */
const LEAST_BYTES = 100_000;

/** Streaming insists on the exact media type, without parameters; plain file servers often have another. */
function canStream(response: Response, contentType: string): boolean {
  const length = response.headers.get("Content-Length");
  const isSmall = length !== null && Number(length) < LEAST_BYTES;
  return !isSmall && contentType.trim().toLowerCase() === "application/wasm" && typeof WebAssembly.instantiateStreaming === "function";
}

/** Says what is there in place of a module, for the mistakes that are usual. */
function requireMagic(bytes: Uint8Array): void {
  const start = String.fromCharCode(...bytes.subarray(0, 100));
  if (!start.startsWith("\0asm")) {
    const what = start.startsWith("version https://git-lfs")
      ? "a git-lfs pointer in place of the file: fetch it with git lfs pull before the build"
      : /^\s*</.test(start)
        ? "a page, not a WebAssembly module"
        : bytes.length > 0
          ? "no WebAssembly module"
          : "nothing";
    throw new WebAssembly.CompileError(`there is ${what}`);
  }
}

/** Origin and path: a query may hold a token. */
function withoutSecrets(url: URL): string {
  return url.origin === "null" ? url.protocol : url.origin + url.pathname;
}

/** Not by instanceof: a response may come from another realm or another fetch. */
export function isResponse(source: unknown): source is Response {
  return typeof source === "object" && source !== null && "arrayBuffer" in source && "headers" in source;
}

/** What to do about an address under which something else is, or not all of it. */
const SERVE =
  'Have the server give the package\'s lit.wasm unchanged, or pass its address as init({ wasm }): bundlers have it as "litsession/lit.wasm", in Vite with ?url behind it.';

function unavailable(cause: unknown, details: ErrorDetails = {}): LitError {
  const why = cause instanceof Error ? cause.message : "what was thrown is no Error";
  const isBroken = cause instanceof WebAssembly.CompileError || cause instanceof WebAssembly.LinkError;
  const { url, status, contentType } = details;
  const answered = status === undefined ? "" : ` (HTTP ${status}, ${contentType ? String(contentType) : "no content type"})`;
  const advice = /content security policy|unsafe-eval/i.test(why)
    ? " Allow 'wasm-unsafe-eval' in the page's script-src."
    : status === undefined
      ? ""
      : ` ${SERVE}`;
  return makeError({
    reason: "module_unavailable",
    message: `lit.wasm could not be loaded${url ? ` from ${url}` : ""}${answered}: ${why.replace(/\.+$/, "")}.${advice}`,
    details,
    retryable: !isBroken,
    cause,
  });
}
