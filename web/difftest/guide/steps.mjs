// A small vocabulary for the guide: steps that share one object, each with
// what it must come to.

/** A step: what it is called, what it must come to, and what it does with the walk's objects. */
export const step = (name, want, run) => ({ name, want, run });

/** What an attempt comes to: its value, or "refused: " and why. */
export async function outcome(call) {
  try {
    return await call();
  } catch (error) {
    return `refused: ${reason(error)}`;
  }
}

/** Why: the node's code, or the deepest reason that a contract or a client gave. */
export function reason(error) {
  if (error.info?.errorCode) {
    return error.info.errorCode;
  }
  const revert = error.errorArgs?.[0] ?? /reverted(?: with reason string)?:? "?([^"]+)/.exec(error.reason ?? "")?.[1];
  const inner = error.cause ?? error.error;
  return revert ?? ((inner && reason(inner)) || error.message);
}

/** Names of the events in a receipt, as the official package's ABIs read their topics. */
export function eventsOf(receipt, ...contracts) {
  const readers = contracts.map(({ read }) => read);
  return receipt.logs.map((log) => {
    const reader = readers.find(({ address }) => address === log.address);
    return reader ? reader.interface.parseLog(log).name : `unknown event of ${log.address}`;
  });
}

/** Walks the steps in order with one side's objects. A step that throws has come to its refusal. */
export async function walk(steps, g) {
  const came = [];
  for (const { run } of steps) {
    came.push(await outcome(() => run(g)));
  }
  return came;
}
