import type { Hash } from "node:crypto";
import type { LedgerFile } from "../runs/fileLedger.ts";
import type { LedgerKey } from "../runs/ledgerKey.ts";
import { readPrefix, type Prefix } from "../sources/readPrefix.ts";

/** How a file's text stands to what the ledger has of it. */
export type AsInLedger =
  | {
      readonly begins: "as read";
      readonly prefix: Prefix;
      /** Goes on from what is committed. */
      readonly hash: Hash;
      /** It ends as it did then, with what was read of an unterminated end. */
      readonly endsAsThen: boolean;
    }
  /** It cannot be told what was hashed with another key. */
  | { readonly begins: "under another key" | "shorter" | "otherwise" };

/** Compares the beginning of a file's text, as far as it is committed, with the digest that the ledger has of it. */
export async function asInLedger(
  { committedBytes, committedDigest, digestKey, unterminatedBytes, unterminatedDigest }: LedgerFile,
  text: AsyncIterable<Buffer>,
  key: LedgerKey,
): Promise<AsInLedger> {
  if (digestKey !== null && digestKey !== key.id) return { begins: "under another key" };
  const keptAs = (sha256: string): string => (digestKey === null ? sha256 : key.digestOf(sha256));
  const prefix = await readPrefix(text, Number(committedBytes), Number(unterminatedBytes));
  if (prefix === undefined) return { begins: "shorter" };
  const { hash, wholeSha256: whole } = prefix;
  if (keptAs(hash.copy().digest("hex")) !== committedDigest) return { begins: "otherwise" };
  const then = unterminatedBytes > 0n ? unterminatedDigest : committedDigest;
  return { begins: "as read", prefix, hash, endsAsThen: whole !== null && keptAs(whole) === then };
}
