-- One statement sees one instant, also on a shop that goes on.
(select * from {{ ref('lines_sold') }} except all select * from {{ source('bazaar', 'order_lines') }})
union all
(select * from {{ source('bazaar', 'order_lines') }} except all select * from {{ ref('lines_sold') }})
