import { access, constants, mkdir, realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { TillhouseError } from "../../lib/errors.ts";
import { errorMessage } from "./systemError.ts";

/**
 * Makes STATE_DIR if missing, for this user only, and gives its real, absolute path.
 *
 * @throws state_dir_unusable when it cannot be made or written to
 */
export async function usableStateDir(stateDir: string): Promise<string> {
  const directory = resolve(stateDir);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(directory);
  } catch (error) {
    throw new TillhouseError(
      "state_dir_unusable",
      `The state directory ${directory} cannot be used: ${errorMessage(error)}. Set STATE_DIR to a directory that this user can write to.`,
      { directory },
      error,
    );
  }
}
