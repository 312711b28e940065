"""Archives what is ours in Redash and has left the files. What people made by hand has no key and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redash.publisher.remote import by_key

if TYPE_CHECKING:
    from redash.publisher.publish import Publication


def prune(publication: Publication) -> None:
    """Dashboards first, then visualizations, then queries (whose widgets go with them)."""
    api, files, remote, tally = publication.api, publication.files, publication.remote, publication.tally
    for key in sorted(remote.dashboards.keys() - files.dashboards):
        api.delete(f"dashboards/{remote.dashboards[key]['id']}")
        tally.remove("dashboard", key)
    for query in files.queries:
        keyed = by_key(remote.queries[query]["visualizations"])
        for key in sorted(keyed.keys() - files.visualizations(query)):
            api.delete(f"visualizations/{keyed[key]['id']}")
            tally.remove("visualization", f"{query}/{key}")
    for key in sorted(remote.queries.keys() - files.queries):
        api.delete(f"queries/{remote.queries[key]['id']}")
        tally.remove("query", key)
