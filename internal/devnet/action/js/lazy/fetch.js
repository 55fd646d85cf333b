// Headers, Request, Response, Blob and fetch. Bodies are held as bytes, never streamed.
const { AbortController } = use('events');
const { TextDecoder } = use('encoding');
const { URL, URLSearchParams } = use('url');

function headerName(name) {
  name = '' + name;
  if (!regExpTest(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, name)) throw new TypeError(`Invalid header name: "${name}"`);
  return toLowerCase(name);
}

function headerValue(value) {
  value = trim('' + value);
  if (regExpTest(/[\0\r\n]/, value)) throw new TypeError('Invalid header value');
  return value;
}

class Headers {
  #list = [];
  constructor(init) {
    if (init === undefined || init === null) return;
    if (typeof init !== 'object') throw new TypeError('Headers: init must be an object');
    if (typeof init[Symbol.iterator] === 'function') {
      for (const pair of init) {
        const both = [...pair];
        if (both.length !== 2) throw new TypeError('Headers: each pair must have two items');
        this.append(both[0], both[1]);
      }
    } else {
      for (const key of ownKeys(init)) this.append(key, init[key]);
    }
  }
  append(name, value) { push(this.#list, [headerName(name), headerValue(value)]); }
  delete(name) {
    name = headerName(name);
    this.#list = this.#list.filter((h) => h[0] !== name);
  }
  get(name) {
    name = headerName(name);
    const values = this.#list.filter((h) => h[0] === name).map((h) => h[1]);
    return values.length === 0 ? null : join(values, ', ');
  }
  getSetCookie() { return this.#list.filter((h) => h[0] === 'set-cookie').map((h) => h[1]); }
  has(name) {
    name = headerName(name);
    return this.#list.some((h) => h[0] === name);
  }
  set(name, value) {
    this.delete(name);
    this.append(name, value);
  }
  forEach(callback, self) { for (const [name, value] of this) apply(callback, self, [value, name, this]); }
  *entries() {
    const names = sort([...new Set(this.#list.map((h) => h[0]))]);
    for (const name of names) {
      if (name === 'set-cookie') for (const value of this.getSetCookie()) yield [name, value];
      else yield [name, this.get(name)];
    }
  }
  *keys() { for (const [name] of this.entries()) yield name; }
  *values() { for (const [, value] of this.entries()) yield value; }
}
defineProperty(Headers.prototype, Symbol.iterator, { __proto__: null, value: Headers.prototype.entries, writable: true, configurable: true });
tag(Headers, 'Headers');

class Blob {
  #bytes; #type;
  constructor(parts = [], { type = '' } = {}) {
    const chunks = [];
    let size = 0;
    for (const part of parts) {
      const chunk = part instanceof Blob ? part.#bytes : bytesOf(part) ?? utf8('' + part);
      push(chunks, chunk);
      size += chunk.length;
    }
    this.#bytes = new Uint8Array(size);
    size = 0;
    for (const chunk of chunks) {
      typedArraySet(this.#bytes, chunk, size);
      size += chunk.length;
    }
    this.#type = toLowerCase('' + type);
  }
  get size() { return this.#bytes.length; }
  get type() { return this.#type; }
  slice(start = 0, end = this.size, type = '') { return new Blob([typedArraySlice(this.#bytes, start, end)], { type }); }
  async arrayBuffer() { return bufferOf(this.#bytes); }
  async bytes() { return new Uint8Array(this.#bytes); }
  async text() { return new TextDecoder().decode(this.#bytes); }
}
tag(Blob, 'Blob');

// bodyBytes returns a body as bytes and the content type that it implies.
async function bodyBytes(body) {
  if (body === undefined || body === null) return [null, null];
  if (body instanceof URLSearchParams) return [utf8('' + body), 'application/x-www-form-urlencoded;charset=UTF-8'];
  if (body instanceof Blob) return [await body.bytes(), body.type === '' ? null : body.type];
  const bytes = bytesOf(body);
  if (bytes !== undefined) return [new Uint8Array(bytes), null];
  return [utf8('' + body), 'text/plain;charset=UTF-8'];
}

// Body is what Request and Response share.
class Body {
  #bytes; #used = false; #empty;
  constructor(body, headers) {
    this.#empty = body === undefined || body === null;
    const implied = body instanceof URLSearchParams ? 'application/x-www-form-urlencoded;charset=UTF-8'
      : body instanceof Blob ? body.type
      : typeof body === 'string' ? 'text/plain;charset=UTF-8' : '';
    if (implied !== '' && !headers.has('content-type')) headers.set('content-type', implied);
    this.#bytes = bodyBytes(body);
    promiseThen(this.#bytes, undefined, () => {});
  }
  get bodyUsed() { return this.#used; }
  async #take() {
    if (this.#used) throw new TypeError('Body already consumed');
    this.#used = !this.#empty;
    return (await this.#bytes)[0] ?? new Uint8Array(0);
  }
  static async peek(one) {
    if (one.#used) throw new TypeError('Body already consumed');
    return (await one.#bytes)[0];
  }
  static copy(from, to) {
    if (from.#used) throw new TypeError('Body already consumed');
    to.#bytes = from.#bytes;
    to.#empty = from.#empty;
  }
  async arrayBuffer() { return typedArrayBuffer(new Uint8Array(await this.#take())); }
  async bytes() { return new Uint8Array(await this.#take()); }
  async blob() { return new Blob([await this.#take()], { type: this.headers.get('content-type') ?? '' }); }
  async text() { return new TextDecoder().decode(await this.#take()); }
  async json() { return JSONParse(new TextDecoder().decode(await this.#take())); }
}
const { peek: peekBody, copy: copyBody } = Body;
delete Body.peek;
delete Body.copy;

class Request extends Body {
  #url; #method; #headers; #signal; #redirect;
  constructor(input, init = {}) {
    const from = input instanceof Request ? input : null;
    const method = toUpperCase('' + (init.method ?? from?.method ?? 'GET'));
    const headers = new Headers(init.headers ?? from?.headers);
    const body = init.body ?? null;
    if (body !== null && (method === 'GET' || method === 'HEAD')) throw new TypeError('Request with GET/HEAD method cannot have body');
    if (!regExpTest(/^[!#$%&'*+\-.^_`|~0-9A-Z]+$/, method)) throw new TypeError(`Method "${method}" is not valid`);
    super(body, headers);
    if (from !== null && body === null) copyBody(from, this);
    this.#url = from?.url ?? new URL(input).href;
    this.#method = method;
    this.#headers = headers;
    this.#signal = init.signal ?? from?.signal ?? new AbortController().signal;
    this.#redirect = '' + (init.redirect ?? from?.redirect ?? 'follow');
  }
  get url() { return this.#url; }
  get method() { return this.#method; }
  get headers() { return this.#headers; }
  get signal() { return this.#signal; }
  get redirect() { return this.#redirect; }
  clone() { return new Request(this); }
}
tag(Request, 'Request');

class Response extends Body {
  #status; #statusText; #headers; #url = ''; #redirected = false; #type = 'default';
  constructor(body, { status = 200, statusText = '', headers: init } = {}) {
    const headers = new Headers(init);
    if (!(status >= 200 && status <= 599)) throw new RangeError(`The status provided (${status}) is outside the range [200, 599].`);
    super(body, headers);
    this.#status = status;
    this.#statusText = '' + statusText;
    this.#headers = headers;
  }
  static received(meta, bytes) {
    const response = new Response(bytes, meta);
    response.#url = meta.url;
    response.#redirected = meta.redirected;
    response.#type = 'basic';
    return response;
  }
  static json(data, init = {}) {
    const response = new Response(JSONStringify(data), init);
    if (!new Headers(init.headers).has('content-type')) response.headers.set('content-type', 'application/json');
    return response;
  }
  static error() {
    const response = new Response(null, { status: 200 });
    response.#type = 'error';
    response.#status = 0;
    return response;
  }
  static redirect(url, status = 302) { return new Response(null, { status, headers: { location: new URL(url).href } }); }
  get status() { return this.#status; }
  get ok() { return this.#status >= 200 && this.#status < 300; }
  get statusText() { return this.#statusText; }
  get headers() { return this.#headers; }
  get url() { return this.#url; }
  get redirected() { return this.#redirected; }
  get type() { return this.#type; }
  clone() {
    const copy = new Response(null, { status: this.#status || 200, statusText: this.#statusText, headers: this.#headers });
    copyBody(this, copy);
    copy.#url = this.#url;
    return copy;
  }
}
tag(Response, 'Response');
const { received } = Response;
delete Response.received;

async function fetch(input, init) {
  const request = new Request(input, init);
  const { signal } = request;
  signal.throwIfAborted();
  const bytes = await peekBody(request);
  push(fetchLog, { method: request.method, url: request.url });
  const meta = JSONStringify({ method: request.method, url: request.url, headers: [...request.headers], redirect: request.redirect });
  const id = nextId();
  const answer = laterAs(id, 'fetch', meta, bytes === null ? null : typedArrayBuffer(bytes));
  const stop = () => {
    sys('abort', id);
    take(id)?.reject(signal.reason);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { value, bytes } = await answer;
    const empty = value.status === 204 || value.status === 205 || value.status === 304 || request.method === 'HEAD';
    return received(value, empty ? null : new Uint8Array(bytes));
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

return { Headers, Blob, Request, Response, fetch: freeze(fetch) };
