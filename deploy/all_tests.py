"""Runs all tests: ``python -m deploy.all_tests``.

Most of them wait for servers most of the time, those of lookup keep a core busy. So they run in
lanes beside each other; the lines of one are shown as they come, those of the others when all are
done. What failed runs once more with the machine to itself, and is named: lanes take time from each
other, and a test that needs a machine to itself should be mended. What fails then has failed, and a
promise that broke under a fault has been broken: those run no second time.
"""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

LANES = (
    (
        *("servicekit/tests", "services/accounts", "services/assistant"),
        *("tests/chaos", "tests/deployables", "tests/local", "tests/nats"),
    ),
    ("services/lookup", "tests/e2e", "tests/platform"),
    ("services/metering", "gateway/tests"),
)
"""Where the tests of each lane stand; those of the first are shown as they run."""

_FINAL = "tests/chaos/"
_SOME_FAILED = 1
"""How pytest ends when all ran and some failed."""


def main() -> int:
    """0 when all tests pass."""
    # Started in the background of a shell we ignore Ctrl-C, and what tests start would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    codes = _side_by_side()
    for lane, code in enumerate(codes):
        if code == _SOME_FAILED and not any(test.startswith(_FINAL) for test in _failed(lane)):
            print(f"all tests: what failed in lane {lane} runs once more, alone", flush=True)
            codes[lane] = subprocess.run(_pytest(lane, "--last-failed")).returncode
    return max(abs(code) for code in codes)


def _failed(lane: int) -> list[str]:
    return list(json.loads((_memory(lane) / "v/cache/lastfailed").read_text()))


def _side_by_side() -> list[int]:
    with ExitStack() as stack:
        shown = subprocess.Popen(_pytest(0))
        aside = []
        for lane in range(1, len(LANES)):
            lines = stack.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(
                _pytest(lane), stdin=subprocess.DEVNULL, stdout=lines, stderr=subprocess.STDOUT
            )
            aside.append((process, lines))
        processes = [shown, *(process for process, _ in aside)]
        try:
            codes = [process.wait() for process in processes]
        except KeyboardInterrupt:
            # Ctrl-C has reached them too: they stop the servers they have started.
            for process in processes:
                process.wait()
            raise SystemExit(130) from None
        for _, lines in aside:
            lines.seek(0)
            shutil.copyfileobj(lines, sys.stdout.buffer)
        sys.stdout.flush()
    return codes


def _pytest(lane: int, *more: str) -> tuple[str, ...]:
    memory = ("-o", f"cache_dir={_memory(lane)}")
    return (sys.executable, "-m", "pytest", *memory, *more, *LANES[lane])


def _memory(lane: int) -> Path:
    """Where a lane remembers what failed in it."""
    return Path(".pytest_cache") / f"lane-{lane}"


if __name__ == "__main__":
    raise SystemExit(main())
