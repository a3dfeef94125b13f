import type { Devices } from "./devices.ts";
import type { FileWriter } from "./fileWriter.ts";
import type { GeneratorPlan } from "./options.ts";
import type { ProductCatalogue } from "./products.ts";
import { RANDOM_STREAMS, SeededRandom } from "./random.ts";
import { RecordPlan, type RecordFate } from "./recordPlan.ts";
import { TRANSACTIONS_HEADER, writeTransaction } from "./transactionBytes.ts";
import { TransactionSource } from "./transactions.ts";
import type { TruthTally } from "./truthTally.ts";

/** Orphans name one of this many devices after the last known one. */
const UNKNOWN_DEVICES = 20;

const isValid = (fate: RecordFate): boolean => fate === "plain" || fate === "late";

/**
 * Writes all transactions: ids ascending, repeats between them, then the late ones, ids ascending again. Nothing is kept
 * of what was written: late and repeated records are drawn anew from their id.
 */
export async function writeTransactions(
  writer: FileWriter,
  plan: GeneratorPlan,
  devices: Devices,
  catalogue: ProductCatalogue,
  tally: TruthTally | undefined,
): Promise<void> {
  const source = new TransactionSource(plan, devices, catalogue);
  const records = new RecordPlan(plan);
  const repeatChoice = new SeededRandom(plan.seed, RANDOM_STREAMS.repeats);
  const { lastId } = records;

  const write = (id: number, fate: RecordFate): void => {
    const draft = source.draw(id);
    if (fate === "orphan") draft.deviceId = plan.devices + 1 + (id % UNKNOWN_DEVICES);
    const broken = fate === "plain" || fate === "late" || fate === "orphan" ? undefined : fate;
    writer.end = writeTransaction(writer.block, writer.end, draft, catalogue, broken);
  };

  /** The nearest id at or below a random one that is in the file already; 0: none. */
  const findWritten = (upTo: number, isWritten: (fate: RecordFate) => boolean): number => {
    let id = 1 + repeatChoice.nextBelow(upTo);
    while (id > 0 && !isWritten(records.fateOf(id))) id--;
    return id;
  };

  let repeatsLeft = plan.repeated;
  const repeatOne = async (upTo: number, isWritten: (fate: RecordFate) => boolean): Promise<void> => {
    const id = findWritten(upTo, isWritten);
    if (id === 0) return;
    if (writer.isFull) await writer.flush();
    write(id, "plain");
    repeatsLeft--;
  };

  writer.addText(TRANSACTIONS_HEADER);
  for (let id = 1; id <= lastId; id++) {
    if (writer.isFull) await writer.flush();
    const fate = records.fateOf(id);
    if (fate !== "late") {
      write(id, fate);
      if (fate === "plain") tally?.add(source.draft);
    }
    const due = Math.floor((id * plan.repeated) / lastId);
    if (due > plan.repeated - repeatsLeft && plan.late < plan.rows)
      await repeatOne(id, (known) => known === "plain");
  }
  for (let id = 1; id <= lastId && plan.late > 0; id++) {
    if (records.fateOf(id) !== "late") continue;
    if (writer.isFull) await writer.flush();
    write(id, "late");
    tally?.add(source.draft);
  }
  // Repeats that fell due before there was anything to repeat.
  while (repeatsLeft > 0) await repeatOne(lastId, isValid);
}
