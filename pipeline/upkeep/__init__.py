"""What is done to the pipeline regularly, step by step and without Airflow, which only says when."""
