"""The dashboards as files (queries/*.sql, dashboards/*.yml, parameters.yml) and what carries them into Redash."""
