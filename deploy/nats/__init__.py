"""The event bus as operations see it: its streams, and what passes through them."""
