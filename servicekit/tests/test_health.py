"""Readiness: a process is ready while every part it requires is up."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from servicekit.health import Readiness


def test_a_required_part_keeps_the_process_from_being_ready_until_it_is_up() -> None:
    readiness = Readiness()
    readiness.require("store")
    readiness.require("plans")
    readiness.up("store")
    assert readiness.report()["plans"] == "down: not reached yet"
    assert readiness.report()["status"] == "not ready"

    readiness.up("plans")

    assert readiness.report() == {"status": "ready", "store": "up", "plans": "up"}


def test_a_lost_part_says_why_and_comes_back() -> None:
    readiness = Readiness()
    readiness.up("store")
    readiness.down("store", "refused")

    assert readiness.report() == {"status": "not ready", "store": "down: refused"}

    readiness.up("store")

    assert readiness.ready


def test_listeners_hear_each_change_once() -> None:
    heard: list[bool] = []
    readiness = Readiness()
    readiness.listen(heard.append)

    readiness.down("store", "refused")
    readiness.down("store", "timed out")
    readiness.up("store")

    assert heard == [True, False, True]


def test_draining_is_final() -> None:
    readiness = Readiness()
    readiness.drain()
    readiness.up("store")

    assert not readiness.ready
    assert readiness.report()["status"] == "draining"


def test_another_thread_may_ask_while_parts_are_added() -> None:
    readiness, begun, done = Readiness(), threading.Event(), threading.Event()

    def ask() -> int:
        asked = 0
        while not done.is_set():
            readiness.report()
            asked += 1
            begun.set()
        return asked

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(ask)
            assert begun.wait(timeout=10)
            for number in range(500):
                readiness.require(f"part {number}")
            done.set()
            assert asking.result(timeout=10) > 0
    finally:
        done.set()
        sys.setswitchinterval(interval)
