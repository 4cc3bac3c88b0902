"""Starts the platform on one machine: for people (``make run``) and for tests alike."""
