import { sameIdentity, type FileIdentity } from "../../runs/fileIdentity.ts";
import type { DiscoveredFile } from "../../sources/discoverFiles.ts";

/** A piece of a file that is loaded again as it was loaded before: from the checkpoint on. */
export interface FilePart {
  /** Where its chunks end, in the file's text, ascending: which version of an id was there for a while hangs on that. */
  readonly chunkEnds: ReadonlySet<number>;
  /** When its records were said, as PostgreSQL reads it. */
  readonly statedAt: string;
  /** The file as it looked when it ended there; null where it goes on. */
  readonly endOf: FileIdentity | null;
}

/** A file to load what is new of, or only a part of that. */
export interface FileToLoad extends DiscoveredFile {
  readonly part?: FilePart;
}

/** The file's text as it was when it ended where the part does, in pieces that end where its chunks do. */
export async function* textOfPart(
  { part }: FileToLoad,
  text: AsyncIterable<Buffer>,
  from: number,
): AsyncGenerator<Buffer> {
  if (part === undefined) {
    yield* text;
    return;
  }
  const ends = [...part.chunkEnds].filter((end) => end > from);
  let [next] = ends;
  let position = from;
  if (next === undefined) return;
  for await (const read of text) {
    let block = read;
    while (next !== undefined && next - position <= block.length) {
      yield block.subarray(0, next - position);
      block = block.subarray(next - position);
      position = next;
      ends.shift();
      [next] = ends;
    }
    if (next === undefined) return;
    if (block.length > 0) yield block;
    position += block.length;
  }
}

/** Whether the file, as it was opened, is loaded to its end by this. */
export function endsWithPart({ part }: FileToLoad, opened: FileIdentity): boolean {
  return part === undefined || (part.endOf !== null && sameIdentity(part.endOf, opened));
}
