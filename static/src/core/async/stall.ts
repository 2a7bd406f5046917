// Notices what has stopped arriving.

/** A transfer that brings nothing for so long has stalled. */
export const STALLED_MS = 15_000;

/** Aborts `signal` once nothing has `moved` for too long, until it is `done`. */
export function stallWatch(): { signal: AbortSignal; moved(): void; done(): void } {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const done = (): void => clearTimeout(timer);
  const moved = (): void => {
    done();
    timer = setTimeout(() => stop.abort(), STALLED_MS);
  };
  moved();
  return { signal: stop.signal, moved, done };
}
