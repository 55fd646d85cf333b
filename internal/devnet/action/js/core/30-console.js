// console. What it prints is shown by the inspect unit, unless it is plain text.
// format joins a call's arguments to one text.
function format(args) {
  if (args.length === 1 && typeof args[0] === 'string') return args[0];
  return use('inspect').format(args);
}

let indentation = '';
const counts = create(null), clocks = create(null);
function print(...args) {
  let line = format(args);
  if (indentation !== '') line = indentation + replaceAll(line, '\n', '\n' + indentation);
  if (line.length > config.logs) line = substring(line, 0, config.logs + 1);
  sys('log', line + '\n');
}
const group = (...args) => {
  if (args.length > 0) print(...args);
  indentation += '    ';
};
const elapsed = (label) => label + ': ' + floor(clock() - clocks[label]) + 'ms';

globalThis.console = {};
method(console, {
  log: (...args) => print(...args),
  info: (...args) => print(...args),
  debug: (...args) => print(...args),
  warn: (...args) => print(...args),
  error: (...args) => print(...args),
  trace: (...args) => print('Trace' + (args.length > 0 ? ': ' + format(args) : '')),
  dir: (value) => print(use('inspect').inspect(value)),
  dirxml: (...args) => print(...args),
  table: (...args) => print(...args),
  assert(ok, ...args) {
    if (!ok) print('Assertion failed' + (args.length > 0 ? ': ' + format(args) : ''));
  },
  group, groupCollapsed: group,
  groupEnd() { indentation = substring(indentation, 4); },
  count(label = 'default') {
    label = '' + label;
    counts[label] = (counts[label] ?? 0) + 1;
    print(label + ': ' + counts[label]);
  },
  countReset(label = 'default') { delete counts['' + label]; },
  time(label = 'default') { clocks['' + label] = clock(); },
  timeLog(label = 'default', ...args) { print(elapsed('' + label), ...args); },
  timeEnd(label = 'default') {
    print(elapsed('' + label));
    delete clocks['' + label];
  },
  clear() {},
});
