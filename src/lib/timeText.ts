/** A time as tables and pages show it: to the second, in UTC. */
export function timeText(time: Date): string {
  return time.toISOString().slice(0, 19).replace("T", " ");
}
