// Every console function prints; nothing an action passes can make one throw.
class Point { constructor() { this.x = 1; } }
const loop = { name: 'loop' };
loop.self = loop;
console.log('plain', 1, -0, 5n, null, undefined, true, Symbol('s'));
console.info({ a: 1, 'b-c': [1, 'two', [3]], f() {}, g: class A {} });
console.warn(new Map([['k', { v: 1 }]]), new Set([1]), [, 1]);
console.error(new Point(), Object.create(null), new Date(0), /re/g);
console.debug(loop, new Uint8Array([1, 2]), "it's");
console.log('%s is %d years and %i, %f, %j, %o, %%, %c.', 'Bob', 42, 42.9, 1.5, { a: 1 }, [1], 'css', 'rest');
console.log({ get a() { throw new Error('never called'); } });
console.log(new Proxy({}, { ownKeys() { throw new Error('trap'); } }));
console.log(['x'.repeat(40), 'y'.repeat(40)]);
console.group('G');
console.log('in\nside');
console.groupEnd();
console.assert(true, 'no');
console.assert(false, 'yes', 1);
console.count();
console.count();
console.count('c');
console.dir([1]);
console.trace('t');
console.log();
console.log({ a: { b: { c: { d: { e: { f: 1 } } } } } });
