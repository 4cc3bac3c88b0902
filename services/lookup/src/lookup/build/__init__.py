"""From a published source to a finished, immutable catalog.

:mod:`~lookup.build.source` finds the files, :mod:`~lookup.build.tabular_xml` reads them,
:mod:`~lookup.build.classification` makes the tree, :mod:`~lookup.build.write` and
:mod:`~lookup.build.search_index` store it, :mod:`~lookup.build.builder` does all that in order.
"""
