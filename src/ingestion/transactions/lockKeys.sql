-- Grain: one row of :table that the chunk refers to, locked against deletion as a foreign key would lock it.
SELECT :"key"
FROM :"table"
WHERE :"key" = ANY (:keys::integer[])
ORDER BY :"key"
FOR KEY SHARE;
