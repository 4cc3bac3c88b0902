"""Pages and JSON API of the platform: assembled here, gated by what metering decides."""
