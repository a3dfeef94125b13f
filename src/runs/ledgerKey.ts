import { createHmac, hkdfSync } from "node:crypto";
import { join } from "node:path";
import type { Config } from "../config/loadConfig.ts";
import { makeSecret } from "../database/generatedSecret.ts";

/** SHA-256 of no bytes, hexadecimal: of a file of which nothing is committed. */
export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The key that the ledger's digests of files are made with. */
export interface LedgerKey {
  /** A fingerprint to tell keys apart by; tells nothing of the key. */
  readonly id: string;
  /**
   * The digest to keep of bytes whose SHA-256 is given. Who may read the ledger knows most of a file with one record, and
   * could try out the rest of it, a card number or a code, against a plain hash.
   *
   * @param sha256 hexadecimal
   * @returns HMAC-SHA-256 of it, hexadecimal
   */
  digestOf(sha256: string): string;
}

/** @param secret at least 32 bytes; may serve other purposes as well, since what is made of it here serves none of them */
export function ledgerKeyOf(secret: Uint8Array): LedgerKey {
  const key = derived(secret, "tillhouse file digests v1", 32);
  return {
    id: derived(secret, "tillhouse file digests v1 fingerprint", 16).toString("hex"),
    digestOf: (sha256) => createHmac("sha256", key).update(sha256, "hex").digest("hex"),
  };
}

/** HKDF with SHA-256 (RFC 5869). */
function derived(secret: Uint8Array, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", purpose, bytes));
}

/**
 * The ledger's key by the configuration: of LEDGER_KEY; else, with the embedded server, of a secret that is made once in
 * STATE_DIR; else of CARD_TOKEN_KEY, which every place has that runs on one's own server.
 *
 * @throws TillhouseError `config_invalid` when the file in STATE_DIR holds no secret
 */
export async function ledgerKey({
  ledgerKey: given,
  databaseUrl,
  cardTokenKey,
  stateDir,
}: Config): Promise<LedgerKey> {
  const ofCards = databaseUrl === undefined ? undefined : cardTokenKey;
  return ledgerKeyOf(given ?? ofCards ?? (await makeSecret(join(stateDir, "secrets", "ledger-key"))));
}
