"""Follows every system call of a program, by the kernel's own ptrace: no root, no tools.

Works for programs with many threads, on Linux 5.3 or newer on x86-64 and aarch64.
"""

import ctypes
import errno
import os
import platform
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TRACEME, _CONT_TO_CALL, _SET_OPTIONS, _CALL_INFO = 0, 24, 0x4200, 0x420E
_OPTIONS = (
    0x01  # a stop at a system call is told from a signal
    | 0x02  # forks are followed
    | 0x04
    | 0x08  # and threads
    | 0x10  # an exec stops with an event
    | 0x100000  # the program ends with us
)
_AT_CALL = signal.SIGTRAP | 0x80
_EVERY_THREAD = 0x40000000  # __WALL
_ENTRY, _EXIT = 1, 2

_NUMBERS = {
    "x86_64": {
        "write": 1,
        "pwrite64": 18,
        "writev": 20,
        "fsync": 74,
        "fdatasync": 75,
        "pwritev": 296,
        "pwritev2": 328,
    },
    "aarch64": {
        "write": 64,
        "writev": 66,
        "pwrite64": 68,
        "pwritev": 70,
        "fsync": 82,
        "fdatasync": 83,
        "pwritev2": 287,
    },
}


class NotTraceable(Exception):  # noqa: N818 - it describes the machine
    """Programs cannot be followed here; says what to allow."""


@dataclass(frozen=True, slots=True)
class Call:
    """One stop of the *thread*: it enters the call *name*, or leaves it with *result*.

    *arguments* are there on entering, *result* (negative: an error) on leaving.
    """

    thread: int
    name: str
    arguments: tuple[int, ...] = ()
    result: int | None = None


class _Entry(ctypes.Structure):
    _fields_ = [("number", ctypes.c_uint64), ("arguments", ctypes.c_uint64 * 6)]


class _Exit(ctypes.Structure):
    _fields_ = [("result", ctypes.c_int64), ("is_error", ctypes.c_uint8)]


class _Detail(ctypes.Union):
    _fields_ = [("entry", _Entry), ("exit", _Exit)]


class _Info(ctypes.Structure):
    """``struct ptrace_syscall_info``."""

    _fields_ = [
        ("op", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("instruction", ctypes.c_uint64),
        ("stack", ctypes.c_uint64),
        ("detail", _Detail),
    ]


_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class Traced:
    """Runs *command*, stopped at each of its system calls until the next one is asked for."""

    def __init__(self, command: Sequence[str]) -> None:
        try:
            numbers = _NUMBERS[platform.machine()]
        except KeyError:
            raise NotTraceable(f"no system calls are known of {platform.machine()}") from None
        self._names = {number: name for name, number in numbers.items()}
        self._within: dict[int, str] = {}
        self._command = list(command)
        self.pid = 0

    def calls(self) -> Iterator[Call]:
        """Each time a thread enters or leaves a call that writes or syncs, until all have ended.

        Raises:
            NotTraceable: when the kernel does not let us.
        """
        self.pid = os.fork()
        if not self.pid:
            _begin(self._command)
        _, status = os.waitpid(self.pid, _EVERY_THREAD)
        if not os.WIFSTOPPED(status):
            raise NotTraceable(
                f"{self._command[0]} could not be traced (status {status}): allow ptrace of one's "
                "own children (kernel.yama.ptrace_scope below 2, no seccomp profile against it)"
            )
        if _ptrace(_SET_OPTIONS, self.pid, _OPTIONS) or _ptrace(_CONT_TO_CALL, self.pid, 0):
            raise NotTraceable("the kernel is too old to follow threads; Linux 5.3 or newer does")
        known = {self.pid}
        while True:
            try:
                thread, status = os.waitpid(-1, _EVERY_THREAD)
            except ChildProcessError:
                return
            if not os.WIFSTOPPED(status):
                known.discard(thread)
                self._within.pop(thread, None)
                continue
            number = os.WSTOPSIG(status)
            deliver = 0
            if number == _AT_CALL:
                if call := self._call(thread):
                    yield call
            elif status >> 16 == 0 and (thread in known or number != signal.SIGSTOP):
                deliver = number
            # Else an event, or the stop with which a new thread begins.
            known.add(thread)
            # One that was killed meanwhile is told by the next wait.
            _ptrace(_CONT_TO_CALL, thread, deliver)

    def _call(self, thread: int) -> Call | None:
        info = _Info()
        size = ctypes.sizeof(info)
        if _ptrace(_CALL_INFO, thread, size, ctypes.byref(info)) <= 0:
            if ctypes.get_errno() == errno.ESRCH:
                return None
            raise NotTraceable("the kernel tells nothing of system calls; Linux 5.3 or newer does")
        if info.op == _ENTRY:
            name = self._names.get(info.detail.entry.number)
            if name is None:
                return None
            self._within[thread] = name
            return Call(thread, name, tuple(info.detail.entry.arguments))
        name = self._within.pop(thread, None) if info.op == _EXIT else None
        return Call(thread, name, result=info.detail.exit.result) if name else None


def _begin(command: list[str]) -> None:
    """In the new process: let the parent follow, and become *command*."""
    try:
        if _ptrace(_TRACEME, 0, 0) == 0:
            os.execv(command[0], command)
    finally:
        os._exit(127)


def _ptrace(request: int, thread: int, number: int, data: object = None) -> int:
    """Call ptrace; *number* goes where the request wants it, beside *data* if that is given."""
    if data is not None:
        return int(_libc.ptrace(request, thread, number, data))
    return int(_libc.ptrace(request, thread, None, number))
