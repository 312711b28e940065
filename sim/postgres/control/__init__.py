"""Control: the run's own rows, what people ask of it through the database, and how it stands."""
