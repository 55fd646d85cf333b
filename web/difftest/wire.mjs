// What the clients send: both go through the process's fetch.

const path = "/web/sign_session_key/v1";

/** Hosts outside of this machine that somebody asked for. Must stay empty. */
export const foreignHosts = new Set();

/** Bodies of the requests to sign a session key, as sent. */
let bodies = [];

/** What happens to such a body on its way; the body as an object in, the same out. */
let rewrite;

/**
 * Whom the official client asks for a block hash 30 s after it connected, as
 * happens on a slow machine. It is answered here, with what a node told last.
 */
const indexer = "block-indexer.litgateway.com";
let newestBlock;

async function noteBlock(response) {
  const { latestBlockhash } = await response.json().catch(() => ({}));
  newestBlock = latestBlockhash ?? newestBlock;
}

const realFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input, globalThis.location?.href);
  if (url.hostname === indexer && newestBlock) {
    return Response.json({ blockhash: newestBlock, timestamp: String(Math.floor(Date.now() / 1000)), blockNumber: 1 });
  }
  if (url.protocol.startsWith("http") && url.hostname !== "127.0.0.1") {
    foreignHosts.add(url.host);
    throw new TypeError(`${url.host} is not on this machine`);
  }
  if (url.pathname === path) {
    const body = typeof init.body === "string" ? init.body : new TextDecoder().decode(init.body);
    bodies.push(body);
    if (rewrite) {
      return realFetch(input, { ...init, body: JSON.stringify(rewrite(JSON.parse(body))) });
    }
  }
  const response = await realFetch(input, init);
  if (url.pathname.startsWith("/web/handshake")) {
    noteBlock(response.clone());
  }
  return response;
};

/** Runs a call and returns its result with the bodies that it sent to sign_session_key; onWire changes them later. */
export async function recorded(call, onWire) {
  bodies = [];
  rewrite = onWire;
  try {
    const result = await call();
    return { result, bodies };
  } finally {
    rewrite = undefined;
  }
}

/** Runs a call while the clock stands still, for Date and its now. */
export async function atInstant(milliseconds, call) {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      super(...(args.length === 0 ? [milliseconds] : args));
    }
    static now = () => milliseconds;
  };
  try {
    return await call();
  } finally {
    globalThis.Date = RealDate;
  }
}
