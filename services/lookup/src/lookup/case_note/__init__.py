"""Reads pasted case notes: findings with what a note says of them, and codes that fit.

``read.read_note`` is the way in. Everything here is pure but for the questions it asks of the
search engine; a note is neither kept nor written anywhere, nor part of any error.

The work is bounded: a note of 2,000 characters is read with some dozens of searches, and none
with more than ``read.MOST_SEARCHES``, each of few words.
"""
