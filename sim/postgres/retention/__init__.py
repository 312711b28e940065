"""Retention: what is older than a shop shall keep is purged while it lives."""
