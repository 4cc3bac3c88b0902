"""From published sources to a finished, immutable catalog.

:mod:`~lookup.build.parts` names what is read, :mod:`~lookup.build.builder` has each part write
itself and makes the result current. There is a package for each code set, and one for the
layouts of official files.
"""
