"""The long form of the ordeal: ``python -m tests.chaos``, or ``make chaos``.

Every fault strikes alone, then pairs of faults of different parts, until enough has been granted.
Prints a line for each round and a table, writes all of it to a file, and exits with 1 when a
promise was broken or a recovery took too long: 15 s, and after Redis was emptied the time of a
rebuild, 60 s for a million grants.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
from dataclasses import asdict
from itertools import count
from pathlib import Path

from tests.chaos.faults import FAULTS
from tests.chaos.ordeal import Ordeal, Outcome


def main() -> int:
    """Run, print and write; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--grants", type=int, default=100_000, help="how many at least")
    parser.add_argument("--processes", type=int, default=3, help="metering processes")
    parser.add_argument("--hold", type=float, default=2.0, help="seconds that a fault lasts")
    parser.add_argument("--pause", type=float, default=0.02, help="seconds between batches")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--json", type=Path, default=Path("var/chaos.json"))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        outcome = asyncio.run(_ordeal(options, Path(folder)))
    _print(outcome)
    facts = {
        "seed": options.seed,
        "seconds": outcome.seconds,
        "findings": asdict(outcome.findings),
        "strict": asdict(outcome.strict),
        "strikes": [asdict(strike) for strike in outcome.strikes],
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    slow = [strike for strike in outcome.strikes if strike.slow]
    for fault in [*outcome.faults(), *(f"slow recovery: {s.faults}" for s in slow)]:
        print(fault, file=sys.stderr)
    return 1 if outcome.faults() or slow else 0


async def _ordeal(options: argparse.Namespace, folder: Path) -> Outcome:
    rng = random.Random(options.seed)
    ordeal = Ordeal(
        folder,
        seed=options.seed,
        processes=options.processes,
        hold_seconds=options.hold,
        batch=64,
        pause_seconds=options.pause,
    )
    async with ordeal:
        for number in count():
            faults = list(FAULTS)[number : number + 1] or _pair(rng)
            if number >= len(FAULTS) and ordeal.granted >= options.grants:
                return await ordeal.judged()
            strike = await ordeal.strike(*faults)
            print(
                f"{ordeal.granted:>8} granted  {strike.answers_seconds:>6.2f} s to answers  "
                f"{strike.ledger_seconds:>6.2f} s to the ledger  {' + '.join(strike.faults)}",
                flush=True,
            )
    raise AssertionError("an ordeal ends when it is judged")


def _pair(rng: random.Random) -> list[str]:
    """Two faults of different parts."""
    while True:
        first, second = rng.sample(list(FAULTS), 2)
        if first.split(":")[0] != second.split(":")[0] and "relay" not in first + second:
            return [first, second]


def _print(outcome: Outcome) -> None:
    print(f"\n{'fault':44}{'rounds':>7}{'answers, s':>16}{'ledger, s':>16}")
    print(f"{'':44}{'':>7}{'median':>8}{'most':>8}{'median':>8}{'most':>8}")
    for fault in FAULTS:
        strikes = [strike for strike in outcome.strikes if fault in strike.faults]
        answers = [strike.answers_seconds for strike in strikes]
        ledger = [strike.ledger_seconds for strike in strikes]
        print(
            f"{fault:44}{len(strikes):>7}{statistics.median(answers):>8.2f}{max(answers):>8.2f}"
            f"{statistics.median(ledger):>8.2f}{max(ledger):>8.2f}"
        )
    found = outcome.findings
    print(f"\n{found.asked} asked, {found.unanswered} unanswered, in {outcome.seconds:.0f} s")
    print(f"{found.granted} grants told of, {found.recorded} in the ledger", end="")
    print(f" ({found.published_twice} of them twice)")
    print(f"{found.degraded} answers degraded, {found.admitted_degraded} of them admitted")
    print(f"{found.forgotten} entries waited when Redis was emptied", end="")
    print(f", {found.lost_as_declared} of them told of and lost")
    strict = outcome.strict
    print(
        f"strict: {strict.reserved} reservations told of, {strict.recorded} in the ledger", end=""
    )
    print(f", {strict.settled} settled, {strict.gone_back} units gone back")
    for title, findings in (("fast", asdict(found)), ("strict", asdict(strict))):
        broken = {name: len(value) for name, value in findings.items() if isinstance(value, list)}
        print(f"{title}:", ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in broken.items()))


if __name__ == "__main__":
    raise SystemExit(main())
