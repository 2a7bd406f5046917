// What the reader's connection is like.

/** Whether it is one on which nothing should be fetched that is not asked for. */
export function isSparing(): boolean {
  const { connection } = navigator as {
    connection?: { saveData?: boolean; type?: string; effectiveType?: string };
  };
  return (
    connection?.saveData === true ||
    connection?.type === "cellular" ||
    /2g/.test(connection?.effectiveType ?? "") ||
    matchMedia("(prefers-reduced-data: reduce)").matches
  );
}
