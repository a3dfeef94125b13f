import { TillhouseError } from "../lib/errors.ts";

/** A due time that a run is for. */
export interface DueSlot {
  readonly dueAt: Date;
  /** Whether a run for it does for those before it that nobody has run for. */
  readonly doesForEarlier: boolean;
}

/** What becomes of a due time when a run for it ends. */
export interface SlotOutcome {
  readonly state: "due" | "done" | "failed";
  /** When it may be tried again; null: at once. */
  readonly notBefore: Date | null;
}

/** A run has tried for RETRY_MS by itself before it fails; after so many such runs the next due time is left to. */
export const MOST_ATTEMPTS = 5;
/** At most, before the second attempt; twice as long before each further one. Half of it is left to chance. */
const FIRST_PAUSE_MS = 60_000;

/**
 * What becomes of a due time by how a run for it ended: a failure that passes by itself, soon or later, is tried again, with
 * longer and longer pauses; one that needs somebody's help is not.
 *
 * @param attempts runs for it so far, this one among them
 * @param chance from 0 to 1
 */
export function slotOutcome(
  status: "succeeded" | "failed" | "stopped",
  error: unknown,
  attempts: number,
  now: Date,
  chance = Math.random(),
): SlotOutcome {
  if (status === "succeeded") return { state: "done", notBefore: null };
  const { code, retry } = error instanceof TillhouseError ? error : { code: undefined, retry: "never" };
  // Who has taken over runs for it.
  if (status === "stopped" || code === "run_lock_lost") return { state: "due", notBefore: null };
  if (retry === "never" || attempts >= MOST_ATTEMPTS) return { state: "failed", notBefore: null };
  const pauseMs = FIRST_PAUSE_MS * 2 ** (attempts - 1) * (0.5 + chance / 2);
  return { state: "due", notBefore: new Date(now.getTime() + pauseMs) };
}
