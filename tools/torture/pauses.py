"""Long moments in a COPY, before and in COMMIT, so that kills can be aimed at them; the rows are the same without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tools.torture.oracle import connected


class Pauses(NamedTuple):
    """How long each transaction of the simulator dawdles, in seconds, and a table that nobody may read meanwhile."""

    copy_s: float = 0.0
    before_commit_s: float = 0.0
    commit_s: float = 0.0
    locked: str | None = None


# A schema of its own, so that nobody takes it for a table of the shop.
_INSTALL = """
CREATE SCHEMA torture;
CREATE TABLE torture.pauses (copy_s double precision, before_commit_s double precision, commit_s double precision);
INSERT INTO torture.pauses VALUES (0, 0, 0);
CREATE FUNCTION torture.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pause_s double precision;
BEGIN
    EXECUTE format('SELECT %I FROM torture.pauses', TG_ARGV[0]) INTO pause_s;
    IF pause_s > 0 THEN
        PERFORM pg_sleep(pause_s);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER torture_copy BEFORE INSERT ON public.customers
    FOR EACH STATEMENT EXECUTE FUNCTION torture.dawdle('copy_s');
CREATE TRIGGER torture_copy BEFORE INSERT ON public.session_events
    FOR EACH STATEMENT EXECUTE FUNCTION torture.dawdle('copy_s');
CREATE TRIGGER torture_before_commit AFTER UPDATE OF batches ON sim.runs
    FOR EACH STATEMENT EXECUTE FUNCTION torture.dawdle('before_commit_s');
CREATE CONSTRAINT TRIGGER torture_in_commit AFTER UPDATE OF batches ON sim.runs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION torture.dawdle('commit_s');
"""


@contextmanager
def dawdling(url: str, pauses: Pauses) -> Iterator[None]:
    """Let the transactions from now on dawdle so; where there is no run yet, nothing is done."""
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('sim.runs') IS NOT NULL, to_regclass('torture.pauses') IS NOT NULL")
        (has_runs, is_installed) = cursor.fetchone() or (False, False)
        if not has_runs:
            yield
            return
        if not is_installed:
            cursor.execute(_INSTALL)
        cursor.execute("UPDATE torture.pauses SET (copy_s, before_commit_s, commit_s) = (%s, %s, %s)", pauses[:3])
        if pauses.locked:
            cursor.execute(f"BEGIN; LOCK TABLE {pauses.locked} IN ACCESS EXCLUSIVE MODE")
        yield
        # Closing the connection unlocks. The pauses stay until the next start: what was killed may dawdle on.
