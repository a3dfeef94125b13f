import type { GeneratorPlan } from "./options.ts";
import { BROKEN_KINDS, type BrokenKind } from "./recordPlan.ts";
import type { Store } from "./stores.ts";
import { answersFrom, type TruthAnswers } from "./truthAnswers.ts";
import type { Tally, TruthTally } from "./truthTally.ts";
import { STATUSES } from "./transactions.ts";

interface TruthCount {
  transactions: number;
  /** Exact, in cents, as text. */
  amount_cents: string;
}

/** What is in the generated files and what must come out of them; the content of `truth.json`. */
export interface Truth {
  /** What the files were made from: the same again gives the same bytes. */
  generated: { rows: number; seed: number; stores: number; devices: number };
  /** Records in each file, without the header. */
  records: { stores: number; devices: number; transactions: number };
  /** Distinct transactions that load, those moved to the end of the file among them. */
  valid: TruthCount & { late: number; by_status: Record<(typeof STATUSES)[number], TruthCount> };
  /** Exact copies of a valid record that stands earlier in the file. */
  repeated: number;
  broken: number;
  broken_by_kind: Record<BrokenKind, number>;
  /** Records whose device is in no file. */
  orphans: number;
  /** Over valid transactions only. */
  answers: TruthAnswers;
}

const truthCount = ({ transactions, cents }: Tally): TruthCount => ({
  transactions,
  amount_cents: String(cents),
});

export function truthFrom(plan: GeneratorPlan, tally: TruthTally, stores: readonly Store[]): Truth {
  const { accepted, refused, cancelled } = tally.byStatus;
  const all = [accepted, refused, cancelled];
  return {
    generated: { rows: plan.rows, seed: plan.seed, stores: plan.stores, devices: plan.devices },
    records: {
      stores: plan.stores,
      devices: plan.devices,
      transactions: plan.rows + plan.repeated + plan.broken + plan.orphans,
    },
    valid: {
      transactions: all.reduce((sum, { transactions }) => sum + transactions, 0),
      amount_cents: String(all.reduce((sum, { cents }) => sum + cents, 0)),
      late: plan.late,
      by_status: {
        accepted: truthCount(accepted),
        refused: truthCount(refused),
        cancelled: truthCount(cancelled),
      },
    },
    repeated: plan.repeated,
    broken: plan.broken,
    broken_by_kind: brokenByKind(plan.broken),
    orphans: plan.orphans,
    answers: answersFrom(tally, stores),
  };
}

/** Kinds take turns, so the first ones have one more where the number does not divide. */
function brokenByKind(broken: number): Record<BrokenKind, number> {
  const turns = (kind: BrokenKind): number =>
    Math.ceil(Math.max(0, broken - BROKEN_KINDS.indexOf(kind)) / BROKEN_KINDS.length);
  return {
    missing_column: turns("missing_column"),
    bad_amount: turns("bad_amount"),
    unknown_status: turns("unknown_status"),
    bad_date: turns("bad_date"),
    bad_id: turns("bad_id"),
  };
}
