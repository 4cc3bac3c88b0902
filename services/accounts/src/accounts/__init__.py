"""People, their sessions and the plans they hold; reads from ``registrar`` and ``doorkeeper``."""
