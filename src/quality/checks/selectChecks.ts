import { TillhouseError } from "../../lib/errors.ts";
import { orMeant } from "../../sources/nearestName.ts";
import { subjectOf, type Check } from "./check.ts";

/**
 * The checks that are asked for, in their order: each by its own name, or all of a model or source by its.
 *
 * @param names none: all checks
 * @throws TillhouseError `usage_invalid` when a name is of none
 */
export function selectChecks(checks: readonly Check[], names: readonly string[]): readonly Check[] {
  if (names.length === 0) return checks;
  const isNamed = (check: Check, name: string): boolean =>
    check.name === name || subjectOf(check).subject === name;
  for (const name of names) {
    if (checks.some((check) => isNamed(check, name))) continue;
    const known = [...new Set(checks.flatMap((check) => [subjectOf(check).subject, check.name]))];
    throw new TillhouseError(
      "usage_invalid",
      `no check, model or source is called ${JSON.stringify(name)}${orMeant(name, known)} All of them: npm run checks -- --last`,
      { name },
    );
  }
  return checks.filter((check) => names.some((name) => isNamed(check, name)));
}
