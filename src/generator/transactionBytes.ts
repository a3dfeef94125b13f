import { writeInstant } from "./calendar.ts";
import { groupDigits, TEST_CARDS, writeUnissuedCard } from "./cards.ts";
import type { ProductCatalogue } from "./products.ts";
import type { BrokenKind } from "./recordPlan.ts";
import { STATUSES, type TransactionDraft } from "./transactions.ts";

export const TRANSACTIONS_HEADER =
  "id,device_id,product_name,product_sku,category_name,amount,status,card_number,cvv,created_at,happened_at\n";

const COMMA = 44;
const NEWLINE = 10;
const POINT = 46;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const STATUS_BYTES = STATUSES.map(encode);
const PLAIN_CARD_BYTES = TEST_CARDS.map((card) => encode(card));
const GROUPED_CARD_BYTES = TEST_CARDS.map((card) => encode(groupDigits(card)));
const NOTHING = encode("");
const LETTER_BEFORE_ID = encode("x");
const BAD_AMOUNT = encode("abc");
const UNKNOWN_STATUS = encode("pending");
const IMPOSSIBLE_DATE = encode("02/30/2023 9:15:00");

/**
 * Writes one record with its newline, by hand: a string for each field would cost most of the running time.
 *
 * @param broken in which way the record must be wrong; undefined: it is right
 * @returns the position after it
 */
export function writeTransaction(
  target: Uint8Array,
  at: number,
  draft: TransactionDraft,
  catalogue: ProductCatalogue,
  broken: BrokenKind | undefined,
): number {
  let position = at;
  if (broken === "bad_id") position = writeBytes(target, position, LETTER_BEFORE_ID);
  position = writeNumber(target, position, draft.id);
  target[position++] = COMMA;
  position = writeNumber(target, position, draft.deviceId);
  target[position++] = COMMA;
  position = writeBytes(target, position, catalogue.labels[draft.label]?.bytes ?? NOTHING);
  target[position++] = COMMA;
  position =
    broken === "bad_amount"
      ? writeBytes(target, position, BAD_AMOUNT)
      : writeAmount(target, position, draft.amountCents);
  target[position++] = COMMA;
  // Without its status the record is one field short and its card stands where no card is expected.
  if (broken !== "missing_column") {
    const status = broken === "unknown_status" ? UNKNOWN_STATUS : (STATUS_BYTES[draft.status] ?? NOTHING);
    position = writeBytes(target, position, status);
    target[position++] = COMMA;
  }
  position = writeCard(target, position, draft);
  target[position++] = COMMA;
  target[position++] = 48 + Math.floor(draft.cvv / 100);
  target[position++] = 48 + (Math.floor(draft.cvv / 10) % 10);
  target[position++] = 48 + (draft.cvv % 10);
  target[position++] = COMMA;
  position = writeInstant(target, position, draft.createdAt);
  target[position++] = COMMA;
  position =
    broken === "bad_date"
      ? writeBytes(target, position, IMPOSSIBLE_DATE)
      : writeInstant(target, position, draft.happenedAt);
  target[position++] = NEWLINE;
  return position;
}

function writeCard(target: Uint8Array, at: number, draft: TransactionDraft): number {
  if (draft.testCard < 0) return writeUnissuedCard(target, at, draft.unissuedCard, draft.isCardGrouped);
  const numbers = draft.isCardGrouped ? GROUPED_CARD_BYTES : PLAIN_CARD_BYTES;
  return writeBytes(target, at, numbers[draft.testCard] ?? NOTHING);
}

/** `749` when whole, `749.50` otherwise. */
function writeAmount(target: Uint8Array, at: number, cents: number): number {
  const rest = cents % 100;
  let position = writeNumber(target, at, (cents - rest) / 100);
  if (rest === 0) return position;
  target[position++] = POINT;
  target[position++] = 48 + Math.floor(rest / 10);
  target[position++] = 48 + (rest % 10);
  return position;
}

function writeNumber(target: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let limit = 10; limit <= value; limit *= 10) digits++;
  let rest = value;
  for (let place = at + digits - 1; place >= at; place--) {
    const next = Math.floor(rest / 10);
    target[place] = 48 + rest - next * 10;
    rest = next;
  }
  return at + digits;
}

function writeBytes(target: Uint8Array, at: number, bytes: Uint8Array): number {
  const { length } = bytes;
  for (let offset = 0; offset < length; offset++) target[at + offset] = bytes[offset] ?? 0;
  return at + length;
}
