// crypto: randomness, digests, and keys as far as actions check signatures and tokens with them.
const { DOMException } = use('events');
const mayConstruct = Symbol('constructed by the runtime');

const randomTypes = ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array'];

function hashName(algorithm) {
  const name = typeof algorithm === 'object' && algorithm !== null ? algorithm.name : algorithm;
  return toUpperCase('' + name);
}

// algorithmOf returns an algorithm with its bytes as base64, as JSON for Go.
function algorithmOf(algorithm) {
  if (typeof algorithm !== 'object' || algorithm === null) return { name: '' + algorithm };
  const plain = { __proto__: null };
  for (const key of Object.keys(algorithm)) {
    const value = algorithm[key];
    const bytes = typeof value === 'object' && value !== null ? bytesOf(value) : undefined;
    if (bytes !== undefined) plain[key] = toBase64(new Uint8Array(bytes));
    else if (key === 'hash') plain.hash = hashName(value);
    else if (typeof value === 'string' || typeof value === 'number') plain[key] = value;
  }
  return plain;
}

class CryptoKey {
  #type; #extractable; #algorithm; #usages; #material;
  constructor(key, made) {
    if (key !== mayConstruct) throw new TypeError('Illegal constructor');
    this.#type = made.type;
    this.#extractable = made.extractable;
    this.#algorithm = made.algorithm;
    this.#usages = made.usages;
    this.#material = made.material;
  }
  get type() { return this.#type; }
  get extractable() { return this.#extractable; }
  get algorithm() { return this.#algorithm; }
  get usages() { return this.#usages; }
  static material(key, usage) {
    if (usage !== null && !key.#usages.includes(usage)) throw new DOMException(`Key does not support the '${usage}' operation`, 'InvalidAccessError');
    return key.#material;
  }
}
tag(CryptoKey, 'CryptoKey');
const { material } = CryptoKey;
delete CryptoKey.material;

function keyOf(made, extractable, usages) {
  const algorithm = { name: made.name };
  if (made.hash) algorithm.hash = { name: made.hash };
  if (made.curve) algorithm.namedCurve = made.curve;
  if (made.length) algorithm.length = made.length;
  return new CryptoKey(mayConstruct, { type: made.type, extractable: !!extractable, algorithm, usages: [...usages], material: made.material });
}

const cryptoCall = (op, request, ...buffers) => sys('crypto', op, JSONStringify(request), ...buffers);

class SubtleCrypto {
  constructor(key) { if (key !== mayConstruct) throw new TypeError('Illegal constructor'); }
  async digest(algorithm, data) { return cryptoCall('digest', { algorithm: algorithmOf(algorithm) }, bufferOf(data, 'data')); }
  async importKey(format, data, algorithm, extractable, usages) {
    const jwk = format === 'jwk' ? data : undefined;
    const bytes = jwk === undefined ? bufferOf(data, 'keyData') : new ArrayBuffer(0);
    return keyOf(JSONParse(cryptoCall('importKey', { format: '' + format, jwk, algorithm: algorithmOf(algorithm) }, bytes)), extractable, usages);
  }
  async exportKey(format, key) {
    if (!key.extractable) throw new DOMException('Key is not extractable', 'InvalidAccessError');
    const made = cryptoCall('exportKey', { format: '' + format, key: material(key, null) });
    return format === 'jwk' ? assign(JSONParse(made), { key_ops: [...key.usages], ext: true }) : made;
  }
  async generateKey(algorithm, extractable, usages) {
    const made = JSONParse(cryptoCall('generateKey', { algorithm: algorithmOf(algorithm) }));
    if (!isArray(made)) return keyOf(made, extractable, usages);
    const only = (...wanted) => [...usages].filter((usage) => wanted.includes(usage));
    return {
      publicKey: keyOf(made[0], true, only('verify', 'encrypt', 'wrapKey')),
      privateKey: keyOf(made[1], extractable, only('sign', 'decrypt', 'unwrapKey', 'deriveKey', 'deriveBits')),
    };
  }
  async sign(algorithm, key, data) {
    return cryptoCall('sign', { algorithm: algorithmOf(algorithm), key: material(key, 'sign') }, bufferOf(data, 'data'));
  }
  async verify(algorithm, key, signature, data) {
    return cryptoCall('verify', { algorithm: algorithmOf(algorithm), key: material(key, 'verify') }, bufferOf(signature, 'signature'), bufferOf(data, 'data'));
  }
  async encrypt(algorithm, key, data) {
    return cryptoCall('encrypt', { algorithm: algorithmOf(algorithm), key: material(key, 'encrypt') }, bufferOf(data, 'data'));
  }
  async decrypt(algorithm, key, data) {
    return cryptoCall('decrypt', { algorithm: algorithmOf(algorithm), key: material(key, 'decrypt') }, bufferOf(data, 'data'));
  }
  async deriveBits(algorithm, key, length) {
    return cryptoCall('deriveBits', { algorithm: algorithmOf(algorithm), key: material(key, 'deriveBits'), length: +length });
  }
  async deriveKey(algorithm, key, derived, extractable, usages) {
    const wanted = algorithmOf(derived);
    const bits = cryptoCall('deriveBits', { algorithm: algorithmOf(algorithm), key: material(key, 'deriveKey'), length: +(wanted.length ?? 256) });
    return this.importKey('raw', bits, derived, extractable, usages);
  }
}
tag(SubtleCrypto, 'SubtleCrypto');

class Crypto {
  #subtle = new SubtleCrypto(mayConstruct);
  constructor(key) { if (key !== mayConstruct) throw new TypeError('Illegal constructor'); }
  get subtle() { return this.#subtle; }
  getRandomValues(array) {
    if (!isView(array) || !randomTypes.includes(typedArrayName(array))) throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
    const bytes = bytesOf(array);
    if (bytes.length > 65536) throw new DOMException(`The ArrayBufferView's byte length (${bytes.length}) exceeds the number of bytes of entropy available via this API (65536)`, 'QuotaExceededError');
    typedArraySet(bytes, new Uint8Array(sys('random', bytes.length)));
    return array;
  }
  randomUUID() { return sys('uuid'); }
}
tag(Crypto, 'Crypto');

return { Crypto, CryptoKey, SubtleCrypto, crypto: new Crypto(mayConstruct) };
