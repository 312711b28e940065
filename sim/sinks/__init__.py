"""Sinks: where batches of rows go."""
