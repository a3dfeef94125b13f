import type { ClientBase, QueryResultRow } from "pg";
import { isDistributed } from "../database/distribution/distributedSessions.ts";
import { sqlFile, type Parameters, type SqlFile } from "../database/sqlFile.ts";
import { TillhouseError } from "../lib/errors.ts";
import { WAITING_REASONS, type Reason } from "../sources/reasons.ts";
import type { NewRecords } from "./recordBatch.ts";
import type { KeepInStep, LockReferences, OutcomeSummary, SourceLoading } from "./sourceLoading.ts";

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
  /** What the loaded and the corrected ones amount to, in hundredths; 0 of dimensions. */
  readonly appliedCents: bigint;
  /** How many are to be noted as said. */
  readonly stated: number;
  /** Versions to keep that do not count, or will not any more. */
  readonly kept: number;
  /** Whether a fact is corrected that the same file brought. */
  readonly correctsOwnFile: boolean;
  /** Whether the history of a dimension may not be what it was. */
  readonly changesHistory: boolean;
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

/** Of a chunk of which nothing was staged. */
export const NOTHING_JUDGED: Judgement = {
  loaded: 0,
  alreadyPresent: 0,
  corrected: 0,
  superseded: 0,
  appliedCents: 0n,
  stated: 0,
  kept: 0,
  correctsOwnFile: false,
  changesHistory: false,
  refused: [],
  highestKey: null,
  days: null,
};

/** The judgement of a chunk's staged records with those beside them that needed none. */
export function withFresh(judged: Judgement, fresh: NewRecords | null): Judgement {
  if (fresh === null) return judged;
  const { first, last } = judged.days ?? fresh.days;
  return {
    ...judged,
    loaded: judged.loaded + fresh.records,
    appliedCents: judged.appliedCents + fresh.cents,
    highestKey: Math.max(judged.highestKey ?? 0, fresh.highestKey),
    days: { first: Math.min(first, fresh.days.first), last: Math.max(last, fresh.days.last) },
  };
}

/** Gives each staged record its outcome. Writes nothing but session-private tables. */
export async function judge(
  client: ClientBase,
  loading: SourceLoading,
  parameters: Parameters,
): Promise<Judgement> {
  if (isDistributed(client)) await loading.bringKnown?.(client);
  await loading.judge.run(client, parameters);
  const { rows } = await loading.summarise.run<OutcomeSummary & QueryResultRow>(client, parameters);
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
    appliedCents: applied.reduce((sum, { amount = "0" }) => sum + BigInt(amount.replace(".", "")), 0n),
    stated: rows.reduce((sum, { stated }) => sum + stated, 0),
    kept: rows.reduce((sum, { kept }) => sum + kept, 0),
    correctsOwnFile: rows.some((row) => row.corrects_own_file === true),
    changesHistory: rows.some((row) => row.outcome !== "already_present" || row.late > 0),
    refused: rows.flatMap((row) =>
      row.outcome === "unknown_device" || row.outcome === "unknown_store"
        ? { reason: row.outcome, records: row.records, firstLine: Number(row.first_line) }
        : [],
    ),
    highestKey: applied.length === 0 ? null : Math.max(...applied.map((row) => Number(row.highest_key))),
    days: firstDays.length === 0 ? null : { first: Math.min(...firstDays), last: Math.max(...lastDays) },
  };
}

/** What was judged of a chunk before its turn, in the transaction that its turn goes on with. */
export interface JudgedAhead {
  readonly judgement: Judgement;
  /** Null where nothing was written. */
  readonly written: WrittenAhead | null;
}

/** Judged records that were written before their chunk's turn, and what is left to do in it. */
export interface WrittenAhead {
  /** Values for the statements that go with the writes. */
  readonly labels: Parameters | undefined;
  readonly lockReferences: LockReferences | undefined;
  readonly keepInStep: KeepInStep | undefined;
}

/**
 * The same for a chunk whose turn has not come: no chunk before it has a record with the key of one of its. Corrections, and
 * versions that are to be kept, are written as well; what is new refers to what is noted in the turn.
 *
 * @returns null where the chunks before it have a say after all: on when facts of its own file were said
 */
export async function judgeAhead(
  client: ClientBase,
  loading: SourceLoading,
  parameters: Parameters,
): Promise<JudgedAhead | null> {
  const judgement = await judge(client, loading, parameters);
  if (judgement.correctsOwnFile) return null;
  const { loaded, corrected, kept } = judgement;
  if (loaded > 0 || corrected + kept === 0) return { judgement, written: null };
  const labels = corrected > 0 ? await loading.appliedLabels?.(client, true, []) : undefined;
  const lockReferences = await loading.findReferences?.(client, parameters);
  const keepInStep = await writeJudged(client, loading, judgement, parameters);
  return { judgement, written: { labels, lockReferences, keepInStep } };
}

