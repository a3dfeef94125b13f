import { TillhouseError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";

/** What the file system answers about a path that was named, as `file_not_found` where it says that nothing is to be had there. */
export function notFound(error: unknown, message: string, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (isForbidden(error)) {
    return new TillhouseError(
      "file_not_found",
      `${visible(path)}: this user may not read it`,
      { path },
      error,
    );
  }
  return code === "ENOENT" || code === "ENOTDIR"
    ? new TillhouseError("file_not_found", message, { path }, error)
    : error;
}

/** For a `catch`: one file that is gone since its folder was read, or is none of ours, does not keep the others from loading. */
export function undefinedWhenUnreadable(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT" && !isForbidden(error) && code !== "file_unreadable") throw error;
}

/** Whether this user has no right to it. */
export function isForbidden(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EACCES" || code === "EPERM";
}
