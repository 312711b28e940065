"""The command `bazaar`: what `python -m sim` does in a clone, and what make does there besides."""

from __future__ import annotations

import os
import sys

from bazaar.place import enter


def main() -> int:
    """Run the command line; its exit code."""
    try:
        enter()
        os.environ.setdefault("BAZAAR_CALLED", "bazaar")
        from bazaar.command import leash

        leash.wear()
        from bazaar.command.main import main as command

        return command()
    except KeyboardInterrupt:  # before anything else could take it
        sys.stderr.write("bazaar: nothing was done\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
