"""7th Character and Laterality: what the extension and the side say, and their alternatives."""

from lookup.content import Block, Section, notice, paragraph, plain, table
from lookup.icd10cm.laterality import other_sides, sides_named
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.places import code_line
from lookup.icd10cm.sections.seventh import extension_of, rule_for
from lookup.icd10cm.seventh_characters import placeholders
from lookup.wording import counted, listed, searched


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks = [*_seventh(facts), *_side(facts)]
    if not blocks:
        text = searched(facts.release, f"7th characters for {facts.node.label}")
        blocks.append(notice(f"{text} The title names no side.", facts.node.source_id))
    return Section("modifiers", "7th Character and Laterality", False, tuple(blocks))


def _seventh(facts: PageFacts) -> list[Block]:
    rule = rule_for(facts)
    if rule is None:
        return []
    node, stem, source_id = facts.node, facts.stem, rule.source_id
    blocks: list[Block] = []
    own = extension_of(facts)
    if own is not None:
        remarks = "".join(f" ({remark})" for remark in own.remarks)
        text = f"The 7th character {own.character} means “{own.meaning}”{remarks}."
    elif facts.variants:
        text = f"{node.label} must take a 7th character to be reported."
    else:
        text = f"The codes below {node.label} must take a 7th character to be reported."
    blocks.append(paragraph(source_id, text, "7th character"))
    if facts.variants:
        blocks.extend(_variants(facts))
        if gap := placeholders(stem.label):
            blocks.append(
                paragraph(
                    source_id,
                    f"{stem.label} is shorter than six characters: {'X' * gap} "
                    f"{'fills' if gap == 1 else 'fill'} the empty "
                    f"{'place' if gap == 1 else 'places'} before the 7th character and "
                    f"{'is' if gap == 1 else 'are'} part of the code.",
                    "Placeholder",
                )
            )
    blocks.extend(_narrowing(facts))
    return blocks


def _variants(facts: PageFacts) -> list[Block]:
    rule = rule_for(facts)
    assert rule is not None
    meanings = {e.character: "; ".join((e.meaning, *e.remarks)) for e in rule.extensions}
    rows = [
        (plain(code.label[-1]), plain(meanings[code.label[-1]]), code_line(code))
        for code in facts.variants
    ]
    blocks = [
        table(
            rule.source_id,
            f"7th characters of {facts.stem.label}",
            ("7th character", "Meaning", "Code"),
            rows,
        )
    ]
    valid = {code.label[-1] for code in facts.variants}
    barred = [e.character for e in rule.extensions if e.character not in valid]
    if barred:
        blocks.append(
            paragraph(
                rule.source_id,
                f"{listed(barred)} {'is' if len(barred) == 1 else 'are'} not valid with "
                f"{facts.stem.label}: a note of the classification rules the combination out.",
                "Barred combinations",
            )
        )
    return blocks


def _narrowing(facts: PageFacts) -> list[Block]:
    if len(facts.rules) < 2:
        return []
    inner, outer = facts.rules[:2]
    here, above = facts.node_of(inner.node_id), facts.node_of(outer.node_id)
    text = (
        f"{here.label} has 7th characters of its own, which hold here: "
        f"{listed([e.character for e in inner.extensions])}. "
        f"{counted(len(outer.extensions), 'character', 'characters')} of {above.label} "
        "are narrowed to these."
    )
    return [paragraph(inner.source_id, text, f"Narrower than {above.label}")]


def _side(facts: PageFacts) -> list[Block]:
    node = facts.node
    named = [f"“{side}”" for side in sides_named(node.title)]
    sides = other_sides(node, facts.side_candidates)
    if not named and not sides:
        return []
    text = f"The title says {listed(named)}."
    if not named:
        text = "The title says “unspecified” where the codes below name a side."
    blocks = [paragraph(node.source_id, text, "Laterality")]
    if sides:
        rows = [
            (plain(other.name), code_line(other.node), plain(other.node.title)) for other in sides
        ]
        blocks.append(
            table(node.source_id, "The same for other sides", ("Side", "Code", "Title"), rows)
        )
    elif len(named) == 1:
        what = f"code near {node.label} with the same title but for the side"
        text = (
            f"{searched(facts.release, what)} Codes that word the side in another way stand among "
            "the related codes."
        )
        blocks.append(notice(text, node.source_id))
    return blocks
