-- AlterTable
ALTER TABLE "operations"."card_token_keys" ADD COLUMN     "retired_at" TIMESTAMPTZ(6);

-- New sales get their tokens under one key: no two are in use at once.
CREATE UNIQUE INDEX "card_token_keys_one_in_use" ON "operations"."card_token_keys" ((true)) WHERE "retired_at" IS NULL;
