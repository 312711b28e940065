"""What Redash's options may say here, type by type: what is not listed is refused, never dropped in silence."""
