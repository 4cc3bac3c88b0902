"""Tells the platform which catalog is being served."""

from codingahead.lookup.v1 import events_pb2
from lookup.served_catalog import ServedCatalog
from servicekit.events import Event, EventType

RELEASE_PUBLISHED = EventType("lookup", "release_published", 1, events_pb2.ReleasePublished)


def release_published(catalog: ServedCatalog) -> Event:
    """The event that *catalog* has begun to be served here."""
    return RELEASE_PUBLISHED.new(
        events_pb2.ReleasePublished(
            catalog_id=catalog.id, release_ids=[release.id for release in catalog.releases]
        )
    )
