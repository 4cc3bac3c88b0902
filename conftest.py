"""What every test run needs before the first test module is found."""

# Tests are imported by their place in the tree. Without these, the folders `servicekit/` and
# `gateway/` would be taken for the packages of that name, which lie in their `src/`.
import gateway  # noqa: F401
import servicekit  # noqa: F401
