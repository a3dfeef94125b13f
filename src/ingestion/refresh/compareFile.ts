import { identityOf, sameIdentity, type FileIdentity } from "../../runs/fileIdentity.ts";
import type { LedgerKey } from "../../runs/ledgerKey.ts";
import { openDataFile, type FilePlace } from "../../sources/dataFile.ts";
import { beginningOf, fileText } from "../../sources/fileText.ts";
import { readPrefix } from "../../sources/readPrefix.ts";
import { TillhouseError } from "../../lib/errors.ts";
import type { FormerFile } from "./formerFiles.ts";

/** How a file stands to what was loaded of it. */
export type FormerState =
  | {
      readonly isThere: true;
      /** The file as it looks, where it ends as it did then; null where it goes on, or ends otherwise. */
      readonly endOf: FileIdentity | null;
    }
  | {
      readonly isThere: false;
      /** Why not, in a few words. */
      readonly reason: string;
      /** Whether it can be read all the same: as what it is now. */
      readonly isReadable: boolean;
    };

/** Compares a file with what is committed of it, by its size and times or else by its digest. Writes nothing. */
export async function compareFile(
  former: FormerFile,
  place: FilePlace,
  key: LedgerKey,
): Promise<FormerState> {
  try {
    return await compareBytes(former, place, key);
  } catch (error) {
    const gone = { isThere: false, isReadable: false } as const;
    if (error instanceof TillhouseError) return { ...gone, reason: String(error.details["reason"]) };
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return {
      ...gone,
      reason: code === "ENOENT" || code === "ENOTDIR" ? "gone" : `cannot be read: ${code}`,
    };
  }
}

async function compareBytes(former: FormerFile, place: FilePlace, key: LedgerKey): Promise<FormerState> {
  const handle = await openDataFile(place);
  try {
    const identity = identityOf(await handle.stat({ bigint: true }));
    if (former.status === "loaded" && sameIdentity(former, identity))
      return { isThere: true, endOf: identity };
    const { committedBytes, committedDigest, unterminatedBytes, unterminatedDigest, digestKey } = former;
    // Only a backfill read it.
    if (committedBytes + unterminatedBytes === 0n) return { isThere: true, endOf: null };
    if (digestKey !== null && digestKey !== key.id)
      return {
        isThere: false,
        reason: "read under another LEDGER_KEY: set it to the one of then",
        isReadable: true,
      };
    const { encoding } = await beginningOf(handle);
    const text = fileText(handle, encoding, 0);
    const prefix = await readPrefix(text, Number(committedBytes), Number(unterminatedBytes));
    const keptAs = (sha256: string): string => (digestKey === null ? sha256 : key.digestOf(sha256));
    if (prefix === undefined || keptAs(prefix.hash.copy().digest("hex")) !== committedDigest)
      return { isThere: false, reason: prefix === undefined ? "shorter" : "changed", isReadable: true };
    const { wholeSha256: whole } = prefix;
    const endsAsThen =
      whole !== null && keptAs(whole) === (unterminatedBytes > 0n ? unterminatedDigest : committedDigest);
    return { isThere: true, endOf: endsAsThen ? identity : null };
  } finally {
    await handle.close();
  }
}
