"""From the topics into tables: every event once, and whatever is none kept as a dead letter."""
