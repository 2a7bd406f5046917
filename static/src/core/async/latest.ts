// Newest wins: runs one job at a time and, of those that arrive meanwhile, only the last.

/**
 * Wraps an asynchronous job so that at most one is in flight.
 *
 * While one runs, newer inputs replace each other; when it ends the newest is run. A result is
 * delivered only if no input newer than its own has been delivered, so a stale one never
 * overwrites a newer one, and an error in one run does not stop the next: `fail` is told of what
 * `run` or `deliver` throws, and what `fail` itself throws is reported.
 */
export function latest<Input, Output>(
  run: (input: Input) => Promise<Output>,
  deliver: (output: Output, input: Input) => void,
  fail: (error: unknown, input: Input) => void,
): (input: Input) => void {
  let waiting: { input: Input } | null = null;
  let busy = false;

  async function work(first: Input): Promise<void> {
    busy = true;
    let input = first;
    for (;;) {
      try {
        deliver(await run(input), input);
      } catch (error) {
        try {
          fail(error, input);
        } catch (thrown) {
          reportError(thrown);
        }
      }
      if (waiting === null) break;
      input = (waiting as { input: Input }).input;
      waiting = null;
    }
    busy = false;
  }

  return (input) => {
    if (busy) waiting = { input };
    else void work(input);
  };
}
