"""The merge: a guest's pages become free for the account that its visitor registered.

Guest and account lie in different shards, which no script spans, so a merge is three steps, each
atomic in one shard and safe to repeat:

1. *claim* (the account's shard): the account is reserved for this guest. One that took, or is
   about to take, another guest is found here, before anything is spent.
2. *spend* (the guest's shard): the guest gets its tombstone, which names the account, and from
   then on is granted nothing. One that went to another account is found here; the claim, which
   nothing came of, is then given back.
3. *unite* (the account's shard): the guest's resources become free for the account, the account
   remembers that it has them, and the outbox gets its entry, all at once.

Why that holds (G, H guests; A, B accounts):

- *Two accounts, one guest.* A and B both claim themselves for G, each being free. The tombstone
  is written once: whoever comes second is told GUEST_SPENT and gives its claim back. G's pages are
  united only with the account the tombstone names.
- *Two guests, one account.* Only one of G and H gets the claim on A, and only its tombstone is
  ever written; the other is told ACCOUNT_TAKEN and stays an unspent guest. Without the claim both
  could be spent for A, which then could take only one.
- *Broken off after 1.* A is reserved for G and G is not spent: repeating goes on; a merge of A
  with H is told ACCOUNT_TAKEN, rightly so, as A's registration named G.
- *Broken off after 2.* G is spent for A: every repetition finds the claim and the tombstone its
  own and unites. Nobody else can: B is told GUEST_SPENT, H is told ACCOUNT_TAKEN.
- *Broken off after 3, or the answer lost.* The claim says that it is done and how it came out.
- *Broken off before a claim is given back.* G went to B, A stays reserved for G: repeating is told
  GUEST_SPENT again and gives it back. Giving back and uniting exclude each other: the first needs
  a tombstone that names another account, the second one that names this one.
- *The same merge twice at once.* Each step is the same whoever does it first; uniting happens once.
"""

import enum
from dataclasses import dataclass
from typing import Protocol

from metering.decision import VIEW_CODE, Subject, check_id, check_plan, check_request_id
from metering.periods import CalendarMonth, Period
from metering.plans import GUEST, Plans


class Outcome(enum.Enum):
    """How a merge came out."""

    MERGED = "merged"
    GUEST_SPENT = "guest_spent"
    ACCOUNT_TAKEN = "account_taken"


@dataclass(frozen=True, slots=True)
class Merge:
    """The guest *guest_id* is to go to *account_id*, whose plan is *plan*.

    *request_id* is a UUID, or empty; a merge is the same one whatever it is.
    """

    guest_id: str
    account_id: str
    plan: str
    request_id: str = ""

    @property
    def guest(self) -> Subject:
        """The guest, spent once the merge is under way."""
        return Subject("guest", self.guest_id)

    @property
    def account(self) -> Subject:
        """The account that takes over."""
        return Subject("account", self.account_id)


@dataclass(frozen=True, slots=True)
class Merged:
    """How a merge came out, and how many *resources* became free for the account by it.

    *merge_id* names it in the ledger. *repeated*: it had been done before.
    """

    outcome: Outcome
    resources: int = 0
    merge_id: str = ""
    repeated: bool = False


class Steps(Protocol):
    """The three steps, and the way back from the first; each raises RedisAway."""

    async def claim(self, merge: Merge) -> Merged | None:
        """Reserve the account; what had come of it before, None when it is now the guest's."""

    async def give_back(self, merge: Merge) -> None:
        """Undo a claim that nothing came of."""

    async def spend(self, merge: Merge, period: Period, now_ms: int) -> list[str] | None:
        """Spend the guest; its resources of the *period* in force, None when it went elsewhere."""

    async def unite(
        self, merge: Merge, resources: list[str], period: Period, now_ms: int
    ) -> Merged:
        """Make *resources* free for the account in its present *period*."""


def check(merge: Merge, plans: Plans) -> None:
    """Refuse what cannot be merged.

    Raises:
        QuestionInvalid: saying which field is wrong.
    """
    check_id("guest_id", merge.guest_id)
    check_id("account_id", merge.account_id)
    check_plan(merge.plan, plans)
    check_request_id(merge.request_id)


async def carry_over(merge: Merge, steps: Steps, plans: Plans, now_ms: int) -> Merged:
    """Do what is left to do of *merge*.

    Raises:
        RedisAway: when a step could not be done; to be repeated.
    """
    before = await steps.claim(merge)
    if before is not None:
        return before
    resources = await steps.spend(merge, views_period(plans, GUEST), now_ms)
    if resources is None:
        await steps.give_back(merge)
        return Merged(Outcome.GUEST_SPENT)
    return await steps.unite(merge, resources, views_period(plans, merge.plan), now_ms)


def views_period(plans: Plans, plan: str) -> Period:
    """The period in which *plan* counts views: months where it has none, should it get some."""
    limit = plans.plans[plan].limits.get(VIEW_CODE)
    return limit.period if limit else CalendarMonth()
