-- Grain: one migration that this database has had, by the table that Prisma keeps.
SELECT migration_name FROM public._prisma_migrations
WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL;
