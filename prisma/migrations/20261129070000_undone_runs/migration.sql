-- A run that was taken back. By itself: PostgreSQL does not use a new value in the transaction that adds it.
ALTER TYPE "operations"."run_status" ADD VALUE 'undone';
