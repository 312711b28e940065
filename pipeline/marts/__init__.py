"""Marts: what is asked of the shop, one question a file, computed as of an instant and served as tables."""
