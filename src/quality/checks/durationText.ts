const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A stretch of time in its two largest units: `3 d 4 h`, `36 h`, `5 min`. Below two days in hours. */
export function durationText(ms: number): string {
  const [large, small] = ms >= 2 * DAY_MS ? ([DAY_MS, HOUR_MS] as const) : ([HOUR_MS, MINUTE_MS] as const);
  const [name, smallName] = large === DAY_MS ? (["d", "h"] as const) : (["h", "min"] as const);
  const whole = Math.floor(ms / large);
  const rest = Math.floor((ms - whole * large) / small);
  const parts = [whole > 0 ? `${whole} ${name}` : [], rest > 0 ? `${rest} ${smallName}` : []].flat();
  return parts.length === 0 ? "less than a minute" : parts.join(" ");
}
