import { digestOfUuid } from "../../sources/cards.ts";
import type { ClientBase } from "pg";
import { sqlFile } from "../../database/sqlFile.ts";
import { TRANSACTION_STATUSES } from "../../sources/contracts.ts";
import { LabelRegistry } from "../../sources/labels.ts";
import { transactionParser, type Transaction } from "../../sources/parseTransaction.ts";
import { PlainTransactionReader } from "../../sources/plainTransaction.ts";
import { isInRange } from "../../sources/recordRange.ts";
import { RecordHashes } from "../../sources/sha256/recordHashes.ts";
import { dateKeyOf } from "../copyText.ts";
import { Overtaken, type AddPlain, type Arrivals, type RecordBatch } from "../recordBatch.ts";
import { sendCopy } from "../sendCopy.ts";
import type { BatchRules } from "../sourceLoading.ts";
import { CHECKED_VALUES } from "./checkedValues.ts";
import { areSameKeys, binaryCopy, copyAhead, type CopiedFacts, type FactKeys } from "./copiedFacts.ts";
import { FactBatch } from "./factBatch.ts";
import { STAGED_COLUMNS } from "./factTuple.ts";
import { findLabels, labelColumns, usedLabels } from "./newFactLabels.ts";
import { newFacts } from "./newFacts.ts";
import { mayCheckKeysAsSets } from "./keysAsSets.ts";
import { areAllToJudge, devicesAsTheyStand, triage } from "./triage.ts";

export const createStaging = sqlFile(new URL("./createStaging.sql", import.meta.url));
const stageLabels = sqlFile(new URL("./stageLabels.sql", import.meta.url));

const COPY_STAGED = `COPY staged_transactions (${STAGED_COLUMNS}) FROM STDIN (FORMAT binary)`;
/** Labels kept from chunk to chunk. */
const KEPT_LABELS = 10_000;

/** Transactions on their way: new ones straight into the fact, the others through staging. */
export function transactionBatch({
  columns,
  delimiter,
  parsing,
  reread,
  tally,
  origin,
}: BatchRules): RecordBatch {
  const labels = new LabelRegistry();
  const batch = new FactBatch(labels, origin);
  const parse = transactionParser(columns, parsing, labels);
  const hashes = RecordHashes.create(parsing.cards.key, (row, bytes, digestAt, tokenAt) => {
    batch.writeHashes(row, bytes, digestAt, tokenAt);
  });
  const judge = tally?.judgeOf(CHECKED_VALUES);
  const references = { deviceId: 0, labelIndex: 0 };
  // One object for all records: what a record says is copied out of it at once.
  const tail = {
    transactionId: 0,
    happenedAt: 0,
    createdAt: 0,
    line: 0,
    // Hashed with other records', and written then.
    digest: null,
    hasCard: false,
    cardToken: null,
    cardLast4: 0,
    happenedDateKey: 0,
    createdDateKey: 0,
    status: 0,
    cents: 0,
  };

  let copied: CopiedFacts | null = null;
  // What all records referred to when they were staged ahead, to be judged.
  let stagedWith: FactKeys | null = null;
  let outOfRange = 0;
  const range = reread?.kind === "backfill" ? reread.range : undefined;
  // Each record of a replay is judged, as one of quarantine.
  const judgesAll = reread?.kind === "replay";
  const isAskedFor = (id: number, happenedAt: number): boolean => {
    if (range === undefined || isInRange(range, id, happenedAt)) return true;
    outOfRange += 1;
    return false;
  };

  const plainWay = (hashes: RecordHashes): AddPlain => {
    const plain = new PlainTransactionReader(columns, delimiter.charCodeAt(0), parsing, labels, hashes);
    return (bytes, start, end, line) => {
      if (!plain.read(bytes, start, end) || plain.label === null) return false;
      if (!isAskedFor(plain.transactionId, plain.happenedAt)) return true;
      judge?.(plain, line);
      tail.transactionId = plain.transactionId;
      tail.happenedAt = plain.happenedAt;
      tail.createdAt = plain.createdAt;
      tail.line = line;
      tail.hasCard = plain.cardDigits > 0;
      tail.cardLast4 = plain.cardLast4;
      tail.happenedDateKey = dateKeyOf(plain.happenedAt);
      tail.createdDateKey = dateKeyOf(plain.createdAt);
      tail.status = plain.status;
      tail.cents = plain.cents;
      references.deviceId = plain.deviceId;
      references.labelIndex = plain.label.index;
      hashes.add(batch.add(tail, references), plain.textBytes, plain.cardDigits);
      return true;
    };
  };
  return {
    ...(hashes !== undefined && { addPlain: plainWay(hashes) }),
    add: (fields, line) => {
      const parsed = parse(fields);
      if ("accepted" in parsed) {
        const { transactionId, happenedAt, deviceId, label } = parsed.accepted;
        if (!isAskedFor(transactionId, happenedAt)) return "out of range";
        const tail = tailOf(parsed.accepted, line);
        judge?.({ ...tail, deviceId, label }, line);
        batch.add(tail, { deviceId, labelIndex: label.index });
      }
      return parsed;
    },
    outOfRange: () => outOfRange,
    finish: () => {
      hashes?.finish();
    },
    ...(!judgesAll && {
      ahead: {
        ids: () => (batch.rows === 0 ? null : { lowest: batch.lowestId, highest: batch.highestId }),
        send: async (client, above) => {
          copied = await copyAhead(client, batch, above);
          if (copied !== null) return "new records";
          stagedWith = await stageAhead(client, batch, above);
          return stagedWith === null ? "nothing" : "staged";
        },
        forget: () => {
          copied = null;
          stagedWith = null;
        },
      },
    }),
    arrive: async (client, runId): Promise<Arrivals> => {
      if (batch.rows === 0) return { staged: 0, fresh: null };
      if (judgesAll) {
        await stage(client, batch, allRows(batch));
        return { staged: batch.rows, fresh: null };
      }
      const { fresh, others, devices } = await triage(client, batch, runId);
      if (copied !== null && fresh.length !== copied.rows.length)
        throw new Overtaken("a device has come or gone since new facts were copied");
      if (stagedWith !== null) {
        const used = usedLabels(batch, others);
        const labels = await findLabels(client, used, batch.registry.labels.length, { lock: true });
        if (fresh.length > 0 || labels === null || !areSameKeys(stagedWith, { devices, labels }))
          throw new Overtaken("what records refer to has changed since they were judged");
        return { staged: others.length, fresh: null };
      }
      if (others.length > 0) await stage(client, batch, others);
      return {
        staged: others.length,
        fresh: fresh.length > 0 ? newFacts(batch, { rows: fresh, devices }, origin, copied) : null,
      };
    },
    clear: () => {
      copied = null;
      stagedWith = null;
      outOfRange = 0;
      hashes?.clear();
      batch.clear();
      if (labels.size > KEPT_LABELS) labels.clear();
    },
  };
}

