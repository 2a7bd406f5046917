// Marks and read-outs that go with a picture: they come after it, and never hold it up.

/** Where no picture comes they wait for so long: more than an answer takes, less than a frame. */
const PATIENCE_MS = 10;

const waiting = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
let drawn = false;

/**
 * Wraps a job so that it runs with its newest input once the next picture is drawn.
 *
 * Input comes at a frame's start. What is changed in that frame the browser lays out and paints
 * before it looks at the model's answer, and what is done right after the frame keeps the answer
 * waiting as well. After the answer there is nothing to do until the next frame, which then
 * paints picture and marks together. However many inputs come meanwhile, the job runs once.
 */
export function afterPicture<Input = void>(run: (input: Input) => void): (input: Input) => void {
  let newest: Input;
  const job = (): void => run(newest);
  return (input) => {
    newest = input;
    waiting.add(job);
    timer ??= setTimeout(runAll, PATIENCE_MS);
  };
}

/** A picture was drawn: what goes with it is next, whether it waits already or is asked right now. */
export function pictureDrawn(): void {
  if (drawn) return;
  drawn = true;
  clearTimeout(timer);
  timer = setTimeout(runAll);
}

function runAll(): void {
  timer = undefined;
  drawn = false;
  const jobs = [...waiting];
  waiting.clear();
  for (const job of jobs) {
    try {
      job();
    } catch (error) {
      reportError(error); // one that fails does not keep the others from following
    }
  }
}
