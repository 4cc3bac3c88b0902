"""Checks a claim against the rules that the catalog holds.

It says what is wrong or to be looked at, and what it could not check. That nothing is found says
nothing about whether a claim will be paid.
"""