function tailOf(transaction: Transaction, line: number) {
  const { transactionId, happenedAt, createdAt, digest, card, status, amount } = transaction;
  return {
    transactionId,
    happenedAt,
    createdAt,
    line,
    digest: digestOfUuid(digest),
    hasCard: card !== null,
    cardToken: card === null ? null : digestOfUuid(card.token),
    cardLast4: card === null ? 0 : Number(card.last4),
    happenedDateKey: dateKeyOf(happenedAt),
    createdDateKey: dateKeyOf(createdAt),
    status: TRANSACTION_STATUSES.indexOf(status),
    cents: Number(amount.replace(".", "")),
  };
}

/**
 * Stages a chunk of corrections, or of what is loaded already, before its turn, where no chunk before it has any of its ids.
 *
 * @param above no chunk before this one has a higher id
 * @returns null, with nothing done, where it is another kind of chunk, or has labels that nobody has noted yet; and where keys
 *   are checked row by row, since that locks rows
 */
async function stageAhead(client: ClientBase, batch: FactBatch, above: number): Promise<FactKeys | null> {
  if (batch.rows === 0 || batch.lowestId <= above) return null;
  if (!(await areAllToJudge(client, batch)) || !(await mayCheckKeysAsSets(client))) return null;
  const devices = await devicesAsTheyStand(client, batch);
  const rows = allRows(batch);
  const used = usedLabels(batch, rows);
  const labels = await findLabels(client, used, batch.registry.labels.length);
  if (labels === null) return null;
  await stage(client, batch, rows, used);
  return { devices, labels };
}

const allRows = (batch: FactBatch): Int32Array => Int32Array.from({ length: batch.rows }, (_, row) => row);

async function stage(
  client: ClientBase,
  batch: FactBatch,
  rows: Int32Array,
  labels = usedLabels(batch, rows),
): Promise<void> {
  for (const row of rows) batch.writeStagedHead(row);
  await createStaging.run(client);
  await stageLabels.run(client, labelColumns(labels));
  const copied = await sendCopy(client, COPY_STAGED, binaryCopy(batch.tuplesOf(rows)));
  if (copied !== rows.length)
    throw new Error(`${copied} of ${rows.length} transactions were staged; rolled back`);
}
