-- Grain: one key that the changes are about: its counts and amounts move by what came and went, and its row goes with the
-- last attempt. The caller holds `holdRollups`, so no row comes or goes meanwhile.
MERGE INTO :"table" AS kept
USING (
  SELECT *
  FROM unnest(
    :keys::integer[],
    :accepted_transactions::bigint[],
    :accepted_cents::numeric[],
    :refused_transactions::bigint[],
    :refused_cents::numeric[],
    :cancelled_transactions::bigint[],
    :cancelled_cents::numeric[]
  ) AS changes (
    :"key", accepted_transactions, accepted_cents, refused_transactions,
    refused_cents, cancelled_transactions, cancelled_cents
  )
) AS changes
ON kept.:"key" = changes.:"key"
WHEN MATCHED
  AND kept.accepted_transactions + changes.accepted_transactions = 0
  AND kept.refused_transactions + changes.refused_transactions = 0
  AND kept.cancelled_transactions + changes.cancelled_transactions = 0
THEN DELETE
WHEN MATCHED THEN UPDATE SET
  accepted_transactions = kept.accepted_transactions + changes.accepted_transactions,
  accepted_transacted_amount = kept.accepted_transacted_amount + changes.accepted_cents * 0.01,
  refused_transactions = kept.refused_transactions + changes.refused_transactions,
  refused_transacted_amount = kept.refused_transacted_amount + changes.refused_cents * 0.01,
  cancelled_transactions = kept.cancelled_transactions + changes.cancelled_transactions,
  cancelled_transacted_amount = kept.cancelled_transacted_amount + changes.cancelled_cents * 0.01
WHEN NOT MATCHED THEN INSERT (
  :"key", accepted_transactions, accepted_transacted_amount, refused_transactions, refused_transacted_amount,
  cancelled_transactions, cancelled_transacted_amount
)
VALUES (
  changes.:"key", changes.accepted_transactions, changes.accepted_cents * 0.01, changes.refused_transactions,
  changes.refused_cents * 0.01, changes.cancelled_transactions, changes.cancelled_cents * 0.01
);
