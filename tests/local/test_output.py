"""What is shown when nobody looks any longer."""

import io
import os
import pty

from deploy.local.output import Output


def test_a_terminal_that_was_closed_is_told_and_fails_nothing() -> None:
    ours, theirs = pty.openpty()
    gone: list[bool] = []
    with os.fdopen(theirs, "wb", buffering=0) as raw:
        output = Output(io.TextIOWrapper(raw, write_through=True), lambda: gone.append(True))
        os.close(ours)
        output.say("stopping")
        output.table({"nats": "nats://127.0.0.1:4222"})
    assert gone == [True, True]
