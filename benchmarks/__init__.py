"""How well the shop keeps time and how fast it writes, measured on this machine: `python -m benchmarks`."""
