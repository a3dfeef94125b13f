import type { ClientBase } from "pg";
import { findDifferences, type VerifyCheck } from "../verifyWarehouse.ts";
import type { SumsName } from "./check.ts";
import type { Finding } from "./modelChecks.ts";

/** The checks of `verify` that each is. */
const CHECKS_OF: Readonly<Record<SumsName, readonly VerifyCheck[]>> = {
  files_to_facts: ["ledgerOfRanges", "factsOfFile"],
  facts_to_rollups: [
    "rollupOfStores",
    "rollupOfProducts",
    "rollupOfDevices",
    "rollupOfDays",
    "firstSalesOfStores",
  ],
};

/** Compares what is kept in two places, as `verify` does. */
export async function checkSums(client: ClientBase, of: SumsName): Promise<Finding> {
  const differences = await findDifferences(client, CHECKS_OF[of]);
  const [first] = differences;
  if (first === undefined) return { failures: 0, observed: "no difference" };
  const { check, subject, expected, actual } = first;
  const others = differences.length > 1 ? `, and ${differences.length - 1} more: npm run verify` : "";
  return {
    failures: differences.length,
    observed: `${check} of ${subject}: ${actual} is kept, ${expected} by the facts${others}`,
  };
}
