// DOMException, events, and AbortSignal as far as fetch needs them.
const exceptionCodes = {
  __proto__: null, IndexSizeError: 1, NotFoundError: 8, NotSupportedError: 9, InvalidStateError: 11, SyntaxError: 12,
  InvalidAccessError: 15, NetworkError: 19, AbortError: 20, QuotaExceededError: 22, TimeoutError: 23, DataCloneError: 25,
};

class DOMException extends Error {
  #name;
  constructor(message = '', name = 'Error') {
    super(message);
    this.#name = typeof name === 'object' && name !== null ? '' + (name.name ?? 'Error') : '' + name;
    if (typeof name === 'object' && name !== null && 'cause' in name) this.cause = name.cause;
  }
  get name() { return this.#name; }
  get code() { return exceptionCodes[this.#name] ?? 0; }
}
tag(DOMException, 'DOMException');

class Event {
  #type; #cancelable; #bubbles;
  #prevented = false; #stopped = false; #target = null;
  timeStamp = clock();
  constructor(type, { bubbles = false, cancelable = false } = {}) {
    this.#type = '' + type;
    this.#bubbles = !!bubbles;
    this.#cancelable = !!cancelable;
  }
  get type() { return this.#type; }
  get bubbles() { return this.#bubbles; }
  get cancelable() { return this.#cancelable; }
  get defaultPrevented() { return this.#prevented; }
  get target() { return this.#target; }
  get currentTarget() { return this.#target; }
  preventDefault() { if (this.#cancelable) this.#prevented = true; }
  stopPropagation() {}
  stopImmediatePropagation() { this.#stopped = true; }
  static deliver(event, target, listeners) {
    event.#target = target;
    for (const { callback } of listeners) {
      if (event.#stopped) break;
      guarded(typeof callback === 'function' ? callback : callback.handleEvent, target, [event]);
    }
    return !event.#prevented;
  }
}
tag(Event, 'Event');
const { deliver } = Event;
delete Event.deliver;

class CustomEvent extends Event {
  #detail;
  constructor(type, init = {}) {
    super(type, init);
    this.#detail = init.detail ?? null;
  }
  get detail() { return this.#detail; }
}

class EventTarget {
  #listeners = [];
  addEventListener(type, callback, options) {
    if (callback === null || callback === undefined) return;
    type = '' + type;
    for (const one of this.#listeners) if (one.type === type && one.callback === callback) return;
    push(this.#listeners, { type, callback, once: typeof options === 'object' && options !== null && !!options.once });
  }
  removeEventListener(type, callback) {
    for (let i = 0; i < this.#listeners.length; i++) {
      if (this.#listeners[i].type === '' + type && this.#listeners[i].callback === callback) {
        splice(this.#listeners, i, 1);
        return;
      }
    }
  }
  dispatchEvent(event) {
    const hearing = [];
    for (const one of slice(this.#listeners)) {
      if (one.type !== event.type) continue;
      push(hearing, one);
      if (one.once) this.removeEventListener(one.type, one.callback);
    }
    return deliver(event, this, hearing);
  }
}
tag(EventTarget, 'EventTarget');

const mayConstruct = Symbol('constructed by the runtime');

class AbortSignal extends EventTarget {
  #aborted = false; #reason = undefined; #handler = null;
  constructor(key) {
    if (key !== mayConstruct) throw new TypeError('Illegal constructor');
    super();
  }
  get aborted() { return this.#aborted; }
  get reason() { return this.#reason; }
  get onabort() { return this.#handler; }
  set onabort(handler) { this.#handler = typeof handler === 'function' ? handler : null; }
  throwIfAborted() { if (this.#aborted) throw this.#reason; }
  static abort(reason) {
    const signal = new AbortSignal(mayConstruct);
    abortSignal(signal, reason);
    return signal;
  }
  static timeout(ms) {
    const signal = new AbortSignal(mayConstruct);
    addTimer('AbortSignal.timeout', false, () => abortSignal(signal, new DOMException('Signal timed out.', 'TimeoutError')), ms, []);
    return signal;
  }
  static any(signals) {
    const signal = new AbortSignal(mayConstruct);
    for (const one of signals) {
      if (one.aborted) {
        abortSignal(signal, one.reason);
        break;
      }
      one.addEventListener('abort', () => abortSignal(signal, one.reason), { once: true });
    }
    return signal;
  }
  static raise(signal, reason) {
    if (signal.#aborted) return;
    signal.#aborted = true;
    signal.#reason = reason === undefined ? new DOMException('The signal has been aborted', 'AbortError') : reason;
    const event = new Event('abort');
    if (signal.#handler) guarded(signal.#handler, signal, [event]);
    signal.dispatchEvent(event);
  }
}
tag(AbortSignal, 'AbortSignal');
const { raise: abortSignal } = AbortSignal;
delete AbortSignal.raise;

class AbortController {
  #signal = new AbortSignal(mayConstruct);
  get signal() { return this.#signal; }
  abort(reason) { abortSignal(this.#signal, reason); }
}
tag(AbortController, 'AbortController');

return { DOMException, Event, CustomEvent, EventTarget, AbortSignal, AbortController };
