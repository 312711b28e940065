"""The PostgreSQL sink: rows packed as binary COPY by the simulating thread, sent by one writer thread."""
