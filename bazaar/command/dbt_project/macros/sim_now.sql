-- The shop's clock leaves the wall clock on purpose. So freshness, and since when a snapshot's rows hold, are by its time.
{% macro postgres__current_timestamp() -%}
    sim_now()
{%- endmacro %}
