"""What every process of the platform shares, and nothing about codes.

A service is wired in one function that opens a :class:`servicekit.lifecycle.Process`;
the other modules are named by what they hold.
"""
