import { RANDOM_STREAMS, SeededRandom } from "./random.ts";
import type { GeneratorPlan } from "./options.ts";

/** In what way a record must be rejected; broken records take turns. */
export const BROKEN_KINDS = ["missing_column", "bad_amount", "unknown_status", "bad_date", "bad_id"] as const;
export type BrokenKind = (typeof BROKEN_KINDS)[number];

/** `plain` and `late` records are the valid transactions. */
export type RecordFate = "plain" | "late" | "orphan" | BrokenKind;

/**
 * Says what becomes of each id from 1 to `lastId`, in exact numbers and without a list: `(start + id * step) mod lastId`
 * visits every rank once, and ranks are dealt out in order. A step near the golden section spreads each fate evenly.
 */
export class RecordPlan {
  readonly lastId: number;
  readonly #plan: GeneratorPlan;
  readonly #start: number;
  readonly #step: number;

  constructor(plan: GeneratorPlan) {
    this.#plan = plan;
    this.lastId = plan.rows + plan.broken + plan.orphans;
    this.#start = new SeededRandom(plan.seed, RANDOM_STREAMS.plan).nextBelow(this.lastId);
    this.#step = stepNear(this.lastId);
  }

  fateOf(id: number): RecordFate {
    const { broken, orphans, late } = this.#plan;
    if (broken + orphans + late === 0) return "plain";
    // The remainder first: a product of two numbers near 3e8 would leave the exact integers.
    const rank = (this.#start + mulMod(id, this.#step, this.lastId)) % this.lastId;
    if (rank < broken) return BROKEN_KINDS[rank % BROKEN_KINDS.length] ?? "bad_id";
    if (rank < broken + orphans) return "orphan";
    return rank < broken + orphans + late ? "late" : "plain";
  }
}

function mulMod(left: number, right: number, modulus: number): number {
  const high = Math.floor(left / 0x10000);
  const low = left % 0x10000;
  return (((high * right) % modulus) * 0x10000 + low * right) % modulus;
}

/** The number coprime to `modulus` nearest below its golden section. */
function stepNear(modulus: number): number {
  let step = Math.max(1, Math.floor(modulus * 0.618_033_988_749));
  while (greatestCommonDivisor(step, modulus) !== 1) step--;
  return step;
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}
