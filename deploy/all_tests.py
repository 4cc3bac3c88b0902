"""Runs all tests: ``python -m deploy.all_tests``.

Most of them wait for servers most of the time, those of lookup keep a core busy. So they run in
lanes beside each other; the lines of one are shown as they come, those of the others when all are
done.
"""

import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack

LANES = (
    (
        *("servicekit/tests", "services/accounts", "services/assistant"),
        *("tests/chaos", "tests/deployables", "tests/local", "tests/nats"),
    ),
    ("services/lookup", "tests/e2e", "tests/platform"),
    ("services/metering", "gateway/tests"),
)
"""Where the tests of each lane stand; those of the first are shown as they run."""


def main() -> int:
    """0 when all tests pass."""
    # Started in the background of a shell we ignore Ctrl-C, and what tests start would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with ExitStack() as stack:
        shown = subprocess.Popen(_pytest(LANES[0]))
        aside = []
        for paths in LANES[1:]:
            lines = stack.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(
                _pytest(paths), stdin=subprocess.DEVNULL, stdout=lines, stderr=subprocess.STDOUT
            )
            aside.append((process, lines))
        processes = [shown, *(process for process, _ in aside)]
        try:
            failed = [process.wait() for process in processes]
        except KeyboardInterrupt:
            # Ctrl-C has reached them too: they stop the servers they have started.
            for process in processes:
                process.wait()
            return 130
        for _, lines in aside:
            lines.seek(0)
            shutil.copyfileobj(lines, sys.stdout.buffer)
        sys.stdout.flush()
    return max(abs(code) for code in failed)


def _pytest(paths: tuple[str, ...]) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", *paths)


if __name__ == "__main__":
    raise SystemExit(main())
