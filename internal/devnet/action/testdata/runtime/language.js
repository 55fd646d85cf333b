// Strings cannot be turned into code, by any door.
const want = 'EvalError: Code generation from strings disallowed for this context';
throws(() => eval('1'), want);
throws(() => (0, eval)('1'), want);
throws(() => new Function('return 1'), want);
throws(() => Function('return 1')(), want);
throws(() => (() => {}).constructor('return 1'), want);
throws(() => (async () => {}).constructor('return 1'), want);
throws(() => (function* () {}).constructor('return 1'), want);
throws(() => (async function* () {}).constructor('return 1'), want);
throws(() => Object.getPrototypeOf((async () => {}).constructor)('return 1'), want);
throws(() => Reflect.construct(Function, ['return 1']), want);
throws(() => class extends Function {}.constructor('return 1'), want);
throws(() => new (class extends Function {})('return 1'), want);
throws(() => setTimeout('1'), 'TypeError');
equal(eval(5), 5);
equal((() => {}) instanceof Function, true);
equal(Function.prototype === Object.getPrototypeOf(() => {}), true);
equal(typeof InternalError, 'undefined');
let overflow;
try { (function f() { f(); })(); } catch (e) { overflow = e; }
equal([overflow instanceof RangeError, overflow.name], [true, 'RangeError']);
const traced = {};
Error.captureStackTrace(traced);
equal(traced.stack, 'Error\n    at <user_provided_script>:24:7');
