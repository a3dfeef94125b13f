import fc from "fast-check";
import type { SourceName } from "../../../src/sources/contracts.ts";
import { harmed, harmOf, mutations, type Harm, type Mutation } from "./mutation.ts";
import {
  contentsOf,
  dialects,
  recordsUnder,
  writeFile,
  type FileDialect,
  type WrittenFile,
} from "./writtenFile.ts";

/** A good file, and what one mutation made of it. */
export interface MutatedFile {
  readonly source: SourceName;
  readonly dialect: FileDialect;
  readonly file: WrittenFile;
  /** Of the same header and dialect, to splice with. */
  readonly another: WrittenFile;
  readonly kind: Mutation["kind"];
  readonly harm: Harm;
  readonly bytes: Buffer;
}

/** Most files are of sales, as they are where money is. */
export const anySource: fc.Arbitrary<SourceName> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<SourceName>("transactions") },
  { weight: 1, arbitrary: fc.constantFrom<SourceName>("stores", "devices") },
);

/** Good files in any dialect, of at most so many records, each with one mutation. */
export function mutatedFiles(
  sources: fc.Arbitrary<SourceName>,
  maxRecords: number,
): fc.Arbitrary<MutatedFile> {
  return contentsOf(sources, maxRecords).chain((content) => {
    const others = recordsUnder(content.source, content.header, maxRecords);
    return fc.record({ others, dialect: dialects, mutation: mutations }).map((made) => {
      const file = writeFile(content, made.dialect);
      const another = writeFile({ ...content, records: made.others }, made.dialect);
      const harm = harmOf(made.mutation, file, another, made.dialect);
      const bytes = harmed(file, harm);
      const { source } = content;
      return { source, dialect: made.dialect, file, another, kind: made.mutation.kind, harm, bytes };
    });
  });
}
