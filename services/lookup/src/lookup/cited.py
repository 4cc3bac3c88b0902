"""The source of what this site itself lays down."""

from lookup.facts import Source

SITE = Source(
    id="site-rules",
    name="Rules of this site on what a fact may claim",
    release="Version 1",
    published="",
    effective="",
    licence="Apache-2.0",
    origin="codingahead-lookup",
)
