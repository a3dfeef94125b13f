import type { Options, SingleBar } from "cli-progress";
import type { Progress } from "../ingestion/progress.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { visible } from "../lib/visible.ts";

/** Shows progress to whoever started the command. */
export interface ProgressDisplay {
  readonly show: (progress: Progress) => void;
  /** Leaves the terminal as it should be; may be called at any time. */
  end(): void;
}

/** Lines that are not shown on a terminal come at most so often. */
const LINE_EVERY_MS = 10_000;

/** A bar on a terminal; a line in the log every ten seconds elsewhere. Small files show neither. */
export async function createProgressDisplay(options: {
  terminal: boolean;
  logger: Logger;
  clock: Clock;
}): Promise<ProgressDisplay> {
  if (!options.terminal) return lines(options.logger, options.clock);
  // Only a terminal needs bars, and their code takes a while to load.
  const { SingleBar } = await import("cli-progress");
  return bars((barOptions) => new SingleBar(barOptions), options.clock);
}

function recordsPerSecond(records: number, sinceMs: number): number {
  return sinceMs <= 0 ? 0 : Math.round((records / sinceMs) * 1000);
}

function bars(makeBar: (options: Options) => SingleBar, clock: Clock): ProgressDisplay {
  let bar: SingleBar | undefined;
  let path: string | undefined;
  let started = clock.monotonicMs();
  const end = (): void => {
    bar?.stop();
    bar = undefined;
    path = undefined;
    started = clock.monotonicMs();
  };
  return {
    show: (progress) => {
      if (progress.path !== path) {
        if (bar !== undefined) end();
        path = progress.path;
        // A file of one chunk is done when it is first heard of.
        if (progress.committedBytes >= progress.sizeBytes) {
          end();
          return;
        }
        bar = makeBar({
          format: "{path} {bar} {percentage}% | {records} records | {rate}/s | ETA {eta_formatted}",
          stream: process.stderr,
          hideCursor: true,
          clearOnComplete: true,
          fps: 5,
        });
        bar.start(progress.sizeBytes, 0, { path: visible(path), records: 0, rate: 0 });
      }
      const rate = recordsPerSecond(progress.records, clock.monotonicMs() - started);
      bar?.update(Math.min(progress.committedBytes, progress.sizeBytes), {
        records: progress.records.toLocaleString("en"),
        rate: rate.toLocaleString("en"),
      });
      if (progress.committedBytes >= progress.sizeBytes) end();
    },
    end,
  };
}

function lines(logger: Logger, clock: Clock): ProgressDisplay {
  let last = clock.monotonicMs();
  let started = last;
  let path: string | undefined;
  return {
    show: (progress) => {
      const now = clock.monotonicMs();
      if (progress.path !== path) {
        path = progress.path;
        started = last;
      }
      if (now - last < LINE_EVERY_MS) return;
      last = now;
      logger.info(`${progress.path}: loading`, {
        records: progress.records,
        percent: Math.floor((100 * progress.committedBytes) / progress.sizeBytes),
        records_per_second: recordsPerSecond(progress.records, now - started),
      });
    },
    end: () => undefined,
  };
}
