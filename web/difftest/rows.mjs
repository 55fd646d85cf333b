// Rows of the table: {name, ours, official, ok}.

/** A value as rows compare it. */
export const json = (value) => JSON.stringify(value);

/** A row where both sides must say the same thing. */
export const same = (name, ours, official) => ({ name, ours, official, ok: json(ours) === json(official) });

/** A row where both sides must say the given thing. */
export const both = (name, want, ours, official) => ({
  name,
  ours,
  official,
  ok: json(ours) === json(want) && json(official) === json(want),
});
