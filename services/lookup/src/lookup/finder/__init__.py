"""Search and suggestions over the codes of all systems: an index folder, its writer and its reader.

``write.write_index`` makes the folder, ``finder.Finder`` answers from it. Public texts only go
in, so nothing gated can match or be highlighted.
"""
