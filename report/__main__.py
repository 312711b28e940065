"""`python -m report`: what `make report` runs."""

from __future__ import annotations

import sys

from report.command import main

if __name__ == "__main__":
    sys.exit(main())
