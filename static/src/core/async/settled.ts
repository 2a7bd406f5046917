// Calm after movement: runs a job once its inputs have stopped coming.

/**
 * Wraps a job so that it runs with the newest input, `delay` ms after the last one came.
 *
 * What must not slow the pen down waits like this for the pen to rest.
 */
export function settled<Input>(delay: number, run: (input: Input) => void): (input: Input) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (input) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(input), delay);
  };
}
