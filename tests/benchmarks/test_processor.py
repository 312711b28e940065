"""Processor time of a family of processes on Linux, and none where it cannot be had."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.databases import ask
from benchmarks.processor import Family

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")
BUSY = "import time\nwhile time.process_time() < 0.3: pass"


@needs_proc
def test_children_that_have_ended_count():
    family = Family(os.getpid())
    before = family.seconds()
    subprocess.run([sys.executable, "-c", BUSY], check=True)
    used = family.since(before)
    assert used is not None
    assert used >= 0.25


@needs_proc
def test_a_servers_work_counts(postgres_url: str):
    family = Family.of_server(postgres_url)
    before = family.seconds()
    if before is None:
        pytest.skip("the server is not on this machine")
    ask(postgres_url, "SELECT count(*) FROM generate_series(1, 3000000)")
    assert (family.since(before) or 0.0) > 0.05


def test_no_process_has_no_time():
    assert Family(None).seconds() is None
    assert Family(None).since(None) is None
