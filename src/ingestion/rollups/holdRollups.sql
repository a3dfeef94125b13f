-- Keeps our other writers of the rollups out until the commit, and waits for those there are. Every chunk changes the
-- same few rows of products and days, so they would wait for each other all the same, and this way nothing can lock in
-- another order. An advisory lock, since one of a table would wait for a vacuum of it, and stop others. The first number
-- tells our locks from those of other programs ("till" in ASCII, as for the warehouse's own, which is 1).
SELECT pg_advisory_xact_lock(1953066092, 2);
