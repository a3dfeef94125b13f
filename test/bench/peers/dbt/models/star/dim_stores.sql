-- Grain: one store.
{{ config(unique_key='store_id') }}

select * from {{ ref('stg_stores') }}
