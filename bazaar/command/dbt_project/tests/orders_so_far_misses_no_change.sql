-- Whatever changed before the newest change that the model has, it has: the second run brings late changes of old orders.
select o.order_id
from {{ ref('stg_orders') }} as o
join (select order_id, max(changed_at) as changed_at from {{ ref('stg_order_status_changes') }} group by order_id) as c
    on c.order_id = o.order_id
left join {{ ref('orders_so_far') }} as m on m.order_id = o.order_id
where c.changed_at < (select max(changed_at) from {{ ref('orders_so_far') }})
    and m.status is distinct from o.status
