"""Where a stream goes: standard output, a file or Kafka, each of which says where it ends."""
