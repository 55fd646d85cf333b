/** Questions to wallets that are asked once, however many callers have them at the same time. */
import { Abort } from "./abort.js";

interface Question {
  /** What tells it from others, compared part by part. */
  parts: readonly unknown[];
  /** Milliseconds since 1970. */
  asked: number;
  /** Callers who want the answer. */
  waiting: number;
  answer: Promise<unknown>;
}

/** Milliseconds after which a question is asked anew: its prompt may have been lost. */
const PATIENCE = 60_000;

/** What no wallet has answered yet. */
const open = new Set<Question>();

/**
 * Asks, or waits with those who asked the same within the last minute; the
 * parts are compared as === does. Who aborts leaves the others alone. Before
 * each prompt `ask` calls what it is given, which throws when nobody waits any
 * more.
 */
export async function shared<Answer>(
  parts: readonly unknown[],
  signal: AbortSignal | undefined,
  ask: (requireWaiting: () => void) => Promise<Answer>,
): Promise<Answer> {
  const abort = new Abort(signal);
  const question = find(parts) ?? begin(parts, ask);
  question.waiting++;
  try {
    return await abort.race(question.answer as Promise<Answer>);
  } finally {
    question.waiting--;
    abort.done();
  }
}

function find(parts: readonly unknown[]): Question | undefined {
  const now = Date.now();
  for (const question of open) {
    if (Math.abs(now - question.asked) > PATIENCE) {
      open.delete(question);
    } else if (question.parts.length === parts.length && question.parts.every((part, i) => part === parts[i])) {
      return question;
    }
  }
  return undefined;
}

function begin(parts: readonly unknown[], ask: (requireWaiting: () => void) => Promise<unknown>): Question {
  const question: Question = { parts, asked: Date.now(), waiting: 0, answer: Promise.resolve() };
  const requireWaiting = () => {
    if (question.waiting === 0) {
      throw new DOMException("Nobody waits for the wallet any more.", "AbortError");
    }
  };
  question.answer = question.answer.then(() => ask(requireWaiting));
  open.add(question);
  const over = () => open.delete(question);
  question.answer.then(over, over);
  return question;
}
