// What is there, what is not, and what cannot be changed.
equal(Object.isFrozen(Lit), true);
equal(Object.keys(Lit), ['Actions', 'Auth', 'Headers']);
equal(LitActions === Lit.Actions && LitAuth === Lit.Auth && LitHeaders === Lit.Headers, true);
for (const name of ['Lit', 'LitActions', 'LitAuth', 'LitHeaders']) {
  throws(() => { 'use strict'; globalThis[name] = 1; }, 'TypeError');
  throws(() => { 'use strict'; delete globalThis[name]; }, 'TypeError');
}
equal(global === globalThis, true);
equal(Object.isFrozen(fetch), true);
for (const name of ['process', 'require', 'Deno', 'Worker', 'std', 'os', 'print', 'host', 'module', 'config', 'dispatch', 'scriptArgs', 'bjson']) {
  equal(typeof globalThis[name], 'undefined');
}
for (const name of ['URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'atob', 'btoa', 'crypto', 'Headers', 'Request', 'Response',
  'setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'queueMicrotask', 'structuredClone', 'performance', 'AbortController',
  'AbortSignal', 'Blob', 'DOMException', 'Event', 'EventTarget', 'fetch', 'console']) {
  equal(`${name} ${globalThis[name] === undefined}`, `${name} false`);
  equal(Object.getOwnPropertyDescriptor(globalThis, name).configurable, true);
}
equal(this === globalThis, true);
var declared = 1;
equal(globalThis.declared, 1);
