"""Official files, as their publishers ship them: recognised by content, read line by line.

One module for each layout. Each has ``recognises(head)``, which tells from a file's beginning
whether it has that layout, and ``read(file)``, which returns what it says or refuses it with
file, line and reason. Nothing is taken on trust: a row that is dropped silently is a denied
claim later.
"""
