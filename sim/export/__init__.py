"""The shop as files: every table and view as it was at one instant, in Parquet or CSV, read as any client would."""

from sim.export.catalogue import Unreadable
from sim.export.folder import Occupied
from sim.export.snapshot import Exported, Interrupted, Progress, Wanted, export

__all__ = ["Exported", "Interrupted", "Occupied", "Progress", "Unreadable", "Wanted", "export"]
