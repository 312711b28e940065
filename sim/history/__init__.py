"""History: a long stretch of simulated time lived through by several processes, each with some of the cities.

Nothing crosses cities, so each process simulates its own and hands over finished bytes, cut by cut; this process writes
what all of them have made of a stretch in one transaction. When history is there the shop goes on in one process, from
the rows, as after any stop. The rows are the same however many processes made them.

`stretches` says what is worth it, `parts` divides the cities, `cuts` chooses how much one transaction is, `hand` is
what such a process does, `crew` has the processes, and `historian` drives it all.
"""

from sim.history.crew import Crew, Lost
from sim.history.hand import Brief
from sim.history.historian import Historian
from sim.history.parts import parts_of, share_of
from sim.history.stretches import Stretch, stretches

__all__ = ["Brief", "Crew", "Historian", "Lost", "Stretch", "parts_of", "share_of", "stretches"]
