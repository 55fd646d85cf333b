/** From wherever lit.wasm is to a running instance's ingredients. */
import { makeError, type LitError } from "./errors.js";

/** lit.wasm: where it is, a response that carries it, its bytes, or the compiled module. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module;

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
    throw unavailable(cause);
  }
}

async function instanceOf(source: WasmSource, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  if (source instanceof WebAssembly.Module) {
    return WebAssembly.instantiate(source, imports);
  }
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    return (await WebAssembly.instantiate(source, imports)).instance;
  }
  const content = isResponse(source) ? source : await open(new URL(source, import.meta.url));
  return isResponse(content) ? fromResponse(content, imports) : instanceOf(content, imports);
}

/** Fetches, except for files: those only exist outside of browsers, where the file system can be asked. */
async function open(url: URL): Promise<Response | Uint8Array<ArrayBuffer>> {
  if (url.protocol !== "file:") {
    return fetch(url);
  }
  const fileSystem = "node:fs/promises"; // not a literal in import(), or bundlers for browsers look for it
  const { readFile } = (await import(/* webpackIgnore: true */ /* @vite-ignore */ fileSystem)) as {
    readFile(url: URL): Promise<Uint8Array<ArrayBuffer>>;
  };
  return readFile(url);
}

async function fromResponse(response: Response, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  if (!response.ok) {
    throw new Error(`HTTP ${response.status} for ${response.url || "lit.wasm"}`);
  }
  if (canStream(response)) {
    return (await WebAssembly.instantiateStreaming(response, imports)).instance;
  }
  return (await WebAssembly.instantiate(await response.arrayBuffer(), imports)).instance;
}

/** Streaming insists on the exact media type, without parameters; plain file servers often have another. */
function canStream(response: Response): boolean {
  const type = response.headers.get("Content-Type")?.trim().toLowerCase();
  return type === "application/wasm" && typeof WebAssembly.instantiateStreaming === "function";
}

/** Not by instanceof: a response may come from another realm or another fetch. */
export function isResponse(source: unknown): source is Response {
  return typeof source === "object" && source !== null && "arrayBuffer" in source && "headers" in source;
}

function unavailable(cause: unknown): LitError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const hint = cause instanceof WebAssembly.CompileError && /content security policy|unsafe-eval/i.test(why)
    ? ` Allow 'wasm-unsafe-eval' in the page's script-src.`
    : "";
  return makeError({
    reason: "module_unavailable",
    message: `lit.wasm could not be loaded: ${why.replace(/\.+$/, "")}.${hint}`,
    retryable: !(cause instanceof WebAssembly.CompileError || cause instanceof WebAssembly.LinkError),
    cause,
  });
}
