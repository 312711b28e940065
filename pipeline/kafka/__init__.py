"""Kafka as both ends of the pipeline see it: where it is, what a client is set to, why it is not reached."""
