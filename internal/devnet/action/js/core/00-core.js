// What the other files stand on. Everything is taken from the built-ins before the action can change them.
const config = JSON.parse(configText), fetchLog = [];
const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf, ownKeys } = Reflect;
const uncurry = (f) => (self, ...args) => apply(f, self, args);
const getter = (proto, name) => uncurry(getOwnPropertyDescriptor(proto, name).get);

const { create, freeze, assign } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const JSONParse = JSON.parse, JSONStringify = JSON.stringify;
const fromBase64 = Uint8Array.fromBase64;
const toBase64 = uncurry(Uint8Array.prototype.toBase64);
const hasOwn = Object.hasOwn;
const TypedArray = getPrototypeOf(Uint8Array);
const typedArrayName = getter(TypedArray.prototype, Symbol.toStringTag);
const typedArrayBuffer = getter(TypedArray.prototype, 'buffer');
const typedArrayOffset = getter(TypedArray.prototype, 'byteOffset');
const typedArrayBytes = getter(TypedArray.prototype, 'byteLength');
const typedArraySet = uncurry(TypedArray.prototype.set);
const typedArraySlice = uncurry(TypedArray.prototype.slice);
const dataViewBuffer = getter(DataView.prototype, 'buffer');
const dataViewOffset = getter(DataView.prototype, 'byteOffset');
const dataViewBytes = getter(DataView.prototype, 'byteLength');
const bufferBytes = getter(ArrayBuffer.prototype, 'byteLength');
const push = uncurry(Array.prototype.push), join = uncurry(Array.prototype.join), slice = uncurry(Array.prototype.slice);
const includes = uncurry(Array.prototype.includes), positionOf = uncurry(Array.prototype.indexOf), concat = uncurry(Array.prototype.concat);
const splice = uncurry(Array.prototype.splice), sort = uncurry(Array.prototype.sort);
const charCodeAt = uncurry(String.prototype.charCodeAt), toLowerCase = uncurry(String.prototype.toLowerCase);
const toUpperCase = uncurry(String.prototype.toUpperCase), replaceAll = uncurry(String.prototype.replaceAll);
const substring = uncurry(String.prototype.slice), indexOf = uncurry(String.prototype.indexOf);
const startsWith = uncurry(String.prototype.startsWith), repeat = uncurry(String.prototype.repeat);
const regExpTest = uncurry(RegExp.prototype.test), errorToString = uncurry(Error.prototype.toString);
const trim = uncurry(String.prototype.trim), codePointAt = uncurry(String.prototype.codePointAt);
const promiseThen = uncurry(Promise.prototype.then);
const isError = Error.isError;
const { floor } = Math;

// sys asks Go. It throws what Go refused with, as an error of the class that Go named.
function sys(op, ...args) {
  try {
    return apply(host, undefined, [op, ...args]);
  } catch (e) {
    throw typeof e === 'string' ? refusal(e) : e;
  }
}

function refusal(text) {
  const cut = indexOf(text, '\u0001');
  return cut < 0 ? new Error(text) : errorOf(substring(text, 0, cut), substring(text, cut + 1));
}

function errorOf(name, message) {
  switch (name) {
    case 'TypeError': return new TypeError(message);
    case 'RangeError': return new RangeError(message);
    case 'SyntaxError': return new SyntaxError(message);
    case 'Error': return new Error(message);
  }
  return new (use('events').DOMException)(message, name);
}

// laterAs asks Go for something that takes time and returns a promise of {value, bytes}: what Go answers as JSON, and
// an ArrayBuffer beside it for the few that have one.
const waiting = create(null);
let lastId = 0;
const nextId = () => ++lastId;
function laterAs(id, op, ...args) {
  return new Promise((resolve, reject) => {
    sys(op, id, ...args);
    waiting[id] = { __proto__: null, resolve, reject };
  });
}

function take(id) {
  const one = waiting[id];
  delete waiting[id];
  return one;
}

// fatal ends the run with an exception that nobody can catch any more.
function fatal(e) {
  sys('uncaught', describe(e));
}

function guarded(f, self, args) {
  try {
    apply(f, self, args);
  } catch (e) {
    fatal(e);
  }
}

// An action decides how long its errors are.
const maxDescription = 20000;

// describe returns "Name: message", the stack, and the names of the error's constructors of a thrown value, with a NUL
// between them.
function describe(e) {
  if (typeof e === 'symbol') return String(e);
  if (typeof e !== 'object' && typeof e !== 'function' || e === null) return substring('' + e, 0, maxDescription);
  let head, stack = '', makers = '';
  try {
    head = isError(e) ? errorToString(e) : '#<' + className(e) + '>';
    const s = e.stack;
    if (typeof s === 'string') stack = s;
    if (isError(e)) makers = makersOf(e);
  } catch {
    head ??= 'exception';
  }
  return substring(head, 0, maxDescription) + '\0' + substring(stack, 0, maxDescription) + '\0' + makers;
}

// makersOf returns the names of the classes between an error and Error, in whose constructors its trace begins.
function makersOf(e) {
  const names = [];
  for (let proto = getPrototypeOf(e); proto !== null && proto !== Error.prototype && names.length < 20; proto = getPrototypeOf(proto)) {
    const own = getOwnPropertyDescriptor(proto, 'constructor');
    if (own && typeof own.value === 'function') push(names, className(proto));
  }
  return join(names, ' ');
}

function className(o) {
  for (let proto = o; proto !== null; proto = getPrototypeOf(proto)) {
    const own = getOwnPropertyDescriptor(proto, 'constructor');
    if (own && typeof own.value === 'function' && typeof own.value.name === 'string' && own.value.name !== '') return own.value.name;
  }
  return 'Object';
}

// method gives object functions the way built-ins have them: writable, configurable, not enumerable.
function method(object, functions) {
  for (const name of ownKeys(functions)) {
    defineProperty(object, name, { __proto__: null, value: functions[name], writable: true, configurable: true });
  }
}

// tag sets what Object.prototype.toString says.
function tag(ctor, name) {
  defineProperty(ctor.prototype, Symbol.toStringTag, { __proto__: null, value: name, configurable: true });
}

// use returns what the unit of that name offers. A unit is a file of its own that is loaded when it is first needed.
const units = create(null);
function use(name) { return units[name] ??= sys('unit', name)(shared); }

// lazy defines a global that is made when it is first touched. Until then it can be replaced like any other.
function lazy(name, make) {
  const set = (value) => defineProperty(globalThis, name, { __proto__: null, value, writable: true, configurable: true });
  defineProperty(globalThis, name, {
    __proto__: null, configurable: true, set,
    get() {
      const value = make();
      set(value);
      return value;
    },
  });
}

// bytesOf returns a Uint8Array over the bytes of a BufferSource, or undefined.
function bytesOf(source) {
  if (isView(source)) {
    return typedArrayName(source) === undefined
      ? new Uint8Array(dataViewBuffer(source), dataViewOffset(source), dataViewBytes(source))
      : new Uint8Array(typedArrayBuffer(source), typedArrayOffset(source), typedArrayBytes(source));
  }
  try {
    bufferBytes(source);
  } catch {
    return undefined;
  }
  return new Uint8Array(source);
}

function utf8(string) { return new Uint8Array(sys('utf8', string)); }

// bufferOf returns a copy of a BufferSource as an ArrayBuffer, for Go.
function bufferOf(source, what) {
  const bytes = bytesOf(source);
  if (bytes === undefined) throw new TypeError(`${what} must be an ArrayBuffer or a view of one`);
  return typedArrayBuffer(new Uint8Array(bytes));
}

