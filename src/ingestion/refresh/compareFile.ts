import { identityOf, sameIdentity, type FileIdentity } from "../../runs/fileIdentity.ts";
import type { LedgerKey } from "../../runs/ledgerKey.ts";
import { openDataFile, type FilePlace } from "../../sources/dataFile.ts";
import { openText, type TextLimits } from "../../sources/carriers/openText.ts";
import { TillhouseError } from "../../lib/errors.ts";
import { asInLedger } from "../asInLedger.ts";
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
  limits: TextLimits,
): Promise<FormerState> {
  try {
    return await compareBytes(former, place, key, limits);
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

async function compareBytes(
  former: FormerFile,
  place: FilePlace,
  key: LedgerKey,
  limits: TextLimits,
): Promise<FormerState> {
  const handle = await openDataFile(place);
  try {
    const identity = identityOf(await handle.stat({ bigint: true }));
    if (former.status === "loaded" && sameIdentity(former, identity))
      return { isThere: true, endOf: identity };
    // Only a backfill read it.
    if (former.committedBytes + former.unterminatedBytes === 0n) return { isThere: true, endOf: null };
    const text = await openText(handle, former, limits);
    const compared = await asInLedger(former, text.from(0), key);
    if (compared.begins === "as read") return { isThere: true, endOf: compared.endsAsThen ? identity : null };
    return { isThere: false, reason: REASONS[compared.begins], isReadable: true };
  } finally {
    await handle.close();
  }
}

const REASONS = {
  "under another key": "read under another LEDGER_KEY: set it to the one of then",
  shorter: "shorter",
  otherwise: "changed",
} as const;
