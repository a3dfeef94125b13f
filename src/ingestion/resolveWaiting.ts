import type pg from "pg";
import { withTransaction } from "../database/pool.ts";
import { TillhouseError } from "../lib/errors.ts";
import { onlyRow } from "../database/sqlFile.ts";
import { NO_OUTCOMES } from "../runs/outcomes.ts";
import { checkFence } from "../runs/fence.ts";
import type { RunContext } from "./commitChunk.ts";
import { apply, judge } from "./judgement.ts";
import { advance } from "./ledger/advance.ts";
import type { LoaderSession } from "./loaderSession.ts";
import type { SourceLoading } from "./sourceLoading.ts";

/** Natural keys of one commit. */
const BATCH = 50_000;

export interface ResolveContext extends RunContext {
  /** Told after each commit. */
  readonly onCommit: () => void;
  readonly session: LoaderSession;
  readonly pool: pg.Pool;
}

export interface Resolving {
  /** Natural keys of one commit. */
  readonly batch?: number;
  /** Whether what it waited for was read in the end, and had not come when it was to. */
  readonly isReplay?: boolean;
}

/**
 * Tries the quarantined records of a source again whose store or device has arrived since, at most `batch` natural keys
 * a commit. Which record of a key counts does not hang on that number.
 *
 * @returns how many of them loaded, or changed what was loaded
 * @throws TillhouseError `run_stopped` between two commits, `run_lock_lost`
 */
export async function resolveWaiting(
  loading: SourceLoading,
  context: ResolveContext,
  signal: AbortSignal,
  { batch = BATCH, isReplay = false }: Resolving = {},
): Promise<number> {
  const { waiting } = loading;
  if (waiting === undefined) return 0;
  const { runId, now } = context;
  const { source } = loading.contract;
  throwIfStopped(signal);
  // Mostly nothing waits, or what it waits for has not come; then nothing is staged.
  if (!onlyRow(await waiting.arrived.run<{ found: boolean }>(context.pool, { source })).found) return 0;
  const client = await context.session.connected();
  const parameters = {
    source,
    run_id: runId,
    file_id: null,
    stated_at: null,
    is_unterminated: false,
    is_backfill: false,
    limit: batch,
  };
  let resolved = 0;
  // All of a key are staged together, so fewer records than keys asked for means that no key is left.
  for (let staged = batch; staged >= batch;) {
    throwIfStopped(signal);
    const tried = await withTransaction(client, async () => {
      await checkFence(client, context.fencingToken);
      await loading.createStaging.run(client);
      const { rowCount } = await waiting.stage.run(client, parameters);
      if (rowCount === null || rowCount === 0) return { staged: 0, applied: 0 };
      if (isReplay) await loading.tried.findFormer?.run(client, parameters);
      const judgement = await judge(client, loading, parameters);
      await apply(client, loading, judgement, parameters);
      await loading.tried.noteStated?.run(client, parameters);
      const closed = await loading.tried.close.run(client, parameters);
      // A record left waiting would be staged again for ever.
      if (closed.rowCount !== rowCount)
        throw new Error(
          `${closed.rowCount ?? 0} of ${rowCount} records that were tried again are closed; rolled back`,
        );
      const applied = judgement.loaded + judgement.corrected;
      // What they amount to is in quarantine, and counts from there.
      const nothingRead = { outcomes: NO_OUTCOMES, appliedCents: 0n };
      const { highestKey } = judgement;
      const done = { source, runId, ...nothingRead, resolved: applied, bytesRead: 0 };
      await advance(client, { ...done, highestKey, now: now() });
      return { staged: rowCount, applied };
    });
    context.onCommit();
    staged = tried.staged;
    resolved += tried.applied;
  }
  return resolved;
}

function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new TillhouseError(
    "run_stopped",
    "Stopped before all that waited was tried again; the next run goes on.",
  );
}
