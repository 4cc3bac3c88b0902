"""People, their sessions and the plans they hold."""
