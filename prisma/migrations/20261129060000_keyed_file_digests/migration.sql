-- Of a file with few records, cards and codes could be tried out against a plain SHA-256 of its bytes. Digests are keyed
-- from now on; those that are here stay plain, without a key, until the next run keys them. The columns are named anew, so
-- that a program of earlier that still runs stops, rather than noting plain ones.
ALTER TABLE "operations"."source_files" RENAME COLUMN "committed_sha256" TO "committed_digest";
ALTER TABLE "operations"."source_files" RENAME COLUMN "unterminated_sha256" TO "unterminated_digest";
ALTER TABLE "operations"."source_files" ADD COLUMN "digest_key" TEXT;
