// Strings cannot be turned into code. The engine's constructors stay reachable only as prototypes.
const refuseCode = () => { throw new EvalError('Code generation from strings disallowed for this context'); };

function forbid(like, name) {
  const proto = getPrototypeOf(like);
  const forbidden = function () { refuseCode(); };
  defineProperty(forbidden, 'name', { __proto__: null, value: name, configurable: true });
  defineProperty(forbidden, 'prototype', { __proto__: null, value: proto, writable: false });
  defineProperty(proto, 'constructor', { __proto__: null, value: forbidden, writable: name === 'Function', configurable: true });
  if (name !== 'Function') setPrototypeOf(forbidden, globalThis.Function);
  return forbidden;
}

method(globalThis, {
  Function: forbid(function () {}, 'Function'),
  eval(x) {
    if (typeof x !== 'string') return x;
    refuseCode();
  },
});
forbid(async function () {}, 'AsyncFunction');
forbid(function* () {}, 'GeneratorFunction');
forbid(async function* () {}, 'AsyncGeneratorFunction');

// V8 has no InternalError, and has this.
delete globalThis.InternalError;
method(Error, {
  captureStackTrace(target) {
    const head = isError(target) ? errorToString(target) : 'Error';
    method(target, { stack: head + sys('stack', substring(new Error().stack, 0, maxDescription)) });
  },
});
