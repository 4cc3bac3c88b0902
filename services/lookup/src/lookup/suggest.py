"""Completions of what has been typed so far."""

from lookup import query as q
from lookup.facts import Node, Release
from lookup.search_index import TypedWord
from lookup.store import Store

_SHORTEST_CODE = 1
_COMPARED = 40


def suggest(store: Store, release: Release, text: str, limit: int) -> list[Node]:
    """Codes that *text* begins, or whose texts hold its words; the last may be unfinished."""
    prefix = q.code_prefix(text, _SHORTEST_CODE)
    if prefix is not None:
        keys = store.keys_starting(release.id, prefix, limit)
        if keys and len(prefix) > 1:
            return store.nodes([node_id for _key, node_id in keys])
    words = q.typed_words(text)
    if not words:
        return []
    # Words as typed, then each as the beginning of one. What fits comes in the order of the
    # index, which puts first what is meant when nothing more is said.
    whole = [TypedWord(word, whole=True) for word in words[:-1]]
    beginnings = [TypedWord(word, whole=False) for word in words]
    for asked in ([*whole, beginnings[-1]], beginnings):
        node_ids = store.search.holding(asked, max(limit, _COMPARED))
        if node_ids:
            nodes = store.nodes(node_ids)
            begun = " ".join(words)
            nodes.sort(key=lambda node: not q.fold(node.title).startswith(begun))
            return nodes[:limit]
    return []
