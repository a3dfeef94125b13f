import type pg from "pg";
import { sqlFile, type Parameters, type SqlFile } from "../database/sqlFile.ts";
import { WAITING_REASONS, type Reason } from "../sources/reasons.ts";
import type { OutcomeSummary, SourceLoading } from "./sourceLoading.ts";

const closeReplaced = sqlFile(new URL("./quarantine/closeReplaced.sql", import.meta.url));
const insertDays = sqlFile(new URL("./insertDays.sql", import.meta.url));

const APPLIED = new Set<OutcomeSummary["outcome"]>(["loaded", "corrected"]);
const waiting = new Set<string>(WAITING_REASONS);

/** What became of the staged records of a chunk. */
export interface Judgement {
  readonly loaded: number;
  readonly alreadyPresent: number;
  readonly corrected: number;
  readonly superseded: number;
  /** Could be read, but not loaded; by reason. */
  readonly refused: readonly {
    readonly reason: Reason;
    readonly records: number;
    readonly firstLine: number;
  }[];
  /** Highest natural key that was loaded or corrected; null when none was. */
  readonly highestKey: number | null;
  /** Days of the applied records, `yyyymmdd`; null where there are none. */
  readonly days: { readonly first: number; readonly last: number } | null;
}

/** Gives each staged record its outcome. Writes nothing but session-private tables. */
export async function judge<T>(
  client: pg.Client,
  loading: SourceLoading<T>,
  parameters: Parameters,
): Promise<Judgement> {
  await loading.judge.run(client, parameters);
  const { rows } = await loading.summarise.run<OutcomeSummary & pg.QueryResultRow>(client, parameters);
  const recordsOf = (outcome: OutcomeSummary["outcome"]): number =>
    rows.find((row) => row.outcome === outcome)?.records ?? 0;
  const applied = rows.filter((row) => APPLIED.has(row.outcome));
  const firstDays = applied.flatMap((row) => row.first_day ?? []);
  const lastDays = applied.flatMap((row) => row.last_day ?? []);
  return {
    loaded: recordsOf("loaded"),
    alreadyPresent: recordsOf("already_present"),
    corrected: recordsOf("corrected"),
    superseded: recordsOf("superseded"),
    refused: rows.flatMap((row) =>
      row.outcome === "changed_after_load" ||
      row.outcome === "unknown_device" ||
      row.outcome === "unknown_store"
        ? { reason: row.outcome, records: row.records, firstLine: Number(row.first_line) }
        : [],
    ),
    highestKey: applied.length === 0 ? null : Math.max(...applied.map((row) => Number(row.highest_key))),
    days: firstDays.length === 0 ? null : { first: Math.min(...firstDays), last: Math.max(...lastDays) },
  };
}

/** Puts what was judged `loaded` or `corrected` into the star, and closes what that makes pointless in quarantine. */
export async function apply<T>(
  client: pg.Client,
  loading: SourceLoading<T>,
  judgement: Judgement,
  parameters: Parameters,
): Promise<void> {
  if (judgement.loaded + judgement.corrected > 0) await write(client, loading, judgement, parameters);
  if (judgement.alreadyPresent > 0) await loading.confirm?.run(client, parameters);
  await loading.closeMended.run(client, parameters);
  await closeReplaced.run(client, parameters);
}

async function write<T>(
  client: pg.Client,
  loading: SourceLoading<T>,
  judgement: Judgement,
  parameters: Parameters,
): Promise<void> {
  if (judgement.days !== null) {
    await insertDays.run(client, {
      first_day: String(judgement.days.first),
      last_day: String(judgement.days.last),
    });
  }
  const runAll = async (statements: readonly SqlFile[]): Promise<void> => {
    for (const statement of statements) await statement.run(client, parameters);
  };
  await runAll(loading.prepare);
  if (judgement.corrected > 0) await expectRows(loading.correct, judgement.corrected);
  if (judgement.loaded > 0) {
    await loading.aroundInsert?.before.run(client, parameters);
    await expectRows(loading.insert, judgement.loaded);
    await loading.aroundInsert?.after.run(client, parameters);
  }
  await runAll(loading.follow);
  if (judgement.corrected > 0) await runAll(loading.followCorrections);

  async function expectRows(statement: SqlFile, expected: number): Promise<void> {
    const { rowCount } = await statement.run(client, parameters);
    if (rowCount === expected) return;
    throw new Error(
      `${loading.contract.source}: ${rowCount ?? 0} records were written of ${expected} judged; rolled back`,
    );
  }
}

/** Whether time alone may cure the reason. */
export function isWaiting(reason: Reason): boolean {
  return waiting.has(reason);
}
