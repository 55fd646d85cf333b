// Text and bytes: TextEncoder, TextDecoder, atob, btoa, structuredClone.
const { DOMException } = use('events');

class TextEncoder {
  get encoding() { return 'utf-8'; }
  encode(string = '') { return utf8('' + string); }
  encodeInto(string, target) {
    string = '' + string;
    const room = target.length;
    let read = 0, written = 0, part = '';
    for (let i = 0; i < string.length;) {
      const code = codePointAt(string, i);
      const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (written + size > room) break;
      written += size;
      i += code > 0xffff ? 2 : 1;
      read = i;
    }
    part = utf8(substring(string, 0, read));
    typedArraySet(target, part);
    return { read, written };
  }
}
tag(TextEncoder, 'TextEncoder');

class TextDecoder {
  #encoding; #fatal; #ignoreBOM;
  #rest = new Uint8Array(0); #started = false;
  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    this.#encoding = sys('encodingName', '' + label);
    this.#fatal = !!fatal;
    this.#ignoreBOM = !!ignoreBOM;
  }
  get encoding() { return this.#encoding; }
  get fatal() { return this.#fatal; }
  get ignoreBOM() { return this.#ignoreBOM; }
  decode(input, { stream = false } = {}) {
    let bytes = input === undefined ? new Uint8Array(0) : bytesOf(input);
    if (bytes === undefined) throw new TypeError('TextDecoder.decode: input must be an ArrayBuffer or a view of one');
    if (this.#rest.length > 0) {
      const joined = new Uint8Array(this.#rest.length + bytes.length);
      typedArraySet(joined, this.#rest);
      typedArraySet(joined, bytes, this.#rest.length);
      bytes = joined;
    }
    const cut = stream ? sys('completeText', this.#encoding, typedArrayBuffer(new Uint8Array(bytes))) : bytes.length;
    const whole = typedArraySlice(bytes, 0, cut);
    this.#rest = typedArraySlice(bytes, cut);
    const keepBOM = this.#ignoreBOM || this.#started;
    this.#started = stream && (this.#started || cut > 0);
    return sys('decodeText', this.#encoding, typedArrayBuffer(whole), this.#fatal, keepBOM);
  }
}
tag(TextDecoder, 'TextDecoder');

function latin1(string) {
  const bytes = new Uint8Array(string.length);
  for (let i = 0; i < string.length; i++) {
    const code = charCodeAt(string, i);
    if (code > 255) throw new DOMException('Cannot encode string: string contains characters outside of the Latin1 range', 'InvalidCharacterError');
    bytes[i] = code;
  }
  return bytes;
}

// binaryString returns the string whose code units are the bytes.
function binaryString(bytes) { return sys('decodeText', 'latin1', typedArrayBuffer(bytes), false, true); }

function atob(data) {
  try {
    return binaryString(fromBase64('' + data));
  } catch (e) {
    throw new DOMException('Failed to decode base64', 'InvalidCharacterError');
  }
}

function btoa(data) { return toBase64(latin1('' + data)); }

// clone copies a value as the structured clone algorithm does; what cannot be copied is a DataCloneError.
function clone(value, seen) {
  if (typeof value === 'symbol' || typeof value === 'function') {
    throw new DOMException(`${typeof value === 'symbol' ? String(value) : value} could not be cloned.`, 'DataCloneError');
  }
  if (typeof value !== 'object' || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const copy = cloneEmpty(value);
  seen.set(value, copy);
  if (value instanceof Map) {
    for (const [k, v] of [...value]) copy.set(clone(k, seen), clone(v, seen));
  } else if (value instanceof Set) {
    for (const v of [...value]) copy.add(clone(v, seen));
  } else if (isArray(value) || getPrototypeOf(copy) === Object.prototype) {
    for (const key of Object.keys(value)) {
      defineProperty(copy, key, { __proto__: null, value: clone(value[key], seen), writable: true, enumerable: true, configurable: true });
    }
  }
  return copy;
}

function cloneEmpty(value) {
  if (isArray(value)) return new Array(value.length);
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  if (value instanceof Date) return new Date(+value);
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (value instanceof String || value instanceof Number || value instanceof Boolean || value instanceof BigInt) return Object(value.valueOf());
  if (isView(value)) {
    const bytes = typedArrayBuffer(new Uint8Array(bytesOf(value)));
    return typedArrayName(value) === undefined ? new DataView(bytes) : new typedArrays[typedArrayName(value)](bytes);
  }
  if (bytesOf(value) !== undefined) return bufferOf(value);
  if (isError(value)) return cloneError(value);
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) {
    throw new DOMException(`#<${className(value)}> could not be cloned.`, 'DataCloneError');
  }
  return {};
}

function cloneError(e) {
  const kinds = { __proto__: null, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const copy = new (kinds[e.name] ?? Error)(e.message);
  if (typeof e.stack === 'string') method(copy, { stack: e.stack });
  return copy;
}

const typedArrays = {
  __proto__: null, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
  BigInt64Array, BigUint64Array, Float16Array, Float32Array, Float64Array,
};

function structuredClone(value) { return clone(value, new Map()); }

return { TextEncoder, TextDecoder, atob, btoa, structuredClone };
