"""`python -m sim`: the shop on the command line."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    try:
        from sim.cli.main import main

        code = main()
    except KeyboardInterrupt:  # before anything else could take it
        from sim.cli.failure import interrupted

        code = interrupted()
    sys.exit(code)
