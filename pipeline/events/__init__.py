"""The shop as a stream of CloudEvents, from its committed rows."""
