"""`python -m redash`: publish the files to Redash, pull edits back into them, check them."""

from __future__ import annotations

import sys

from redash.publisher.command import main

if __name__ == "__main__":
    sys.exit(main())
