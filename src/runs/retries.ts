import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../lib/clock.ts";
import { passesSoon, type TillhouseError } from "../lib/errors.ts";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** How long to wait before attempt `attempt` + 1, in milliseconds; `chance` from 0 to 1 keeps many from coming at once. */
export function pauseAfter(attempt: number, chance: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
  return Math.round(longest * (0.5 + chance / 2));
}

export interface RetryRules {
  /** Time for which attempts may fail since the run last got on, in milliseconds. */
  readonly retryMs: number;
  readonly clock: Clock;
  /** Aborted: no more attempts, and no more waiting. */
  readonly stopping: AbortSignal;
  /** Told before each pause. */
  readonly onPause: (failure: TillhouseError, pauseMs: number) => void;
}

/** The attempts of one run: whether there is to be another one, and when. */
export class Retries {
  readonly #rules: RetryRules;
  #attempts = 0;
  #failingSinceMs: number | undefined;

  constructor(rules: RetryRules) {
    this.#rules = rules;
  }

  /** The run got on: what it suffered before is forgotten. */
  progressed(): void {
    this.#attempts = 0;
    this.#failingSinceMs = undefined;
  }

  /** Waits for the time of the next attempt; false when there is to be none, since it would not help, or not any more. */
  async another(failure: unknown): Promise<boolean> {
    const { retryMs, clock, stopping, onPause } = this.#rules;
    if (!passesSoon(failure) || stopping.aborted) return false;
    this.#attempts += 1;
    this.#failingSinceMs ??= clock.monotonicMs();
    const pauseMs = pauseAfter(this.#attempts, Math.random());
    if (clock.monotonicMs() + pauseMs - this.#failingSinceMs > retryMs) return false;
    onPause(failure, pauseMs);
    await pause(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
    return !stopping.aborted;
  }
}
