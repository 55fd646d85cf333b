// How console shows values: Deno's way as far as an action's logs can tell.
const lineWidth = 72, maxDepth = 4, maxItems = 100, maxScan = 100000;

function quote(s) {
  const q = indexOf(s, "'") < 0 ? "'" : indexOf(s, '"') < 0 ? '"' : indexOf(s, '`') < 0 ? '`' : "'";
  let text = JSONStringify(s);
  text = substring(text, 1, -1);
  if (q !== '"') text = replaceAll(text, '\\"', '"');
  if (q === "'") text = replaceAll(text, "'", "\\'");
  return q + text + q;
}

// inspect shows a value. seen are the objects around it, circular those of them that something inside refers to.
function inspect(value, depth = 0, seen = [], circular = []) {
  switch (typeof value) {
    case 'string': return quote(value);
    case 'bigint': return value + 'n';
    case 'symbol': return String(value);
    case 'number': return value === 0 && 1 / value < 0 ? '-0' : '' + value;
    case 'function': return inspectFunction(value);
    case 'object': break;
    default: return '' + value;
  }
  if (value === null) return 'null';
  if (includes(seen, value)) {
    if (!includes(circular, value)) push(circular, value);
    return '[Circular *' + (positionOf(circular, value) + 1) + ']';
  }
  try {
    const shown = inspectObject(value, depth, concat(seen, [value]), circular);
    return includes(circular, value) ? '<ref *' + (positionOf(circular, value) + 1) + '> ' + shown : shown;
  } catch {
    return '[Object]';
  }
}

function inspectFunction(f) {
  const text = uncurry(Function.prototype.toString)(f);
  const name = getOwnPropertyDescriptor(f, 'name');
  const shown = name && typeof name.value === 'string' && name.value !== '' ? name.value : '(anonymous)';
  return startsWith(text, 'class') ? '[class ' + shown + ']' : '[Function: ' + shown + ']';
}

function inspectObject(o, depth, seen, circular) {
  if (isError(o)) return inspectError(o);
  if (o instanceof Date) return Number.isNaN(+o) ? 'Invalid Date' : o.toISOString();
  if (o instanceof RegExp) return '' + o;
  if (o instanceof Promise) return 'Promise { <pending> }';
  const name = getPrototypeOf(o) === null ? '[Object: null prototype]' : className(o);
  if (depth > maxDepth) return isArray(o) ? '[Array]' : '[' + name + ']';
  const items = [];
  let open = '{', close = '}', prefix = name === 'Object' ? '' : name + ' ';
  const show = (v) => inspect(v, depth + 1, seen, circular);
  if (isArray(o) || isView(o) && typedArrayName(o) !== undefined) {
    open = '['; close = ']';
    prefix = isArray(o) ? (name === 'Array' ? '' : name + '(' + o.length + ') ') : name + '(' + o.length + ') ';
    elements(o, items, show);
  } else if (o instanceof Map) {
    prefix = name + '(' + o.size + ') ';
    for (const [k, v] of o) push(items, show(k) + ' => ' + show(v));
  } else if (o instanceof Set) {
    prefix = name + '(' + o.size + ') ';
    for (const v of o) push(items, show(v));
  } else if (o instanceof String || o instanceof Number || o instanceof Boolean) {
    return '[' + name + ': ' + show(o.valueOf()) + ']';
  } else {
    properties(o, items, show);
  }
  return wrap(prefix, open, items, close, depth);
}

// elements shows the items of an array or a typed array, holes counted.
function elements(o, items, show) {
  let i = 0;
  for (let holes = 0; i < o.length && i < maxScan && items.length < maxItems; i++) {
    if (isArray(o) && !hasOwn(o, i)) holes++;
    if (holes > 0 && (hasOwn(o, i) || i === o.length - 1)) {
      push(items, '<' + holes + ' empty item' + (holes > 1 ? 's>' : '>'));
      holes = 0;
    }
    if (hasOwn(o, i)) push(items, show(o[i]));
  }
  if (i < o.length) push(items, '... ' + (o.length - i) + ' more item' + (o.length - i > 1 ? 's' : ''));
}

function properties(o, items, show) {
  for (const key of ownKeys(o)) {
    const own = getOwnPropertyDescriptor(o, key);
    if (!own || !own.enumerable) continue;
    if (items.length >= maxItems) {
      push(items, '...');
      return;
    }
    const label = typeof key === 'symbol' ? '[' + String(key) + ']' : regExpTest(/^[A-Za-z_$][\w$]*$/, key) ? key : quote(key);
    const value = own.get ? (own.set ? '[Getter/Setter]' : '[Getter]') : own.set ? '[Setter]' : show(own.value);
    push(items, label + ': ' + value);
  }
}

function wrap(prefix, open, items, close, depth) {
  if (items.length === 0) return prefix + open + close;
  const inner = join(items, ', ');
  if (inner.length + prefix.length <= lineWidth && indexOf(inner, '\n') < 0) return prefix + open + ' ' + inner + ' ' + close;
  const indent = repeat('  ', depth + 1);
  return prefix + open + '\n' + indent + join(items, ',\n' + indent) + '\n' + repeat('  ', depth) + close;
}

function inspectError(e) {
  const stack = e.stack;
  return substring(errorToString(e), 0, maxDescription) + (typeof stack === 'string' && stack !== '' ? sys('stack', substring(stack, 0, maxDescription)) : '');
}

// format joins a console call's arguments, with the first one's % directives applied.
function format(args) {
  const out = [];
  let i = 0;
  if (typeof args[0] === 'string' && args.length > 1 && indexOf(args[0], '%') >= 0) {
    i = 1;
    const text = args[0];
    let done = '';
    for (let at = 0; at < text.length; at++) {
      const directive = text[at] === '%' ? text[at + 1] : undefined;
      if (directive === '%') {
        done += '%';
        at++;
      } else if (directive !== undefined && indexOf('sdifoOcj', directive) >= 0 && i < args.length) {
        done += directed(directive, args[i++]);
        at++;
      } else {
        done += text[at];
      }
    }
    push(out, done);
  }
  for (; i < args.length; i++) push(out, typeof args[i] === 'string' ? args[i] : inspect(args[i]));
  return join(out, ' ');
}

function directed(directive, value) {
  switch (directive) {
    case 's': return typeof value === 'string' ? value : inspect(value);
    case 'd': case 'i': return typeof value === 'bigint' ? value + 'n' : '' + (directive === 'i' ? parseInt(value) : +value);
    case 'f': return '' + parseFloat(value);
    case 'c': return '';
    case 'j': return JSONStringify(value);
  }
  return inspect(value);
}

return { inspect, format };
