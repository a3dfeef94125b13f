-- Keeps other writers of the rollups out until the commit, and waits for those there are; readers do not notice. Every
-- chunk changes the same few rows of products and days, so they would wait for each other all the same, and this way
-- nothing can lock in another order. Only this one table is locked, since every writer begins with it.
LOCK TABLE aggregation_layer.rollup_stores IN SHARE ROW EXCLUSIVE MODE;
