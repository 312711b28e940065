"""Writing: the sink, rows packed as binary COPY by the simulating thread and sent by one writer thread."""
