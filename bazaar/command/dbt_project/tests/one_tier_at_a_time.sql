-- Of each customer one tier holds now, and none before the one that it follows has ended.
select customer_id
from {{ ref('customer_tiers') }}
group by customer_id
having count(*) filter (where dbt_valid_to is null) > 1 or count(*) <> count(distinct dbt_valid_from)
