import type { PrismaClient } from "../database/generated/client.ts";
import { TillhouseError } from "../lib/errors.ts";

/**
 * Passes when the database knows the key, or has met none yet.
 *
 * @throws TillhouseError `card_token_key_mismatch`: tokens under different keys cannot be compared
 */
export async function requireKnownKey(prisma: PrismaClient, fingerprint: string): Promise<void> {
  const keys = await prisma.cardTokenKey.findMany();
  if (keys.length === 0 || keys.some((key) => key.fingerprint === fingerprint)) return;
  throw new TillhouseError(
    "card_token_key_mismatch",
    "CARD_TOKEN_KEY is not the key that this database's card tokens were made with. Set the one that was in use " +
      "before; the embedded server keeps its own in STATE_DIR/secrets/card-token-key.",
  );
}

/**
 * The id of the card token key in use. The first key a database meets becomes its own. Needs the warehouse lock.
 *
 * @throws TillhouseError `card_token_key_mismatch`
 */
export async function cardKeyIdFor(prisma: PrismaClient, fingerprint: string, now: Date): Promise<number> {
  await requireKnownKey(prisma, fingerprint);
  const known = await prisma.cardTokenKey.findUnique({ where: { fingerprint } });
  if (known !== null) return known.cardKeyId;
  const created = await prisma.cardTokenKey.create({ data: { cardKeyId: 1, fingerprint, createdAt: now } });
  return created.cardKeyId;
}
