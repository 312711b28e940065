"""Shops that are lent leave nothing behind, in whatever way their borrower, or whoever lends them, ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest

from tests.package.conftest import cache

__all__ = ["cache"]  # a fixture

ROOT = Path(__file__).parents[2]
BORROW = """
import sys, time
import bazaar
seed = 6 if "another" in sys.argv else 5
shop = bazaar.shop(seed=seed, days=0.5, scale=0.05)
if "live" in sys.argv:
    shop.go_live(speed=60)
if "fork" in sys.argv:
    import os
    if os.fork() == 0:
        time.sleep(600)
print(shop._lender._process.pid, shop.dsn, len(shop.frame("orders")), flush=True)
time.sleep(600)
"""
WITHIN_S = 120


class Borrower:
    """A process that has borrowed a shop and does nothing more."""

    def __init__(self, *how: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", BORROW, *how], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.lender, self.dsn, self.orders = 0, "", 0

    def has_one(self) -> None:
        assert self.process.stdout is not None
        lender, self.dsn, orders = self.process.stdout.readline().split()
        self.lender, self.orders = int(lender), int(orders)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def borrow(cache: Path) -> Iterator[Callable[..., Borrower]]:
    borrowers: list[Borrower] = []

    def begin(*how: str) -> Borrower:
        borrowers.append(Borrower(*how))
        return borrowers[-1]

    yield begin
    for each in borrowers:
        with suppress(ProcessLookupError):
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.wait()
    within(lambda: not serves(cache))


def within(so: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + WITHIN_S
    while not so():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def serves(cache: Path) -> bool:
    return bool(list(cache.glob("postgres-*/postgres/postmaster.pid")))


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def lent(dsn: str) -> list[str]:
    connection = psycopg2.connect(dsn.rpartition("/")[0] + "/postgres")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^(lent|making)_' ORDER BY 1")
            return [name for (name,) in cursor.fetchall()]
    finally:
        connection.close()


def making() -> bool:
    """Whether a shop is being made."""
    return any(b"\0run\0" in words and b"/making_" in around(folder) for folder, words in processes())


def processes() -> Iterator[tuple[Path, bytes]]:
    """Of each process its folder, and its command line."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield folder, (folder / "cmdline").read_bytes()
        except OSError:  # it has just ended
            continue


def runs_on(dsn: str) -> bool:
    """Whether a simulator is at work on the shop."""
    name = dsn.rpartition("/")[2]
    return any(b"\0run\0" in words and f"/{name}\0".encode() in around(folder) for folder, words in processes())


def around(folder: Path) -> bytes:
    """A process's environment."""
    try:
        return (folder / "environ").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("how", [(), ("live",), ("fork",)], ids=["still", "live", "with a fork that lives on"])
def test_a_borrower_that_is_killed_leaves_nothing(how: tuple[str, ...], borrow: Callable[..., Borrower], cache: Path):
    borrower = borrow(*how)
    borrower.has_one()
    assert serves(cache)
    assert runs_on(borrower.dsn) == ("live" in how)
    borrower.kill()
    within(lambda: not lives(borrower.lender))
    assert not serves(cache)
    assert not runs_on(borrower.dsn)
    assert list((cache / "lenders").iterdir()) == []


def test_what_a_killed_lender_leaves_the_next_one_sweeps(borrow: Callable[..., Borrower], cache: Path):
    first = borrow("live")
    first.has_one()
    (name,) = lent(first.dsn)
    os.kill(first.lender, signal.SIGKILL)
    first.kill()
    within(lambda: not runs_on(first.dsn))  # it goes with who has begun it
    assert serves(cache)  # nobody was left to stop it
    second = borrow()
    second.has_one()
    assert name not in lent(second.dsn)
    assert second.orders > 10
    second.kill()
    within(lambda: not serves(cache))


def test_two_at_once_make_one_shop_and_do_not_wait_for_one_who_was_killed(borrow: Callable[..., Borrower], cache: Path):
    killed = borrow("another")
    within(making)
    killed.kill()
    one, other = borrow("another"), borrow("another")
    one.has_one()
    other.has_one()
    assert one.orders == other.orders > 10
    assert len(lent(one.dsn)) == 2
    one.kill()
    within(lambda: not lives(one.lender))
    assert lent(other.dsn) == [other.dsn.rpartition("/")[2]]  # who still has one keeps it
    other.kill()
    within(lambda: not serves(cache))
