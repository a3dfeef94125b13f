import fc from "fast-check";
import type { SourceName } from "../../../src/sources/contracts.ts";
import { harmed, harmOf, mutations, type Harm, type Mutation } from "./mutation.ts";
import {
  contents,
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

/** Good files of any source in any dialect, each with one mutation. */
export const mutatedFiles: fc.Arbitrary<MutatedFile> = contents.chain((content) =>
  fc
    .record({ others: recordsUnder(content.source, content.header), dialect: dialects, mutation: mutations })
    .map(({ others, dialect, mutation }) => {
      const file = writeFile(content, dialect);
      const another = writeFile({ ...content, records: others }, dialect);
      const harm = harmOf(mutation, file, another, dialect);
      const bytes = harmed(file, harm);
      return { source: content.source, dialect, file, another, kind: mutation.kind, harm, bytes };
    }),
);
