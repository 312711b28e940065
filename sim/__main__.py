"""`python -m sim`: the shop on the command line."""

from __future__ import annotations

import sys

from sim.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
