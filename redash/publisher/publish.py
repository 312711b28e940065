"""Makes Redash agree with the files where only they were edited: and keeps what people did there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from redash.publisher.publish_dashboards import publish_dashboards
from redash.publisher.publish_queries import Queries
from redash.publisher.remote import read_remote
from redash.publisher.room import Room
from redash.publisher.settings import source_settings
from redash.publisher.source import knows, publish_source
from redash.publisher.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboards.files import Files
    from redash.publisher.api import Api
    from redash.publisher.overwrite import Overwrite
    from redash.publisher.parts import Part


class Publication:
    """One publishing: the files, the Redash as it was (everything, or what matters), and what has been done."""

    def __init__(self, api: Api, files: Files, part: Part, overwrite: Overwrite, *, everything: bool) -> None:
        self.tally = Tally()
        self.source = publish_source(api, part.source.NAME, source_settings(part.source), self.tally)
        self.room = Room(api, files, read_remote(api, files, everything=everything), overwrite, self.tally)
        self.queries = Queries(self.room, self.source.id)

    def run(self) -> None:
        """Everything, and beside it the proof that the source works, which waits for a worker: the rest need not."""
        with ThreadPoolExecutor(1) as aside:
            proof = aside.submit(self.source.prove)
            self._publish()
            proof.result()

    def _publish(self) -> None:
        boards = self.room.files.dashboards.values()
        deleted = {file.key: self.room.widgets_deleted(file) for file in boards}
        self.queries.publish()
        visualization_ids = self.queries.publish_visualizations(self._unwanted(deleted))
        publish_dashboards(self.room, visualization_ids, deleted)

    def _unwanted(self, deleted: dict[str, set[str]]) -> set[tuple[str, str]]:
        """Visualizations that went in Redash with all their widgets, or whose dashboards are archived."""
        wanted: set[tuple[str, str]] = set()
        unwanted: set[tuple[str, str]] = set()
        for file in self.room.files.dashboards.values():
            asleep = self.room.asleep("dashboard", file.key)
            for key, widget in zip(file.widget_keys(), file.dashboard.widgets, strict=True):
                if widget.query and widget.shown:
                    (unwanted if asleep or key in deleted[file.key] else wanted).add((widget.query, widget.shown.key))
        return unwanted - wanted


def publish_beside(api: Api, part: Part, tally: Tally, tell: Callable[[str], None]) -> None:
    """The part's other data sources, each if Redash has its driver: not every image of it has all."""
    for kind in part.beside:
        settings = source_settings(kind)
        if settings is None:
            continue
        if knows(api, settings):
            publish_source(api, settings.NAME, settings, tally).prove()
        else:
            tell(f"this Redash has no driver for '{settings.TYPE}': without the data source '{settings.NAME}'")
