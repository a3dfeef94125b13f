/**
 * The reason as PostgreSQL gives it, out of all that it said when it gave up: a full disk, which it tells of long before
 * the end; else its last words. Before its log works they have no label.
 */
export function reasonIn(said: string): string {
  const lines = said.split("\n");
  const full = lines.find((line) => line.includes("No space left on device"));
  if (full !== undefined) return full;
  const fatal = lines.filter((line) => /FATAL|PANIC/.test(line));
  return (fatal.length > 0 ? fatal : lines).slice(-3).join(" / ");
}
