// Whether the reader wants to save data.

/** Whether nothing should be fetched that the reader has not asked for. */
export function savesData(): boolean {
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
