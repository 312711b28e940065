"""Where a stream goes: standard output or a file, each of which says where it ends."""
