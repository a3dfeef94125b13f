import { TillhouseError } from "../src/lib/errors.ts";

/**
 * Runs `work`, and cuts what it works on as soon as a signal is aborted.
 *
 * @param stopped what to say of work that fails since then; absent: it says so itself
 * @throws TillhouseError `run_stopped`, and what `work` throws
 */
export async function cutWhen<T>(
  signal: AbortSignal,
  cut: () => void,
  work: () => Promise<T>,
  stopped: string | undefined,
): Promise<T> {
  signal.addEventListener("abort", cut);
  try {
    return await work();
  } catch (error) {
    if (stopped === undefined || !signal.aborted) throw error;
    throw new TillhouseError("run_stopped", stopped, {}, error);
  } finally {
    signal.removeEventListener("abort", cut);
  }
}
