"""`python -m pipeline.replica ensure|rebuild`: look after the replica by hand."""

from __future__ import annotations

import argparse
import sys

from pipeline.replica.ensuring import ensure
from pipeline.replica.problems import BadSetting, NotPossible, Waiting
from pipeline.replica.settings import ReplicaSettings

RETRY = 75  # EX_TEMPFAIL: nothing is wrong, come again


def main(arguments: list[str] | None = None) -> int:
    """The command; 2 for settings that can't be, 1 for what is wrong, 75 for what is not yet possible."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.replica", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("ensure", help="bring the replica from any state to the right one")
    commands.add_parser("rebuild", help="make it anew from the shop as it is now")
    given = parser.parse_args(arguments)
    try:
        settings = ReplicaSettings()
        said = ensure(settings, rebuild="asked for" if given.command == "rebuild" else None)
    except BadSetting as error:
        return _ended(2, str(error))
    except Waiting as error:
        return _ended(RETRY, str(error))
    except NotPossible as error:
        return _ended(1, str(error))
    print("\n".join(said) or "all is right")
    return 0


def _ended(code: int, why: str) -> int:
    print(f"pipeline.replica: {why}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
