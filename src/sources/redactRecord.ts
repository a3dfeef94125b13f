import { shapeOf } from "./maskCards.ts";
import type { BoundColumns } from "./header.ts";
import type { Contract } from "./contracts.ts";

/**
 * What may be kept of a record that could not be read: each field's shape by its column's name, card columns left out.
 * A value in the wrong column is a likely reason for the rejection, so no digits are kept at all, but for those of times.
 */
export function redactFields(
  contract: Contract,
  columns: BoundColumns,
  fields: readonly string[],
): Record<string, string> {
  const kept = contract.columns.filter(
    (column) => column.type !== "card_number" && column.type !== "discarded",
  );
  const redacted: Record<string, string> = {};
  for (const { name } of kept) {
    const index = columns.indexOf.get(name);
    if (index !== undefined) redacted[name] = shapeOf(fields[index] ?? "");
  }
  return redacted;
}

/** What may be kept of a line that is no record. */
export function redactLine(text: string): Record<string, string> {
  return { line: shapeOf(text) };
}
