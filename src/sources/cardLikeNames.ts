import { basename } from "node:path";
import { maskCards } from "./cards.ts";

/** 20261128, 2026-11-28 and the like, with a time behind it or without: what the names of exports mostly hold. */
const DATE =
  /(?<!\d)(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])(?:[-_.T]?(?:[01]\d|2[0-3])[-_.]?[0-5]\d(?:[-_.]?[0-5]\d(?:[-_.]?\d{3})?)?)?(?!\d)/g;
/** Counters with zeros before them, and milliseconds or microseconds of the epoch: no issuer has such numbers. */
const COUNTER = /(?<!\d)(?:0\d{11,}|1\d{12}|1\d{15})(?!\d)/g;

/**
 * Whether a file's name could hold a card number. Names are kept in the ledger and shown in messages, so such a file is
 * not loaded.
 */
export function mayNameCard(path: string): boolean {
  const name = basename(path).normalize("NFKC").replace(DATE, "x").replace(COUNTER, "x");
  return maskCards(name) !== name;
}
