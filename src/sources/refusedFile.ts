import { TillhouseError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";

/** A file that is not read, whatever it holds. */
export interface RefusedFile {
  readonly path: string;
  /** Why, as a clause. */
  readonly reason: string;
}

/** A refusal as the error of a run. */
export function fileRefused(file: RefusedFile): TillhouseError {
  return new TillhouseError("file_refused", refusalOfFile(file), { path: file.path });
}

/** A refusal as a sentence. */
export function refusalOfFile({ path, reason }: RefusedFile): string {
  return `${visible(path)}: refused, ${reason}.`;
}
