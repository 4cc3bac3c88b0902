"""A merge whose process is killed at any step is finished once, by whoever repeats it."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from codingahead.accounts.v1 import events_pb2
from metering.decision import Verdict
from metering.merge import Outcome
from metering.merger import Merger
from metering.registrations import ACCOUNT_REGISTERED, Registrations
from services.metering.tests.ledger_reader import read_merges
from services.metering.tests.ledger_site import (
    SHIPPED,
    LedgerSite,
    account,
    guest,
    ledger_site,
)
from services.metering.tests.questions import TWO_IN_30_DAYS, question
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer


@pytest.fixture
async def site(valkey: ValkeyServer, nats_server: NatsServer) -> AsyncIterator[LedgerSite]:
    async with ledger_site(valkey.url, nats_server) as site, site.running():
        yield site


async def killed_at(step: int, valkey: ValkeyServer, of: str = "g-1", to: str = "ann") -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.metering.tests.merge_driver"),
        *(valkey.url, str(step), of, to),
    )
    async with asyncio.timeout(30):
        assert await process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize("by", ["the gateway", "the event"])
async def test_a_merge_whose_process_was_killed_is_finished_once(
    step: int, by: str, site: LedgerSite, valkey: ValkeyServer, nats_server: NatsServer
) -> None:
    await site.counted(question("own", subject=guest("g-1")), TWO_IN_30_DAYS)
    for _ in range(2):
        await killed_at(step, valkey)
    if by == "the gateway":
        for _ in range(2):
            merged = await site.merge("g-1", "ann")
            assert (merged.outcome, merged.resources) == (Outcome.MERGED, 1)
    else:
        merger = Merger(lambda: SHIPPED, site.merges, site.availability, site.relay.wake)
        registered = events_pb2.AccountRegistered(account_id="ann", plan="free", guest_id="g-1")
        for _ in range(2):
            event = ACCOUNT_REGISTERED.new(registered)
            await Registrations(merger, site.availability).handle(event)
    own = await site.counted(question("own"))
    assert (own.verdict, own.charged) == (Verdict.REPEAT, 0)
    spent = await site.counted(question("new", subject=guest("g-1")), TWO_IN_30_DAYS)
    assert (spent.verdict, spent.merged) == (Verdict.DENIED, True)
    await site.relayed()
    (entry,) = await read_merges(nats_server.url)
    assert (entry.guest.id, entry.account.id, list(entry.resources)) == ("g-1", "ann", ["own"])
    assert (await site.drift()).units == 0


@pytest.mark.parametrize("step", [3, 4])
async def test_a_claim_whose_guest_went_elsewhere_is_given_back_though_the_process_was_killed(
    step: int, site: LedgerSite, valkey: ValkeyServer
) -> None:
    await site.counted(question("own", subject=guest("g-1")), TWO_IN_30_DAYS)
    await site.merge("g-1", "bob")
    await killed_at(step, valkey)
    assert (await site.merge("g-1", "ann")).outcome is Outcome.GUEST_SPENT
    assert (await site.merge("g-2", "ann")).outcome is Outcome.MERGED
    own = await site.counted(question("own", subject=account("bob")))
    assert own.verdict is Verdict.REPEAT
