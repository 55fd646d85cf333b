// structuredClone keeps types and shared references and refuses functions.
const shared = [1];
const from = { a: shared, b: shared, d: new Date(5), r: /x/gi, m: new Map([[1, { y: 2 }]]), s: new Set(['z']), u: undefined, n: 5n, e: new RangeError('bad'), t: new Uint16Array([1, 2]), o: Object('str') };
from.self = from;
const to = structuredClone(from);
equal(to.a === to.b && to.a !== shared && to.self === to, true);
equal([to.d.getTime(), String(to.r), to.m.get(1).y, to.s.has('z'), 'u' in to, to.n], [5, '/x/gi', 2, true, true, '5n']);
equal([to.e instanceof RangeError, to.e.message, to.t[1], to.t instanceof Uint16Array, String(to.o)], [true, 'bad', 2, true, 'str']);
throws(() => structuredClone({ f() {} }), 'DataCloneError');
throws(() => structuredClone(Symbol('x')), 'DataCloneError');
throws(() => structuredClone(Promise.resolve()), 'DataCloneError');
