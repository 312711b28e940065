"""Kafka as both ends of the pipeline see it: where it is, which topics there are, what a connection is set to."""
