import original from "scrypt-js";

let lastId = 0;

// begin has the node start, and returns an id. What is no ordinary request is the library's own code's: no id.
function begin(password, salt, N, r, p, dkLen) {
  const texts = [password, salt].every((bytes) => bytes instanceof Uint8Array);
  return texts && r <= 1000 && native("scryptBegin", ++lastId, password, salt, N, r, p, dkLen) ? lastId : undefined;
}

export function syncScrypt(password, salt, N, r, p, dkLen) {
  const id = begin(password, salt, N, r, p, dkLen);
  if (id === undefined) {
    return original.syncScrypt(password, salt, N, r, p, dkLen);
  }
  native("scryptWork", id, Infinity);
  return native("scryptEnd", id);
}

// reports yields how many rows there are to the next call of progress, and what it is told: when it changes, thousandths
// of all rows, seen after every step of so many rows that they take the library's own code about a millisecond.
function* reports(N, r, p) {
  const total = p * N * 2, most = parseInt(1000 / r);
  let done = 0, rows = 0, last = null;
  for (let half = 0; half < 2 * p; half++) {
    for (let left = N; left > 0; ) {
      const step = Math.min(left, most);
      left -= step;
      done += step;
      rows += step;
      const thousandths = parseInt((1000 * done) / total);
      if (thousandths !== last) {
        yield [rows, done / total];
        last = thousandths;
        rows = 0;
      }
    }
  }
}

// pause lets timers and promises have their turn.
const pause = () => new Promise((resolve) => setTimeout(resolve, 0));
const slice = 20; // milliseconds of work between two pauses

export async function scrypt(password, salt, N, r, p, dkLen, progress) {
  const id = begin(password, salt, N, r, p, dkLen);
  if (id === undefined) {
    return original.scrypt(password, salt, N, r, p, dkLen, progress);
  }
  try {
    progress?.(0);
    let last = Date.now();
    for (const [rows, part] of reports(N, r, p)) {
      native("scryptWork", id, rows);
      if (progress?.(part)) {
        throw new Error("cancelled");
      }
      if (Date.now() - last > slice) {
        await pause();
        last = Date.now();
      }
    }
  } catch (e) {
    native("scryptEnd", id);
    throw e;
  }
  return native("scryptEnd", id);
}

export default { scrypt, syncScrypt };
