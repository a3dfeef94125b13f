import { secondOfDay, WINDOW_SECONDS } from "./calendar.ts";
import { TEST_CARDS } from "./cards.ts";
import type { Devices } from "./devices.ts";
import type { GeneratorPlan } from "./options.ts";
import type { ProductCatalogue } from "./products.ts";
import { RANDOM_STREAMS, SeededRandom } from "./random.ts";

export const STATUSES = ["accepted", "refused", "cancelled"] as const;

/** One transaction as numbers. There is one such object, filled again for each record. */
export interface TransactionDraft {
  id: number;
  /** May be unknown: orphans. */
  deviceId: number;
  /** Index into the catalogue's labels. */
  label: number;
  amountCents: number;
  /** Index into `STATUSES`. */
  status: number;
  /** Index into `TEST_CARDS`; -1: the card is the `unissuedCard`-th under the unissued prefix. */
  testCard: number;
  unissuedCard: number;
  /** Whether the card number is written in groups with spaces. */
  isCardGrouped: boolean;
  cvv: number;
  /** Both in seconds from the start of the window. */
  happenedAt: number;
  createdAt: number;
}

/** Up to here files hold well-known test cards only; above, as many distinct cards as a shop network would see. */
const MOST_ROWS_WITH_TEST_CARDS_ONLY = 10_000;
const ROWS_PER_CARD = 12;

const DAYS = WINDOW_SECONDS / 86_400;
const PIECES = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3];
const CENTS_ENDINGS = [0, 0, 0, 0, 0, 0, 0, 50, 50, 90, 90, 95, 99, 99, 5, 20];

/** Draws the transaction of an id, the same one each time. */
export class TransactionSource {
  readonly draft: TransactionDraft = {
    id: 0,
    deviceId: 0,
    label: 0,
    amountCents: 0,
    status: 0,
    testCard: 0,
    unissuedCard: 0,
    isCardGrouped: false,
    cvv: 0,
    happenedAt: 0,
    createdAt: 0,
  };
  readonly #random: SeededRandom;
  readonly #devices: Devices;
  readonly #catalogue: ProductCatalogue;
  readonly #distinctCards: number;

  constructor(plan: GeneratorPlan, devices: Devices, catalogue: ProductCatalogue) {
    this.#random = new SeededRandom(plan.seed, RANDOM_STREAMS.transactions);
    this.#devices = devices;
    this.#catalogue = catalogue;
    this.#distinctCards =
      plan.rows <= MOST_ROWS_WITH_TEST_CARDS_ONLY ? 0 : Math.ceil(plan.rows / ROWS_PER_CARD);
  }

  /** Fills `draft` and gives it. */
  draw(id: number): TransactionDraft {
    const { draft } = this;
    const random = this.#random;
    random.restartAt(id);
    draft.id = id;
    draft.deviceId = this.#devices.popularity.draw(random) + 1;
    draft.label = this.#catalogue.popularity.draw(random);
    const price = this.#catalogue.labels[draft.label]?.price ?? 1;
    draft.amountCents = drawAmount(random.nextWord(), price);
    draft.status = statusOf(random.nextFraction());
    draft.happenedAt = random.nextBelow(DAYS) * 86_400 + secondOfDay(random.nextWord());
    draft.createdAt = Math.min(WINDOW_SECONDS - 1, draft.happenedAt + drawDelay(random.nextWord()));
    const bits = random.nextWord();
    draft.cvv = (bits >>> 8) % 1000;
    draft.isCardGrouped = (bits & 7) === 0;
    // One sale in sixteen is on a test card even where cards are many, so that all lengths of number occur.
    const isTestCard = this.#distinctCards === 0 || ((bits >>> 3) & 15) === 0;
    draft.testCard = isTestCard ? random.nextBelow(TEST_CARDS.length) : -1;
    draft.unissuedCard = isTestCard ? 0 : random.nextBelow(this.#distinctCards);
    return draft;
  }
}

/** One piece, at times two or three, at 80 to 120 % of the price; 1 to 998 units, nearly half of them whole. */
function drawAmount(word: number, price: number): number {
  const ending = CENTS_ENDINGS[word & 15] ?? 0;
  const pieces = PIECES[(word >>> 4) & 15] ?? 1;
  const factor = 0.8 + ((word >>> 8) / 0x1000000) * 0.4;
  const units = Math.floor(price * pieces * factor);
  return Math.min(998, Math.max(1, units)) * 100 + ending;
}

/** 72 % accepted, 16 % refused, 12 % cancelled. */
function statusOf(fraction: number): number {
  if (fraction < 0.72) return 0;
  return fraction < 0.88 ? 1 : 2;
}

/** Seconds from sale to record: mostly under two minutes, at times a terminal was offline for an hour, days or weeks. */
function drawDelay(word: number): number {
  const kind = word & 63;
  const fraction = (word >>> 6) / 0x4000000;
  if (kind < 44) return Math.floor(fraction * 120);
  if (kind < 57) return Math.floor(fraction * 3600);
  if (kind < 62) return Math.floor(fraction * 2 * 86_400);
  return Math.floor(fraction * 45 * 86_400);
}
