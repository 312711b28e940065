"""History: a long interval of simulated time lived through by several processes, each with some of the cities.

Nothing crosses cities, so each process simulates its own and hands over what is to be written, chunk by chunk; this
process writes what all of them have made of a chunk in one transaction. When history is there the shop goes on in one
process, from the rows, as after any stop. The rows are the same however many processes made them.

`intervals` says what is worth it, `partition` divides the cities, `chunk_sizing` chooses how much one transaction is,
`worker` is what such a process does, `pool` has the processes, and `coordinator` drives it all.
"""

from sim.run.history.coordinator import Coordinator
from sim.run.history.intervals import Interval, history_intervals
from sim.run.history.partition import parts_of, share_of
from sim.run.history.pool import WorkerLost, WorkerPool
from sim.run.history.worker import Task

__all__ = [
    "Coordinator",
    "Interval",
    "Task",
    "WorkerLost",
    "WorkerPool",
    "history_intervals",
    "parts_of",
    "share_of",
]
