"""The laboratory: replications of scenarios side by side, without a database, and what their differences are worth."""
