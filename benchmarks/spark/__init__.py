"""Marts by Spark, in containers: what they cost as the shop grows, beside DuckDB on the same shop."""
