-- The shop's own view order_lines, built again from staging: tests/lines_sold_are_order_lines.sql compares the two. A view, since
-- the shop goes on while dbt works: only what one statement reads is of one instant.
{{ config(materialized='view') }}

select
    o.placed_at as ordered_at,
    o.placed_at at time zone ci.timezone as ordered_at_local,
    i.order_id,
    i.line_no,
    o.customer_id,
    i.product_id,
    p.name as product,
    ca.name as category,
    i.unit_price as price,
    i.quantity,
    i.unit_price * i.quantity as amount,
    p.unit_cost,
    ci.name as city,
    w.name as warehouse,
    se.channel,
    se.device,
    o.status
from {{ ref('stg_order_items') }} as i
join {{ ref('stg_orders') }} as o on o.order_id = i.order_id
join {{ ref('stg_products') }} as p on p.product_id = i.product_id
join {{ ref('stg_categories') }} as ca on ca.category_id = p.category_id
join {{ ref('stg_warehouses') }} as w on w.warehouse_id = o.warehouse_id
join {{ ref('stg_cities') }} as ci on ci.city_id = w.city_id
left join {{ ref('stg_carts') }} as c on c.cart_id = o.cart_id
left join {{ ref('stg_sessions') }} as se on se.session_id = c.session_id
where o.paid_at is not null and o.cancelled_at is null
