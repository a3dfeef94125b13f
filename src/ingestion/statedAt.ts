import type { FileLedger } from "../runs/fileLedger.ts";
import { timestampText } from "./copyText.ts";
import type { ReadableFile } from "./openSourceFile.ts";

/**
 * When a file's records were said, as PostgreSQL reads it: what is read of it now cannot be older than what was read
 * before, whatever its times have been set to.
 */
export async function statedAtOf(
  { ledger, identity, startByte }: ReadableFile,
  files: FileLedger,
  now: Date,
): Promise<string> {
  const snapshot = ledger.snapshotAt?.getTime();
  // A store is what a file says from when that is known here.
  const otherwise =
    ledger.source === "transactions" ? Number(identity.mtimeNs / 1000n) : now.getTime() * 1000;
  const stated = snapshot === undefined ? otherwise : snapshot * 1000;
  const before = startByte === 0 ? null : await files.lastStatedAt(ledger.fileId);
  return timestampText(Math.max(stated, before ?? 0));
}
