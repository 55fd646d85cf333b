// URL and URLSearchParams. Go parses; the objects hold what it found.
class URLSearchParams {
  #list = []; #url = null;
  constructor(init = '') {
    if (typeof init === 'object' && init !== null) {
      if (init[Symbol.iterator] !== undefined && typeof init[Symbol.iterator] === 'function') {
        for (const pair of init) {
          const both = [...pair];
          if (both.length !== 2) throw new TypeError('URLSearchParams: each pair must have two items');
          push(this.#list, ['' + both[0], '' + both[1]]);
        }
      } else {
        for (const key of ownKeys(init)) if (typeof key === 'string') push(this.#list, [key, '' + init[key]]);
      }
      return;
    }
    init = '' + init;
    this.#list = JSONParse(sys('formDecode', startsWith(init, '?') ? substring(init, 1) : init));
  }
  static of(url, query) {
    const params = new URLSearchParams(query);
    params.#url = url;
    return params;
  }
  static refresh(params, query) { params.#list = JSONParse(sys('formDecode', query)); }
  #changed() { if (this.#url !== null) setQuery(this.#url, this.toString()); }
  get size() { return this.#list.length; }
  append(name, value) {
    push(this.#list, ['' + name, '' + value]);
    this.#changed();
  }
  delete(name, value) {
    this.#list = this.#list.filter((p) => p[0] !== '' + name || value !== undefined && p[1] !== '' + value);
    this.#changed();
  }
  get(name) { return this.#list.find((p) => p[0] === '' + name)?.[1] ?? null; }
  getAll(name) { return this.#list.filter((p) => p[0] === '' + name).map((p) => p[1]); }
  has(name, value) { return this.#list.some((p) => p[0] === '' + name && (value === undefined || p[1] === '' + value)); }
  set(name, value) {
    const first = this.#list.find((p) => p[0] === '' + name);
    if (first === undefined) push(this.#list, ['' + name, '' + value]);
    else {
      first[1] = '' + value;
      this.#list = this.#list.filter((p) => p === first || p[0] !== '' + name);
    }
    this.#changed();
  }
  sort() {
    sort(this.#list, (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this.#changed();
  }
  forEach(callback, self) { for (const [name, value] of this) apply(callback, self, [value, name, this]); }
  *entries() { for (let i = 0; i < this.#list.length; i++) yield [this.#list[i][0], this.#list[i][1]]; }
  *keys() { for (let i = 0; i < this.#list.length; i++) yield this.#list[i][0]; }
  *values() { for (let i = 0; i < this.#list.length; i++) yield this.#list[i][1]; }
  toString() { return sys('formEncode', JSONStringify(this.#list)); }
}
defineProperty(URLSearchParams.prototype, Symbol.iterator, { __proto__: null, value: URLSearchParams.prototype.entries, writable: true, configurable: true });
tag(URLSearchParams, 'URLSearchParams');
const { of: paramsOf, refresh: refreshParams } = URLSearchParams;
delete URLSearchParams.of;
delete URLSearchParams.refresh;

class URL {
  #parts; #params = null;
  constructor(url, base) {
    this.#parts = URL.#parse('' + url, base);
  }
  static #parse(url, base) { return JSONParse(base === undefined ? sys('url', url) : sys('url', url, '' + base)); }
  static canParse(url, base) {
    try {
      return URL.#parse('' + url, base) !== null;
    } catch {
      return false;
    }
  }
  static parse(url, base) {
    try {
      return new URL(url, base);
    } catch {
      return null;
    }
  }
  static query(url, query) { url.#parts = JSONParse(sys('urlSet', url.#parts.href, 'search', query)); }
  #set(name, value) {
    this.#parts = JSONParse(sys('urlSet', this.#parts.href, name, '' + value));
    if (this.#params !== null) refreshParams(this.#params, substring(this.#parts.search, 1));
  }
  get href() { return this.#parts.href; }
  set href(value) {
    this.#parts = URL.#parse('' + value);
    if (this.#params !== null) refreshParams(this.#params, substring(this.#parts.search, 1));
  }
  get origin() { return this.#parts.origin; }
  get protocol() { return this.#parts.protocol; }
  set protocol(value) { this.#set('protocol', value); }
  get username() { return this.#parts.username; }
  set username(value) { this.#set('username', value); }
  get password() { return this.#parts.password; }
  set password(value) { this.#set('password', value); }
  get host() { return this.#parts.host; }
  set host(value) { this.#set('host', value); }
  get hostname() { return this.#parts.hostname; }
  set hostname(value) { this.#set('hostname', value); }
  get port() { return this.#parts.port; }
  set port(value) { this.#set('port', value); }
  get pathname() { return this.#parts.pathname; }
  set pathname(value) { this.#set('pathname', value); }
  get search() { return this.#parts.search; }
  set search(value) { this.#set('search', value); }
  get hash() { return this.#parts.hash; }
  set hash(value) { this.#set('hash', value); }
  get searchParams() { return this.#params ??= paramsOf(this, substring(this.#parts.search, 1)); }
  toString() { return this.#parts.href; }
  toJSON() { return this.#parts.href; }
}
tag(URL, 'URL');
const { query: setQuery } = URL;
delete URL.query;

return { URL, URLSearchParams };
