-- What each product costs by now: the newest of its prices.
{{ config(materialized='view') }}

select distinct on (product_id) product_id, price, valid_from
from {{ ref('stg_product_prices') }}
where valid_from <= sim_now()
order by product_id, valid_from desc
