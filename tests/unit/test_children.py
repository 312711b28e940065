"""Child processes begin deaf to what is told to a whole group, the very first one too."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import multiprocessing, signal
from sim.children import TOLD_TO_ALL, interrupts_blocked

def tell(connection):
    connection.send(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())))

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with interrupts_blocked(*TOLD_TO_ALL):
        child = context.Process(target=tell, args=(theirs,))
        child.start()
    print(set(TOLD_TO_ALL) <= set(ours.recv()), not signal.pthread_sigmask(signal.SIG_BLOCK, ()))
    child.join()
"""


def test_the_first_child_of_a_program_sees_no_interrupt(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, path],
        env={"PYTHONPATH": ".", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["True", "True"]  # blocked for the child, and in the parent no more
