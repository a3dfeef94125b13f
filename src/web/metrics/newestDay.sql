-- Grain: one row: when the latest day (UTC) began on which a payment was attempted; null: there is none.
SELECT extract(epoch FROM max(calendar_date))::double precision AS began_at
FROM aggregation_layer.daily_sales;
