import type { VNode } from "preact";
import type { PageOutcomes } from "../reading/runs.ts";
import type { Column } from "./table.tsx";
import { countText } from "./values.tsx";

const OUTCOMES = [
  ["Loaded", "loaded"],
  ["Already present", "alreadyPresent"],
  ["Corrected", "corrected"],
  ["Superseded", "superseded"],
  ["Rejected", "rejected"],
] as const satisfies readonly (readonly [string, keyof PageOutcomes])[];

/** A column of numbers each, ending with what they add up to. */
export const OUTCOME_COLUMNS: readonly Column<PageOutcomes>[] = [
  ...OUTCOMES.map(([head, key]): Column<PageOutcomes> => ({
    head,
    cell: (of) => countText(of[key]),
    isNumber: true,
  })),
  { head: "Read", cell: (of) => countText(of.recordsRead), isNumber: true },
  { head: "Warnings", cell: (of) => countText(of.warnings), isNumber: true },
];

/** That each record that was read ended as exactly one of five: said only where it is so. */
export function Identity({ of }: { readonly of: PageOutcomes }): VNode {
  const sum = OUTCOMES.reduce((total, [, key]) => total + of[key], 0n);
  const parts = OUTCOMES.map(([name, key]) => `${countText(of[key])} ${name.toLowerCase()}`).join(" + ");
  return (
    <p class="small soft">
      {parts} {sum === of.recordsRead ? "=" : "≠"} {countText(of.recordsRead)} read
      {sum === of.recordsRead ? "." : ": these should be the same. Run npm run verify."}
    </p>
  );
}
