"""Official releases, from the addresses an operator lists to files that a build can read.

:mod:`~lookup.fetch.sources` reads the list, :mod:`~lookup.fetch.place` knows what lies in the
folder, :mod:`~lookup.fetch.answer` judges what a server says, :mod:`~lookup.fetch.download`
brings one file, :mod:`~lookup.fetch.command` does that for all of them. Nothing here is
installed where the service runs.
"""
