"""Content packs: what the site's editors wrote, in place of what is composed.

A pack is a folder; its name is the pack's. Each file ``*.md`` right in it, ``README.md`` apart,
is the text of one section of one code::

    ---
    system: icd-10-cm            # icd-10-cm, icd-10-pcs or hcpcs
    code: E11.9                  # as the code set prints it
    section: common_language     # the only one so far
    author: Coding Ahead editors
    reviewed_on: 2026-11-25      # for a draft: the day it was last read through
    status: published            # draft, reviewed or published; only published text is served
    reviewer: A. Reader          # may be left out
    sources: [where it is from]  # may be left out
    ---
    A paragraph; its lines run on until an empty one.

    - A point of a list.
    - Another, which may run on
      over several lines.

The text is plain: paragraphs and lists of one level, nothing else of Markdown. Emphasis, links,
headings, tables, code and HTML are refused rather than stripped, so that what an editor reads is
what is served. A point of a list becomes a paragraph of its own that begins with ``• ``.
"""
