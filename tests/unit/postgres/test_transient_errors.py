"""What of a database's troubles passes, and how long is waited in between."""

from __future__ import annotations

from itertools import islice

import psycopg2
import pytest

from sim.journal.port import SinkError
from sim.postgres.transient_errors import RetryPolicy, TransientError, is_transient, is_transient_sqlstate

# From PostgreSQL's own list of error codes.
PASS = {
    "08006": "connection_failure",
    "25006": "read_only_sql_transaction",
    "40001": "serialization_failure",
    "40P01": "deadlock_detected",
    "53100": "disk_full",
    "53200": "out_of_memory",
    "53300": "too_many_connections",
    "55P03": "lock_not_available",
    "57014": "query_canceled",
    "57P01": "admin_shutdown",
    "57P02": "crash_shutdown",
    "57P03": "cannot_connect_now",
    "58030": "io_error",
}
STAY = {
    "22003": "numeric_value_out_of_range",
    "23503": "foreign_key_violation",
    "23505": "unique_violation",
    "25P02": "in_failed_sql_transaction",
    "42501": "insufficient_privilege",
    "42P01": "undefined_table",
    "55000": "object_not_in_prerequisite_state",
    "57P04": "database_dropped",
    "XX001": "data_corrupted",
}


@pytest.mark.parametrize("sqlstate", PASS, ids=PASS.values())
def test_what_passes(sqlstate: str):
    assert is_transient_sqlstate(sqlstate)


@pytest.mark.parametrize("sqlstate", STAY, ids=STAY.values())
def test_what_stays(sqlstate: str):
    assert not is_transient_sqlstate(sqlstate)


def test_without_a_code_it_is_the_connection_or_our_own_fault():
    assert is_transient(psycopg2.OperationalError("server closed the connection unexpectedly"))
    assert is_transient(psycopg2.InterfaceError("connection already closed"))
    assert is_transient(psycopg2.DatabaseError("insufficient data in message"))
    assert is_transient(TransientError("a standby"))
    assert not is_transient(psycopg2.ProgrammingError("can't adapt type 'object'"))
    assert not is_transient(SinkError("1 rows to change, but 0 found"))
    assert not is_transient(ValueError())


def test_each_wait_is_twice_the_one_before_up_to_the_longest():
    assert list(islice(RetryPolicy().waits_s(), 8)) == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
