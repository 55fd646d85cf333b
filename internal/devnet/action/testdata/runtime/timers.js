// Timers fire in the order of their delays, microtasks before them.
const order = [];
setTimeout(() => order.push('t2'), 4);
setTimeout((a, b) => order.push('t1' + a + b), 1, 'x', 'y');
Promise.resolve().then(() => order.push('promise'));
queueMicrotask(() => order.push('microtask'));
const cleared = setTimeout(() => order.push('never'), 2);
clearTimeout(cleared);
clearTimeout(undefined);
clearTimeout(12345);
let ticks = 0;
const interval = setInterval(() => {
  order.push('i' + ++ticks);
  if (ticks === 3) {
    clearInterval(interval);
    setTimeout(() => console.log(order.join(' ')), 12); // two ticks more, were they not cleared
  }
}, 5);
order.push('sync');
equal(typeof interval, 'number');
throws(() => setTimeout(), 'TypeError');
throws(() => queueMicrotask(1), 'TypeError');
const before = performance.now();
setTimeout(() => equal(performance.now() - before >= 2, true), 3);
