"""What a server's directory holds after a power loss, at worst.

Killing a process proves nothing about durability: what it wrote is in the kernel's memory and
reaches the disk later. So the server runs with its system calls followed. Of each file we keep the
content that it had when an ``fsync`` or ``fdatasync`` that succeeded was entered, and what was
written through descriptors opened with ``O_SYNC`` or ``O_DSYNC``. When the power "fails", the
server is killed and a directory is made of nothing but that: a file never synced is empty.

This is the worst for the contents of files. Names are taken as they stand at the loss: file systems
with a journal (ext4, XFS) have the name of a file that was synced, and a rename before it; a
server that relied on a name it never synced would not be found out here.

``python -m tests.chaos.power_loss DATA SURVIVED COMMAND…`` runs COMMAND, which keeps its data in
DATA; at SIGTERM the power fails, and SURVIVED is what is left.
"""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tests.chaos.ptrace import Call, NotTraceable, Traced

type _File = tuple[int, int]
"""Device and inode."""

_SYNCS = ("fsync", "fdatasync")
# Linux has the same numbers on all machines that ptrace.py knows.
_SYNCED_WRITES = 0o10000 | 0o4000000


@dataclass(slots=True)
class _Kept:
    """One file: our own *descriptor*, so that its inode is no other's; what is *durable* of it."""

    descriptor: int
    durable: bytes = b""
    taken: int = 0
    """Which of all snapshots *durable* is: a slow sync must not undo a later one."""


@dataclass(frozen=True, slots=True)
class _Entered:
    """A call in hand: what it will have made durable when it succeeds."""

    file: _File
    content: bytes = b""
    taken: int = 0
    descriptor: int = -1
    offset: int = -1


@dataclass(slots=True)
class Disk:
    """Of each file below *folder*, what a power loss now would leave."""

    folder: Path
    _files: dict[_File, _Kept] = field(default_factory=dict)
    _entered: dict[int, _Entered] = field(default_factory=dict)
    _taken: int = 0

    def see(self, call: Call) -> None:
        """Take one stop of a followed thread into account."""
        if call.result is not None:
            entered = self._entered.pop(call.thread, None)
            if entered is not None and call.result >= 0:
                self._done(call, entered)
            return
        descriptor = call.arguments[0]
        try:
            kept = self._kept(call.thread, descriptor)
            if kept is None:
                return
            file, found = kept
            if call.name in _SYNCS:
                self._taken += 1
                content = _content(found.descriptor)
                self._entered[call.thread] = _Entered(file, content, self._taken)
            elif _facts(call.thread, descriptor)["flags"] & _SYNCED_WRITES:
                at = call.arguments[3] if call.name.startswith("pwrite") else -1
                self._entered[call.thread] = _Entered(file, descriptor=descriptor, offset=at)
        except FileNotFoundError:
            # The thread was killed in the very moment.
            return

    def survive(self, into: Path) -> None:
        """Make the directory *into* of what is durable."""
        for at, _, names in os.walk(self.folder):
            target = into / Path(at).relative_to(self.folder)
            target.mkdir(parents=True, exist_ok=True)
            for name in names:
                facts = os.stat(Path(at) / name)
                kept = self._files.get((facts.st_dev, facts.st_ino))
                (target / name).write_bytes(kept.durable if kept else b"")

    def _kept(self, thread: int, descriptor: int) -> tuple[_File, _Kept] | None:
        link = f"/proc/{thread}/fd/{descriptor}"
        if not os.readlink(link).startswith(f"{self.folder}/"):
            return None
        facts = os.stat(link)
        file = (facts.st_dev, facts.st_ino)
        if file not in self._files:
            if not os.path.isfile(link):
                return None
            self._files[file] = _Kept(os.open(link, os.O_RDONLY))
        return file, self._files[file]

    def _done(self, call: Call, entered: _Entered) -> None:
        kept = self._files[entered.file]
        if call.name in _SYNCS:
            if entered.taken > kept.taken:
                kept.durable, kept.taken = entered.content, entered.taken
            return
        length = call.result or 0
        offset = entered.offset
        if offset < 0:
            try:
                offset = _facts(call.thread, entered.descriptor)["pos"] - length
            except FileNotFoundError:
                return
        written = os.pread(kept.descriptor, length, offset)
        before = kept.durable.ljust(offset, b"\0")
        kept.durable = before[:offset] + written + before[offset + length :]


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _facts(thread: int, descriptor: int) -> dict[str, int]:
    lines = Path(f"/proc/{thread}/fdinfo/{descriptor}").read_text().splitlines()
    words = dict(line.split(":", 1) for line in lines if ":" in line)
    return {"pos": int(words["pos"]), "flags": int(words["flags"], 8)}


def main(words: Sequence[str]) -> int:
    """Run the command until SIGTERM, then say what survived."""
    data, survived, *command = words
    disk = Disk(Path(data).resolve())
    traced = Traced(command)

    def fail_power(_number: int, _frame: FrameType | None) -> None:
        if traced.pid:
            os.kill(traced.pid, signal.SIGKILL)

    signal.signal(signal.SIGTERM, fail_power)
    try:
        for call in traced.calls():
            disk.see(call)
    except NotTraceable as error:
        print(f"power_loss: {error}", file=sys.stderr)
        return 1
    disk.survive(Path(survived))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
