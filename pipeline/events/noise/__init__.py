"""A dirty feed: events late, twice, broken and beside some that never were; the truth stays in the database."""
