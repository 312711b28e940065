-- One row an order, as it is by now. What has changed since the last run is taken anew, however old the order is: a milestone
-- of a delivery promised days ago, a refund, a return of goods that came long before.
{{ config(materialized='incremental', unique_key='order_id', incremental_strategy='delete+insert') }}

with changes as (
    select order_id, changed_at from {{ ref('stg_order_status_changes') }}
    union all
    select order_id, attempted_at from {{ ref('stg_payments') }}
    union all
    select order_id, requested_at from {{ ref('stg_returns') }}
), changed as (
    select order_id, max(changed_at) as changed_at
    from changes
    {% if is_incremental() -%}
    where changed_at >= (select max(changed_at) from {{ this }})
    {%- endif %}
    group by order_id
), returned as (
    select order_id, count(*) as returns
    from {{ ref('stg_returns') }}
    group by order_id
)
select
    o.order_id,
    o.customer_id,
    o.warehouse_id,
    o.status,
    o.placed_at,
    o.promised_at,
    o.delivered_at,
    o.delivered_at > o.promised_at as is_late,
    o.total,
    coalesce(r.returns, 0) as returns,
    c.changed_at
from {{ ref('stg_orders') }} as o
join changed as c on c.order_id = o.order_id
left join returned as r on r.order_id = o.order_id
