import { TillhouseError } from "../../lib/errors.ts";
import { visible } from "../../lib/visible.ts";
import type { KnownFrom } from "./formerFiles.ts";

/** Why a path cannot be loaded as it was. */
export interface MissingFile {
  readonly path: string;
  /** A few words. */
  readonly reason: string;
}

/** More are only counted. */
const MOST_NAMED = 5;

/** What a rebuild would lose, for one that may not: nothing is changed. */
export function filesMissing(missing: readonly MissingFile[], lost: readonly KnownFrom[]): TillhouseError {
  const named = missing.slice(0, MOST_NAMED).map(({ path, reason }) => `${visible(path)} (${reason})`);
  const others = missing.length - named.length;
  const sum = (of: keyof Omit<KnownFrom, "path" | "is_replaced">): number =>
    lost.reduce((total, known) => total + known[of], 0);
  const counts = [
    counted(sum("transactions"), "transaction", "transactions"),
    counted(sum("versions"), "version", "versions"),
    counted(sum("stores"), "store", "stores"),
    counted(sum("devices"), "device", "devices"),
    counted(sum("waiting"), "waiting record", "waiting records"),
  ].flat();
  const known = counts.length === 0 ? "Nothing that is loaded is from them." : fromThem(counts);
  return new TillhouseError(
    "files_missing",
    `The warehouse cannot be rebuilt as it is: ${named.join(", ")}${others > 0 ? `, and ${others} more` : ""}. ${known} ` +
      `Nothing is changed. Put the files back, or go on without them: --allow-missing`,
    { files: missing.length, paths: missing.slice(0, MOST_NAMED).map(({ path }) => path) },
  );
}

function fromThem(counts: readonly string[]): string {
  return `From what is missing are ${counts.join(", ")}, which would be lost unless other files have them too.`;
}

function counted(count: number, one: string, many: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
}
