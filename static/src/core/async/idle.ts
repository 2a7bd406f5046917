// Waiting for a moment in which the browser has nothing else to do.

/** Resolves when the browser is idle, or after `timeout` ms; Safari has no idle callbacks. */
export function idle(timeout: number): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === "undefined") setTimeout(resolve, 30);
    else requestIdleCallback(() => resolve(), { timeout });
  });
}