/**
 * Puts what was judged `loaded` or `corrected` into the star, with what needed no judging, and closes what that makes
 * pointless in quarantine.
 *
 * @param written what of it has been written in this transaction
 */
export async function apply(
  client: ClientBase,
  loading: SourceLoading,
  judgement: Judgement,
  parameters: Parameters,
  fresh: NewRecords | null = null,
  written: WrittenAhead | null = null,
): Promise<void> {
  if (judgement.loaded + judgement.corrected > 0)
    await write(client, loading, judgement, parameters, fresh, written);
  else if (judgement.kept > 0) await writeInTurn(client, loading, judgement, parameters, written);
  if (judgement.changesHistory)
    for (const statement of loading.remakeVersions ?? []) await statement.run(client, parameters);
  // What needed no judging is what no rejected record waits for; without a judged record there is no staging to look at.
  if (judgement.loaded + judgement.corrected + judgement.alreadyPresent > (fresh?.records ?? 0))
    await loading.closeMended.run(client, parameters);
  await closeReplaced.run(client, parameters);
}

async function write(
  client: ClientBase,
  loading: SourceLoading,
  { corrected, days, kept, loaded }: Judgement,
  parameters: Parameters,
  fresh: NewRecords | null,
  written: WrittenAhead | null,
): Promise<void> {
  if (days !== null) {
    await insertDays.run(client, { first_day: String(days.first), last_day: String(days.last) });
  }
  const ofJudged = { kept, corrected, loaded: loaded - (fresh?.records ?? 0) };
  const hasJudged = ofJudged.loaded + corrected > 0;
  const ofFresh = (await fresh?.prepare(client)) ?? [];
  const labels = written?.labels ?? (await loading.appliedLabels?.(client, hasJudged, ofFresh));
  const runAll = async (statements: readonly SqlFile[]): Promise<void> => {
    for (const statement of statements) await statement.run(client, { ...parameters, ...labels });
  };
  await runAll(loading.prepare);
  if (hasJudged || kept > 0) await writeInTurn(client, loading, ofJudged, parameters, written);
  await fresh?.insert(client);
  await runAll(loading.follow);
  if (corrected > 0) await loading.followCorrections?.(client);
}

type ToWrite = Pick<Judgement, "kept" | "corrected" | "loaded">;

/** Locks what judged records refer to, writes them where they are not yet, and keeps in step what is kept beside them. */
async function writeInTurn(
  client: ClientBase,
  loading: SourceLoading,
  judged: ToWrite,
  parameters: Parameters,
  written: WrittenAhead | null,
): Promise<void> {
  const lock = written?.lockReferences ?? (await loading.findReferences?.(client, parameters));
  await lock?.(client);
  const { keepInStep } = written ?? { keepInStep: await writeJudged(client, loading, judged, parameters) };
  await keepInStep?.(client);
}

/** Writes what was judged: versions to keep before what takes their place. */
async function writeJudged(
  client: ClientBase,
  loading: SourceLoading,
  { kept, corrected, loaded }: ToWrite,
  parameters: Parameters,
): Promise<KeepInStep | undefined> {
  const writeAll = async (): Promise<void> => {
    if (loading.keepVersions !== undefined && kept > 0)
      await writeExactly(client, loading, loading.keepVersions, kept, parameters);
    if (corrected > 0) await writeExactly(client, loading, loading.correct, corrected, parameters);
    if (loaded > 0) await writeExactly(client, loading, loading.insert, loaded, parameters);
  };
  const write = (): Promise<void> => loading.aroundWrites?.(client, writeAll) ?? writeAll();
  if (loaded + corrected > 0 && loading.inStep !== undefined)
    return loading.inStep(client, corrected > 0, write);
  await write();
  return undefined;
}

async function writeExactly(
  client: ClientBase,
  loading: SourceLoading,
  statement: SqlFile,
  expected: number,
  parameters: Parameters,
): Promise<void> {
  const { rowCount } = await statement.run(client, parameters);
  if (rowCount === expected) return;
  const { source } = loading.contract;
  const what = `${source}: ${rowCount ?? 0} records were written of ${expected} judged; rolled back`;
  // A node may only now have heard of a commit of before: judged again, it comes out right.
  throw isDistributed(client) ? new TillhouseError("database_busy", `${what}.`) : new Error(what);
}

/** Whether time alone may cure the reason. */
export function isWaiting(reason: Reason): boolean {
  return waiting.has(reason);
}
