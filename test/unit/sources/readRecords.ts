import { frameText, type TextRules } from "../../../src/sources/frameText.ts";
import { readBlock } from "../../../src/sources/readBlock.ts";
import type { Reason } from "../../../src/sources/reasons.ts";

/** One record as it stands in a file. */
export type RawRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  /** A line that is no record; `text` is its beginning. */
  | { readonly line: number; readonly reason: Reason; readonly text: string };

/** What one step through a text gave. */
export interface RecordBlock {
  /** In the order of their lines. */
  readonly records: readonly RawRecord[];
  /** The bytes used up, blank lines among them. */
  readonly bytes: Buffer;
  readonly lines: number;
  readonly unterminated: boolean;
}

/** The whole of reading, from bytes to fields: what finds the records of a text, and what takes them apart. */
export async function* readRecords(
  source: AsyncIterable<Buffer>,
  rules: TextRules,
): AsyncGenerator<RecordBlock> {
  const { delimiter, header } = rules.dialect;
  for await (const step of frameText(source, rules)) {
    const records: RawRecord[] = [];
    await readBlock(
      step,
      { delimiter, fieldCount: header.length },
      {
        fields: (fields, line) => {
          records.push({ line, fields });
        },
        broken: ({ reason }, text, line) => {
          records.push({ line, reason, text });
        },
      },
    );
    records.sort((a, b) => a.line - b.line);
    yield { records, bytes: step.text, lines: step.lines, unterminated: step.unterminated };
  }
}
