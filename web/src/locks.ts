/** Locks that all pages of an origin share (Web Locks). */

/** Waits for a lock by its name; resolves to what gives it back. Undefined where there are none. */
export function originLock(): ((name: string) => Promise<() => void>) | undefined {
  const locks = globalThis.navigator?.locks;
  return (
    locks &&
    ((name) =>
      new Promise((granted, refused) => {
        locks.request(`litsession ${name}`, () => new Promise<void>((done) => granted(done))).catch(refused);
      }))
  );
}
