#!/venv/bin/python
"""Airflow's own command, before which this one stands on the PATH: two secrets first get the form that Airflow wants.

The key of its tokens has to be long, and the password of its page in a file, which it opens for appending though it
only reads it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

COMMAND = "/venv/bin/airflow"
PASSWORDS = Path("/tmp/passwords.json")  # as airflow.cfg says; a tmpfs of each container's own
USER = "admin"


def main() -> None:
    """Become Airflow's command."""
    os.environ["AIRFLOW__API_AUTH__JWT_SECRET"] = hashlib.sha512(os.environ["AIRFLOW_JWT_SECRET"].encode()).hexdigest()
    if password := os.environ.get("AIRFLOW_ADMIN_PASSWORD"):
        PASSWORDS.write_text(json.dumps({USER: password}), encoding="utf-8")
    os.execv(COMMAND, ["airflow", *sys.argv[1:]])


if __name__ == "__main__":
    main()
