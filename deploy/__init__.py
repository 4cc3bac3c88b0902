"""What brings the platform up, here and in production. Nothing in it is part of a deployable."""
