import { sqlFile } from "../../database/sqlFile.ts";
import { noteStated, triedStatements, type SourceLoading } from "../sourceLoading.ts";

/** How a dimension with a history, and what it passes through, are called. */
interface HistoryNames {
  readonly dimension: string;
  readonly history: string;
  /** The surrogate key, and the natural one. */
  readonly key: string;
  readonly id: string;
  /** What a version is of. */
  readonly attributes: readonly string[];
  /** Staging: the chunk's judged records, and versions as they are to be. */
  readonly staged: string;
  readonly judged: string;
  readonly wanted: string;
}

/** The statements that keep the versions of a dimension over time: the same for stores and devices. */
export function dimensionHistory(
  names: HistoryNames,
): Required<Pick<SourceLoading, "noteStated" | "remakeVersions" | "tried">> {
  const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url), { ...names });
  return {
    noteStated: noteStated(names.judged, names.id),
    tried: { ...triedStatements(names.staged, names.judged), noteStated: sql("noteResolved") },
    remakeVersions: [sql("versions"), sql("dropVersions"), sql("addVersions")],
  };
}
