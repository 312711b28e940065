"""PostgreSQL, for a shop that runs: writing, reading, control and retention, and what all four stand on."""
