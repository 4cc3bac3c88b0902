"""Runs a program that cannot outlive the process that started it.

    python -I -S tether.py PARENT_PID SIGNAL IDENTITY PROGRAM [ARGUMENT …]

The kernel sends SIGNAL to the program when its parent, PARENT_PID, dies however it dies.
IDENTITY is ``own``, ``namespace:UID:GID`` (appear as that user in a user namespace of one's
own) or ``user:UID:GID`` (become that user). The program takes this process's place, so its
identifier and exit code are the program's own. Exits 125 when it could not be run so.

It is a program of its own because what must happen between fork and exec (the death signal, the
change of identity) is not safe to do from within a process that has threads.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

FAILED = 125
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Become the program."""
    parent, number, identity, *command = arguments
    try:
        _take(identity)
        if sys.platform == "linux":
            # After the change of identity, which clears it.
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != int(parent):
            os._exit(FAILED)
        # Python ignores these, and what is ignored stays so in the program.
        for ignored in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
            signal.signal(ignored, signal.SIG_DFL)
        os.execvp(command[0], command)  # noqa: S606 - this is the point
    except OSError as error:
        sys.stderr.write(f"{Path(command[0]).name}: cannot be run: {error}\n")
        sys.stderr.flush()
        os._exit(FAILED)


def _take(identity: str) -> None:
    if identity == "own":
        return
    kind, uid, gid = identity.split(":")
    if kind == "user":
        os.setgroups([])
        os.setresgid(int(gid), int(gid), int(gid))
        os.setresuid(int(uid), int(uid), int(uid))
        return
    own_uid, own_gid = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/uid_map").write_text(f"{uid} {own_uid} 1")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{gid} {own_gid} 1")


if __name__ == "__main__":
    main(sys.argv[1:])
