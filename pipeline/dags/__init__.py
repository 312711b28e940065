"""Airflow's DAGs, which start what the other rooms do; nothing else here knows Airflow."""
