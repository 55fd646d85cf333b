// Timers, microtasks and clocks.
const wallClock = () => sys('clock');
const startOfRun = wallClock();
const clock = () => wallClock() - startOfRun;
const timers = create(null);

function addTimer(name, repeats, callback, delay, args) {
  if (typeof callback !== 'function') throw new TypeError(`${name}: callback is not a function`);
  delay = +delay;
  // Browsers and Deno: not a number or out of range counts as at once.
  delay = delay >= 1 && delay <= 2147483647 ? floor(delay) : 1;
  const id = nextId();
  timers[id] = { __proto__: null, callback, delay, repeats, args };
  sys('timer', id, delay);
  return id;
}

function clearTimer(id) {
  id = typeof id === 'number' ? id : +id;
  if (timers[id] === undefined) return;
  delete timers[id];
  sys('clear', id);
}

function fire(id) {
  const one = timers[id];
  if (one === undefined) return;
  if (one.repeats) sys('timer', id, one.delay);
  else delete timers[id];
  guarded(one.callback, globalThis, one.args);
}

method(globalThis, {
  setTimeout(callback, delay = 0, ...args) { return addTimer('setTimeout', false, callback, delay, args); },
  setInterval(callback, delay = 0, ...args) { return addTimer('setInterval', true, callback, delay, args); },
  clearTimeout(id) { clearTimer(id); },
  clearInterval(id) { clearTimer(id); },
  queueMicrotask(callback) {
    if (typeof callback !== 'function') throw new TypeError('queueMicrotask: callback is not a function');
    promiseThen(Promise.resolve(), () => guarded(callback, undefined, []));
  },
});

class Performance {
  now() { return clock(); }
  get timeOrigin() { return startOfRun; }
  toJSON() { return { timeOrigin: startOfRun }; }
}
tag(Performance, 'Performance');
globalThis.performance = new Performance();
