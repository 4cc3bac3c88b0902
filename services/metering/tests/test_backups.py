"""What operators may rely on when Redis, the ledger or both come back from a backup."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from metering.decision import Verdict
from metering.usage import Used, usage
from services.metering.tests.ledger_site import LedgerSite, account, ledger_site
from services.metering.tests.questions import ANN, question
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

BOB = account("bob")
GRANTED, REPEAT = Verdict.GRANTED, Verdict.REPEAT


@pytest.fixture
async def site(valkey: ValkeyServer, nats_server: NatsServer) -> AsyncIterator[LedgerSite]:
    async with ledger_site(valkey.url, nats_server) as site, site.running():
        yield site


class Drill:
    """Two grants before the backup, two after it; then what was backed up is put back."""

    def __init__(
        self, site: LedgerSite, valkey: ValkeyServer, nats: NatsServer, folder: Path
    ) -> None:
        self.site = site
        self._valkey = valkey
        self._nats = nats
        self._folder = folder

    async def run(self, *restored: str) -> None:
        site, folder = self.site, self._folder
        for code in ("a", "b"):
            await site.counted(question(code))
        await site.relayed()
        await self._valkey.kill()
        await self._nats.stop()
        for part in ("valkey", "nats"):
            shutil.copytree(folder / part, folder / f"{part}-backup")
        await self._nats.start()
        await self._valkey.start()
        for code in ("c", "d"):
            await site.counted(question(code))
        await site.relayed()
        await self._valkey.kill()
        await self._nats.stop()
        for part in restored:
            shutil.rmtree(folder / part)
            (folder / f"{part}-backup").rename(folder / part)
        await self._nats.start()
        await self._valkey.start()

    async def in_ledger(self) -> int:
        today = datetime.now(UTC).date()
        rows = await usage(self.site.ledger, today - timedelta(days=1), today)
        return sum(row.units for row in rows)


@pytest.fixture
def drill(site: LedgerSite, valkey: ValkeyServer, nats_server: NatsServer, tmp_path: Path) -> Drill:
    return Drill(site, valkey, nats_server, tmp_path)


async def test_redis_from_a_backup_loses_nothing(drill: Drill) -> None:
    await drill.run("valkey")
    use = await drill.site.counted(question("c"))
    assert (use.verdict, use.charged) == (REPEAT, 4)
    assert await drill.in_ledger() == 4
    assert (await drill.site.drift()).units == 0


async def test_the_ledger_from_a_backup_lacks_what_came_after_it_and_says_so(
    drill: Drill,
) -> None:
    await drill.run("nats")
    use = await drill.site.counted(question("c"))
    assert (use.verdict, use.charged) == (REPEAT, 4)
    assert await drill.in_ledger() == 2
    drift = await drill.site.drift()
    assert (drift.surplus, drift.missing) == (2, 0)
    # Counting and recording go on.
    assert (await drill.site.counted(question("e"))).verdict is GRANTED
    await drill.site.relayed()
    assert await drill.in_ledger() == 3


async def test_both_from_one_backup_forget_what_came_after_it_and_agree(drill: Drill) -> None:
    await drill.run("nats", "valkey")
    use = await drill.site.counted(question("c"))
    assert (use.verdict, use.charged) == (GRANTED, 3)
    await drill.site.relayed()
    assert await drill.in_ledger() == 3
    assert (await drill.site.drift()).units == 0


async def test_usage_is_told_by_day_plan_and_action(site: LedgerSite) -> None:
    for code in ("a", "b"):
        await site.counted(question(code))
    await site.counted(question("a", subject=BOB))
    await site.counted(question("a", subject=ANN))
    await site.relayed()
    today = datetime.now(UTC).date()
    assert await usage(site.ledger, today, today) == [Used(today, "free", "view_code", 3)]
    yesterday = today - timedelta(days=1)
    assert await usage(site.ledger, yesterday, yesterday) == []
