"""Puts real answers under the SQL of README.md and README.ru.md: python tools/readme_examples.py WEEK_URL MONTH_URL.

The README says how the two shops are made; the queries about returning customers are asked of the second.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EDITIONS = (ROOT / "README.md", ROOT / "README.ru.md")
BLOCK = re.compile(r"```sql\n(?P<sql>.*?)```\n\n```text\n.*?```", re.DOTALL)
OF_THE_MONTH = ("customer_cohorts", "first_orders")


def main(week_url: str, month_url: str) -> None:
    """Ask every query again and write the answers into the pages."""

    def answered(found: re.Match[str]) -> str:
        sql = found["sql"]
        url = month_url if any(name in sql for name in OF_THE_MONTH) else week_url
        command = ["psql", url, "-X", "-P", "footer=off", "-v", "ON_ERROR_STOP=1", "-c", sql]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip("\n")
        lines = "\n".join(line.rstrip() for line in shown.splitlines())
        return f"```sql\n{sql}```\n\n```text\n{lines}\n```"

    for page in EDITIONS:
        page.write_text(BLOCK.sub(answered, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
