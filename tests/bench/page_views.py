"""Page views per second through the whole platform, beside a bare FastAPI JSON route.

``make bench`` starts the platform and the bare route (uvicorn, one worker each), loads them in
turns with the same wrk (keep-alive, 64 connections) and prints the ratio, which is what can be
compared between machines. Needs ``wrk`` on PATH. Nothing is asserted.
"""

import argparse
import asyncio
import http.client
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.platform import Platform
from deploy.local.settings import LocalSettings

_CODES = ("E11.9", "I10", "J45.909", "M17.11", "N18.30", "E78.5", "K21.9", "F32.A", "S52.521A")
_TICKS = os.sysconf("SC_CLK_TCK")
_SCRIPT = """
local visits = {{ {visits} }}
local turn = 0
request = function()
  turn = turn % #visits + 1
  return wrk.format("GET", visits[turn][1], {{ ["Cookie"] = visits[turn][2] }})
end
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What one load came to: requests a second, percentiles in ms, CPU ms of the server each."""

    rate: float
    p50: float
    p99: float
    cpu: float
    errors: int


@dataclass(frozen=True, slots=True)
class Target:
    """What is loaded: *script* gives wrk its paths and cookies."""

    name: str
    url: str
    script: Path
    pid: int


def _visit(url: str, path: str, cookie: str = "") -> tuple[int, str, bytes]:
    """One request; its status, the cookie it set and its body."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        cookies = [value.split(";")[0] for value in answer.headers.get_all("Set-Cookie", [])]
        return answer.status, "; ".join(cookies), answer.read()
    finally:
        connection.close()


def _register(url: str) -> str:
    """A new account's session cookie."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    person = {"email": f"{uuid.uuid4().hex}@example.org", "password": "a long enough password"}
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/api/v1/accounts", json.dumps(person), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 202:
            raise SystemExit(f"bench: registering answered {answer.status}")
        cookies = [value.split(";")[0] for value in answer.headers.get_all("Set-Cookie", [])]
        return "; ".join(cookies)
    finally:
        connection.close()


def _visits(url: str, guests: int, accounts: int) -> list[tuple[str, str]]:
    """Pages already opened, each with the cookie of who opened it: five an account, one a guest."""
    visits = []
    for number in range(guests):
        path = f"/icd-10-cm/{_CODES[number % len(_CODES)]}"
        status, cookie, _ = _visit(url, path)
        if status != 200 or not cookie:
            raise SystemExit(f"bench: a guest's {path} answered {status}")
        visits.append((path, cookie))
    for number in range(accounts):
        cookie = _register(url)
        for step in range(5):
            path = f"/icd-10-cm/{_CODES[(number + step) % len(_CODES)]}"
            status, _, body = _visit(url, path, cookie)
            if status != 200 or b'class="wall"' in body:
                raise SystemExit(f"bench: an account's {path} answered {status} or its wall")
            visits.append((path, cookie))
    return visits


def _script(folder: Path, name: str, visits: list[tuple[str, str]]) -> Path:
    rows = ", ".join(f'{{ "{path}", "{cookie}" }}' for path, cookie in visits)
    script = folder / f"{name}.lua"
    script.write_text(_SCRIPT.format(visits=rows), encoding="utf-8")
    return script


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


async def _load(target: Target, seconds: int, connections: int) -> Run:
    before = _cpu_seconds(target.pid)
    process = await asyncio.create_subprocess_exec(
        *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"),
        *("-s", str(target.script), target.url),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    text = out.decode()
    done = int(_found(r"(\d+) requests in", text))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    sockets = re.search(r"Socket errors: (.*)", text)
    errors = int(bad[1]) if bad else 0
    errors += sum(int(number) for number in re.findall(r"\d+", sockets[1])) if sockets else 0
    return Run(
        rate=float(_found(r"Requests/sec:\s+([\d.]+)", text)),
        p50=_milliseconds(_found(r"50%\s+(\S+)", text)),
        p99=_milliseconds(_found(r"99%\s+(\S+)", text)),
        cpu=1000 * (_cpu_seconds(target.pid) - before) / max(1, done),
        errors=errors,
    )


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"bench: wrk said nothing of {pattern!r}:\n{text}")
    return match[1]


def _milliseconds(text: str) -> float:
    for unit, factor in (("us", 0.001), ("ms", 1.0), ("s", 1000.0)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    raise ValueError(text)


async def _bench(options: argparse.Namespace, folder: Path) -> dict[str, list[Run]]:
    platform = Platform(LocalSettings(folder / "state", {}), lambda _name, _line: None)
    await platform.start()
    bare = None
    try:
        url = platform.address("gateway")
        visits = await asyncio.to_thread(_visits, url, options.guests, options.accounts)
        port = int(options.bare_port)
        bare = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "uvicorn", "tests.bench.bare_app:app", "--port", str(port)),
            *("--no-access-log", "--log-level", "warning"),
        )
        bare_url = f"http://127.0.0.1:{port}"
        await _until_open(bare_url)
        targets = [
            Target(
                "bare FastAPI JSON route",
                bare_url,
                _script(folder, "bare", visits),
                bare.pid,
            ),
            Target(
                "page view, re-views by guests and accounts",
                url,
                _script(folder, "views", visits),
                platform.pid("gateway"),
            ),
        ]
        runs: dict[str, list[Run]] = {target.name: [] for target in targets}
        for target in targets:
            await _load(target, 2, options.connections)
        for _ in range(options.rounds):
            for target in targets:
                runs[target.name].append(await _load(target, options.seconds, options.connections))
        return runs
    finally:
        if bare is not None:
            bare.terminate()
            await bare.wait()
        await platform.stop()


async def _until_open(url: str) -> None:
    for _ in range(200):
        with suppress(OSError):
            await asyncio.to_thread(_visit, url, "/icd-10-cm/E11.9")
            return
        await asyncio.sleep(0.05)
    raise SystemExit(f"bench: nothing answers at {url}")


def _print(runs: dict[str, list[Run]]) -> dict[str, dict[str, float]]:
    summary = {
        name: {
            "rate": statistics.median(run.rate for run in found),
            "p50_ms": statistics.median(run.p50 for run in found),
            "p99_ms": statistics.median(run.p99 for run in found),
            "cpu_ms": statistics.median(run.cpu for run in found),
            "errors": sum(run.errors for run in found),
        }
        for name, found in runs.items()
    }
    print(f"{'':44}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'errors':>8}")
    for name, row in summary.items():
        print(
            f"{name:44}{row['rate']:>9.0f}{row['p50_ms']:>9.2f}{row['p99_ms']:>9.2f}"
            f"{row['cpu_ms']:>9.3f}{row['errors']:>8.0f}"
        )
    bare, views = summary.values()
    print(f"\npage views ÷ bare route: {views['rate'] / bare['rate']:.2f} (rate)")
    print(f"gateway CPU ÷ bare route's: {views['cpu_ms'] / bare['cpu_ms']:.2f}")
    return summary


def main() -> None:
    """Read the options, measure, print and write JSON."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=8, help="length of a load (default: 8)")
    parser.add_argument("--rounds", type=int, default=3, help="loads of each (default: 3)")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--guests", type=int, default=40, help="guests with one page each")
    parser.add_argument("--accounts", type=int, default=8, help="accounts with five pages each")
    parser.add_argument("--bare-port", type=int, default=8099)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("bench: wrk is not on PATH; apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        runs = asyncio.run(_bench(options, Path(folder)))
    summary = _print(runs)
    if options.json:
        options.json.write_text(json.dumps(summary, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
