import { TillhouseError } from "../src/lib/errors.ts";
import type { JobContext } from "./job.ts";

/** What is in hand when the time is over gets so long to finish. */
const PATIENCE_MS = 60_000;

/**
 * Gives `work` a context that tells it to stop when its time is over, in the two stages of a signal: it ends with the chunk in
 * hand finished, or else broken off. A run that ends by that fails with `run_timed_out`.
 */
export async function withTimeLimit<T>(
  context: JobContext,
  job: string,
  limitMinutes: number,
  work: (context: JobContext) => Promise<T>,
): Promise<T> {
  if (limitMinutes === 0) return work(context);
  const stop = following(context.stopping);
  const breakOff = following(context.breakingOff);
  let timer = setTimeout(() => {
    stop.abort(timedOut(job, limitMinutes));
    timer = setTimeout(() => {
      breakOff.abort();
    }, PATIENCE_MS);
  }, limitMinutes * 60_000);
  try {
    return await work({ ...context, stopping: stop.signal, breakingOff: breakOff.signal });
  } finally {
    clearTimeout(timer);
    for (const { leave } of [stop, breakOff]) leave();
  }
}

/** A signal of one's own, which is aborted when another one is. That one may live for months, and has to be left. */
function following(other: AbortSignal) {
  const own = new AbortController();
  const follow = (): void => {
    own.abort(other.reason);
  };
  if (other.aborted) follow();
  else other.addEventListener("abort", follow);
  return {
    signal: own.signal,
    abort: (reason?: unknown) => {
      own.abort(reason);
    },
    leave: () => {
      other.removeEventListener("abort", follow);
    },
  };
}

function timedOut(job: string, limitMinutes: number): TillhouseError {
  const variable = `${job.toUpperCase()}_TIME_LIMIT_MIN`;
  return new TillhouseError(
    "run_timed_out",
    `${job} was not done within ${limitMinutes} minutes (${variable}), and was stopped. What it had committed stands; the next run goes on from there.`,
    { job, minutes: limitMinutes },
  );
}
