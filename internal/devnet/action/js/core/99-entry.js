// The globals that are Lit's, the libraries, and the function through which Go enters.
let headers;
const LitHeaders = () => headers ??= new (use('fetch').Headers)(config.headers);
const Lit = freeze({ Actions, Auth: config.auth, get Headers() { return LitHeaders(); } });
for (const [name, value] of [['Lit', Lit], ['LitActions', Actions], ['LitAuth', config.auth]]) {
  defineProperty(globalThis, name, { __proto__: null, value, enumerable: true });
}
defineProperty(globalThis, 'LitHeaders', { __proto__: null, get: LitHeaders, enumerable: true });
method(globalThis, { global: globalThis, self: globalThis, litInternalFetchDebugLog: fetchLog });

const inUnits = {
  events: ['DOMException', 'Event', 'CustomEvent', 'EventTarget', 'AbortSignal', 'AbortController'],
  encoding: ['TextEncoder', 'TextDecoder', 'atob', 'btoa', 'structuredClone'],
  url: ['URL', 'URLSearchParams'],
  fetch: ['Headers', 'Blob', 'Request', 'Response', 'fetch'],
  crypto: ['Crypto', 'CryptoKey', 'SubtleCrypto', 'crypto'],
  jwt: ['jwt'],
  ethers: ['ethers'],
};
for (const unit of ownKeys(inUnits)) for (const name of inUnits[unit]) lazy(name, () => use(unit)[name]);

// setParams makes the members of a JSON object globals. It returns why it cannot, or null.
function setParams(json) {
  let params;
  try {
    params = JSONParse(json);
  } catch {
    return 'jsParams is not valid JSON';
  }
  if (typeof params !== 'object' || params === null || isArray(params)) return 'jsParams must be an object';
  for (const name of ownKeys(params)) {
    try {
      globalThis[name] = params[name];
    } catch {
      return `jsParams cannot set "${name}", which is read-only`;
    }
  }
  return null;
}

return function dispatch(verb, a, b, c) {
  switch (verb) {
    case 'params': return setParams(a);
    case 'describe': return describe(a);
    case 'fire': return void fire(a);
    case 'resolve': return void take(a)?.resolve({ __proto__: null, value: JSONParse(b), bytes: c });
    case 'reject': return void take(a)?.reject(errorOf(b, c));
  }
};
