"""Where everything lies in Redis: a fixed number of shards, and the keys of each.

All keys of a shard carry its hash tag (``{s07}``), so the layout also runs on Redis Cluster.
"""

import zlib

from metering.decision import Subject

SHARDS = 64

_TAGS = [f"{{s{shard:02}}}" for shard in range(SHARDS)]
_OUTBOX_KEYS = [f"{tag}:outbox" for tag in _TAGS]
_SHARD_KEYS = [f"{tag}:shard" for tag in _TAGS]


def shard_of(subject: Subject) -> int:
    """The shard that holds all of *subject*'s keys."""
    return zlib.crc32(f"{subject.kind}:{subject.id}".encode()) % SHARDS


def outbox_key(shard: int) -> str:
    """The stream of what *shard* recorded and the ledger does not have yet."""
    return _OUTBOX_KEYS[shard]


def refused_key(shard: int) -> str:
    """The stream of what *shard* recorded and the ledger never took."""
    return f"{_TAGS[shard]}:refused"


def shard_key(shard: int) -> str:
    """The hash of *shard*'s clock, its epoch and the run of the server it is open on."""
    return _SHARD_KEYS[shard]


def use_key(shard: int, subject: Subject, action: str, period: str) -> str:
    """The hash of what *subject* was granted of *action* in one *period*, a window's key."""
    return f"{_TAGS[shard]}:use:{subject.kind}:{subject.id}:{action}:{period}"


def merge_key(shard: int, subject: Subject) -> str:
    """Of a guest, the account it went to; of an account, the hash of the guest it took over."""
    return f"{_TAGS[shard]}:merge:{subject.kind}:{subject.id}"


def record_id(epoch: str, shard: int, entry: str) -> str:
    """Names one outbox entry for ever: what is counted after a loss has another epoch."""
    return f"{epoch}-{shard:02}-{entry}"


def shard_of_key(key: str) -> int:
    """The shard that *key* belongs to."""
    return int(key[2:4])
