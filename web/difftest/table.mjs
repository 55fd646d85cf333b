// The table: one line per row, and what both said where a row fails.

const nameWidth = 60;
const valueWidth = 36;

/** Characters of two long values shown around the place where they part. */
const before = 60;
const shown = 200;

function show(value) {
  const text = (typeof value === "string" ? value : (JSON.stringify(value) ?? "-")).replaceAll("\n", " ");
  return text.length > valueWidth ? `${text.slice(0, valueWidth - 3)}...` : text;
}

/** Where two texts part; 0 if nowhere. */
function firstDifference(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) {
      return i;
    }
  }
  return a.length === b.length ? 0 : length;
}

/** A table that writes through `write` and counts. */
export class Table {
  passed = 0;
  failed = 0;
  #write;

  constructor(write) {
    this.#write = write;
  }

  heading(text) {
    this.#write(`\n${text}`);
    this.#line("case", "ours", "official", "outcome");
  }

  row({ name, ours, official, ok }) {
    ok ? this.passed++ : this.failed++;
    this.#line(name, ours, official, ok ? "ok" : "FAILED");
    if (!ok) {
      const [a, b] = [ours, official].map((value) => JSON.stringify(value) ?? "-");
      const from = Math.max(0, firstDifference(a, b) - before);
      this.#write(`    ours:     ${a.slice(from, from + shown)}\n    official: ${b.slice(from, from + shown)}`);
    }
  }

  end() {
    this.#write(`\n${this.passed} passed, ${this.failed} failed`);
  }

  #line(name, ours, official, outcome) {
    this.#write(
      `${name.padEnd(nameWidth)} | ${show(ours).padEnd(valueWidth)} | ${show(official).padEnd(valueWidth)} | ${outcome}`,
    );
  }
}
