import { isDeepStrictEqual } from "node:util";
import { expect } from "@jest/globals";
import { CONTRACTS, type SourceName } from "../../../src/sources/contracts.ts";
import { decoded } from "./decoded.ts";
import type { FileReading, Outcome } from "./readAsLoaded.ts";
import { readStrictly } from "./strictRecords.ts";
import { strictOutcomes, withoutCards, type Expected } from "./strictValues.ts";

/**
 * Holds what was read of a file against what the strict reader reads in the same bytes: the same records on the same
 * lines with the same values, a fitting reason for each other line, and a refusal exactly where the header must be
 * refused.
 */
export function expectAsStrict(
  reading: FileReading,
  bytes: Buffer,
  source: SourceName,
  delimiter: string,
): void {
  const expected = strictOutcomes(source, readStrictly(decoded(bytes), delimiter));
  if (expected === null) {
    expect(reading).toEqual({ refusal: expect.stringMatching(/\w/) });
    return;
  }
  if ("refusal" in reading) throw new Error(`refused, though its header can be read: ${reading.refusal}`);
  const told = reading.outcomes.map((outcome, index) => inWordsOf(expected[index], outcome, source));
  // To have it compared once more, and told at length, takes much longer.
  if (!isDeepStrictEqual(told, expected)) expect(told).toEqual(expected);
}

/** An outcome as it was expected, where it fits; as it is, where not. */
function inWordsOf(expected: Expected | undefined, outcome: Outcome, source: SourceName): unknown {
  const { line } = outcome;
  if ("rejected" in outcome) {
    if (expected === undefined || !("rejected" in expected)) return outcome;
    return expected.rejected.includes(outcome.rejected) ? { line, rejected: expected.rejected } : outcome;
  }
  const texts = CONTRACTS[source].columns.flatMap(({ name, type }) => (type === "text" ? [name] : []));
  const values = Object.entries(outcome.accepted).map(([name, value]) => [
    name,
    texts.includes(name) ? withoutCards(String(value)) : value,
  ]);
  return { line, accepted: Object.fromEntries(values) as unknown };
}
