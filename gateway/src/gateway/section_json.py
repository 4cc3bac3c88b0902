"""Sections and pages in the shapes that API clients rely on."""

import json
from collections.abc import Iterable

from codingahead.lookup.v1 import lookup_pb2
from gateway.views import Access, Unlock
from gateway.wording import json_time

type Json = dict[str, object]

_KINDS = {
    lookup_pb2.Block.KIND_PARAGRAPH: "paragraph",
    lookup_pb2.Block.KIND_LIST: "list",
    lookup_pb2.Block.KIND_TABLE: "table",
    lookup_pb2.Block.KIND_NOTICE: "notice",
}


def block_json(block: lookup_pb2.Block) -> Json:
    """A block; fields that say nothing are left out.

    A kind that this version does not know is told as a paragraph, which every client can show.
    """
    shape: Json = {"kind": _KINDS.get(block.kind, "paragraph")}
    if block.title:
        shape["title"] = block.title
    if block.text:
        shape["text"] = block.text
    if block.items:
        shape["items"] = [_spans(item) for item in block.items]
    if block.columns:
        shape["columns"] = list(block.columns)
    if block.rows:
        shape["rows"] = [[_spans(cell) for cell in row.cells] for row in block.rows]
    if (place := block.origin.WhichOneof("place")) is not None:
        shape["origin"] = {place: getattr(block.origin, place)}
    if block.condition:
        shape["condition"] = block.condition
    if block.source_id:
        shape["source"] = block.source_id
    return shape


def section_json(section: lookup_pb2.Section) -> Json:
    """A section whose content may be shown."""
    return {
        "key": section.key,
        "title": section.title,
        "locked": False,
        "blocks": [block_json(block) for block in section.blocks],
    }


def locked_section_json(key: str, title: str, unlock: Unlock) -> Json:
    """A section of which only the title may be shown."""
    return {"key": key, "title": title, "locked": True, "unlock": unlock.value}


def source_json(source: lookup_pb2.Source) -> Json:
    """Where facts come from."""
    return {
        "id": source.id,
        "name": source.name,
        "release": source.release,
        "effective": source.effective,
        "licence": source.licence,
    }


def release_json(release: lookup_pb2.Release) -> Json:
    """A release with its days."""
    return {
        "id": release.id,
        "name": release.name,
        "effective": release.effective,
        "expires": release.expires,
    }


def identity_json(page: lookup_pb2.CodePage) -> Json:
    """What is always told of a page: the code, its neighbours, the release that was read."""
    shape: Json = {
        "system": page.code.system,
        "code": page.code.code,
        "display": page.code.display,
        "billable": page.code.billable,
        "release": release_json(page.release),
        "previous": _neighbour(page.previous) if page.HasField("previous") else None,
        "next": _neighbour(page.next) if page.HasField("next") else None,
    }
    if page.licence_notices:
        shape["licence_notices"] = list(page.licence_notices)
    return shape


def allowance_json(access: Access) -> Json | None:
    """What is left after this view; None when nobody could say."""
    if access.degraded:
        return None
    return {
        "plan": access.plan,
        "action": "view_code",
        "limit": access.limit,
        "remaining": access.remaining,
        "reset_time": json_time(access.reset_time),
    }


def encoded(shape: Json | str | None) -> bytes:
    """*shape* as compact JSON. A lone surrogate, which UTF-8 cannot hold, becomes ``?``."""
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def joined(shapes: Iterable[bytes]) -> bytes:
    """A JSON array of what :func:`encoded` made."""
    return b"[" + b",".join(shapes) + b"]"


def _neighbour(code: lookup_pb2.CodeRef) -> Json:
    return {"system": code.system, "code": code.code, "display": code.display}


def _spans(line: lookup_pb2.Line) -> list[Json]:
    return [_span(span) for span in line.spans]


def _span(span: lookup_pb2.Span) -> Json:
    target = span.link.WhichOneof("target")
    if target is None:
        return {"text": span.text}
    link = {"system": span.link.system, target: getattr(span.link, target)}
    return {"text": span.text, "link": link}
