import type { PrismaClient } from "../database/generated/client.ts";
import { TillhouseError } from "../lib/errors.ts";

/**
 * The id of the card token key in use. The first key a database meets becomes its own; any other is refused, since
 * tokens under different keys cannot be compared. Needs the warehouse lock for the first.
 *
 * @throws TillhouseError `card_token_key_mismatch`
 */
export async function cardKeyIdFor(prisma: PrismaClient, fingerprint: string, now: Date): Promise<number> {
  const keys = await prisma.cardTokenKey.findMany();
  const known = keys.find((key) => key.fingerprint === fingerprint);
  if (known !== undefined) return known.cardKeyId;
  if (keys.length > 0) {
    throw new TillhouseError(
      "card_token_key_mismatch",
      "CARD_TOKEN_KEY is not the key that this database's card tokens were made with. Set the one that was in use " +
        "before; with the embedded server it is kept in STATE_DIR/secrets/card-token-key.",
    );
  }
  const created = await prisma.cardTokenKey.create({ data: { cardKeyId: 1, fingerprint, createdAt: now } });
  return created.cardKeyId;
}
