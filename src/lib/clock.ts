/** The only reader of the clock; whoever needs the time is handed one of these. */
export interface Clock {
  /** The present instant. */
  now(): Date;
  /** Milliseconds from an arbitrary origin, never going back: for durations. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
