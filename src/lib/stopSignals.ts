/** Two stages of ending: asked to, and out of patience. */
export interface StopSignals {
  /** Aborted by the first SIGINT or SIGTERM: finish the chunk in hand. */
  readonly stopping: AbortSignal;
  /** Aborted by the second one, or when finishing takes too long: break off, roll back. */
  readonly breakingOff: AbortSignal;
  /** Stops listening. */
  release(): void;
}

/** A chunk in hand gets so long to finish; with what rolling back takes, the process ends within ten seconds. */
const PATIENCE_MS = 7_000;

/** Listens for SIGINT and SIGTERM. */
export function listenForStop(onStop: (signal: NodeJS.Signals) => void): StopSignals {
  const stopping = new AbortController();
  const breakingOff = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) {
      breakingOff.abort();
      return;
    }
    onStop(signal);
    stopping.abort();
    timer = setTimeout(() => {
      breakingOff.abort();
    }, PATIENCE_MS);
    timer.unref();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    stopping: stopping.signal,
    breakingOff: breakingOff.signal,
    release: () => {
      clearTimeout(timer);
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
