import { EXIT_CODES } from "./knownErrors.ts";

/** What asks a process to stop. */
export const STOP_SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Two stages of ending: asked to, and out of patience. */
export interface StopSignals {
  /** Aborted by the first SIGINT or SIGTERM: finish the chunk in hand. */
  readonly stopping: AbortSignal;
  /** Aborted by the second one, or when finishing takes too long: break off, roll back. */
  readonly breakingOff: AbortSignal;
  /** Stops listening. */
  release(): void;
}

/** After breaking off, so long until the process ends, whatever it still waits for: a database that is paused never answers. */
const LAST_RESORT_MS = 2_000;

/** A chunk in hand gets so long to finish; with what rolling back takes, the process ends within ten seconds. */
const PATIENCE_MS = 7_000;

/** Listens for SIGINT and SIGTERM. */
export function listenForStop(onStop: (signal: NodeJS.Signals) => void): StopSignals {
  const stopping = new AbortController();
  const breakingOff = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const breakOff = (): void => {
    if (breakingOff.signal.aborted) return;
    clearTimeout(timer);
    timer = setTimeout(() => process.exit(EXIT_CODES.failed), LAST_RESORT_MS);
    timer.unref();
    breakingOff.abort();
  };
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) {
      breakOff();
      return;
    }
    onStop(signal);
    stopping.abort();
    timer = setTimeout(breakOff, PATIENCE_MS);
    timer.unref();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  return {
    stopping: stopping.signal,
    breakingOff: breakingOff.signal,
    release: () => {
      clearTimeout(timer);
      for (const signal of STOP_SIGNALS) process.off(signal, stop);
    },
  };
}
