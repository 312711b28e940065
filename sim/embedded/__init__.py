"""An embedded PostgreSQL: a real server out of a PyPI wheel, with its data in one folder of the repository.

The wheel's own driver is not used: it listens on a Unix socket only, trusts everybody, and loses its server when
Python is killed. Only the wheel's programs are; the folder on disk is the single source of truth about the server.
"""

from sim.embedded.errors import EmbeddedError, Interrupted
from sim.embedded.keeper import Keeper
from sim.embedded.server import EmbeddedServer

__all__ = ["EmbeddedError", "EmbeddedServer", "Interrupted", "Keeper"]
