"""Reading a pack: what is right comes out whole, what is wrong is named with its line."""

from datetime import date
from pathlib import Path

import pytest

from lookup.packs.pack_text import PackText, Status
from lookup.packs.read import MAX_BYTES, check, read_pack
from services.lookup.tests.packs.written_pack import BODY, pack, text

TODAY = date(2026, 11, 25)


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in read_pack(folder, TODAY).faults]


def test_a_text_comes_out_as_written(tmp_path: Path) -> None:
    content = text(
        f"{BODY}\n\nTwo things\nmatter:\n- the first,\n  at length;\n- the second.",
        reviewer="B. Reader",
        sources="[a book, another]",
    )
    read = read_pack(pack(tmp_path / "house", one=content), TODAY)
    assert read.faults == ()
    assert read.texts == (
        PackText(
            system="icd-10-cm",
            code="E11.9",
            section="common_language",
            author="A. Writer",
            reviewed_on=TODAY,
            status=Status.PUBLISHED,
            paragraphs=(BODY, "Two things matter:", "• the first, at length;", "• the second."),
            file="house/one.md",
            line=3,
        ),
    )


def test_line_ends_marks_and_decomposed_letters_do_not_count(tmp_path: Path) -> None:
    folder = pack(tmp_path / "house")
    content = text(f"{BODY} Me\u0301nie\u0300re.").replace("\n", "\r\n")
    (folder / "one.md").write_bytes(b"\xef\xbb\xbf" + content.encode())
    (read,) = read_pack(folder, TODAY).texts
    assert read.paragraphs == (f"{BODY} Ménière.",)


def test_a_code_that_looks_like_a_number_stays_as_written(tmp_path: Path) -> None:
    folder = pack(tmp_path / "house", one=text(system="icd-10-pcs", code="0016070"))
    assert [read.code for read in read_pack(folder, TODAY).texts] == ["0016070"]


@pytest.mark.parametrize(
    ("keys", "line", "told"),
    [
        ({"system": "icd-9"}, 2, "no system “icd-9”; write icd-10-cm, icd-10-pcs or hcpcs"),
        ({"system": "cpt", "code": "12345"}, 2, "CPT is licensed content"),
        ({"code": "E119"}, 3, "“E119” is no icd-10-cm code; write a letter and two characters"),
        ({"code": "e11.9"}, 3, "“e11.9” is no icd-10-cm code"),
        ({"system": "icd-10-pcs", "code": "0DTJ4ZO"}, 3, "seven capitals or digits without I and"),
        ({"system": "hcpcs", "code": "A042"}, 3, "a letter and four digits, like A0427"),
        ({"system": "hcpcs", "code": "12345"}, 3, "12345 has the form of a CPT code"),
        ({"system": "hcpcs", "code": "1234T"}, 3, "1234T has the form of a CPT code"),
        ({"system": "hcpcs", "code": "D1234"}, 3, "D1234 is a dental (CDT) code"),
        ({"section": "payment"}, 4, "cannot write the section “payment”; write common_language"),
        ({"author": ""}, 5, "the key “author” needs one text on its line"),
        ({"author": "[a, b]"}, 5, "the key “author” needs one text on its line"),
        ({"reviewed_on": "2026-11-26"}, 6, "2026-11-26 is in the future"),
        ({"reviewed_on": "2026-02-30"}, 6, "“2026-02-30” is no date; write year, month and day"),
        ({"reviewed_on": "20261125"}, 6, "“20261125” is no date"),
        ({"status": "ready"}, 7, "no status “ready”; write draft, reviewed or published"),
        ({"reviewed": "yes"}, 8, "there is no key “reviewed”; the keys are system, code,"),
        ({"sources": "[]"}, 8, "the key “sources” needs a text or a list of texts"),
        ({"author": "A: B"}, 5, "the keys are no YAML (mapping values are not allowed here)"),
        ({"author": "*nobody"}, 5, "the keys are no YAML (found undefined alias"),
    ],
)
def test_a_wrong_key_is_named_with_its_line(
    tmp_path: Path, keys: dict[str, str], line: int, told: str
) -> None:
    (fault,) = faults(pack(tmp_path / "house", one=text(**keys)))
    assert fault.startswith(f"house/one.md:{line}: ")
    assert told in fault


def test_a_key_that_is_missing_or_written_twice_is_named(tmp_path: Path) -> None:
    twice = text().replace("status:", "author: C. Copyist\nstatus:")
    folder = pack(tmp_path / "house", one=text(without=["author", "status"]), two=twice)
    assert faults(folder) == [
        "house/one.md:6: the key “author” is missing; add “author: …”",
        "house/one.md:6: the key “status” is missing; add “status: …”",
        "house/two.md:7: the key “author” is written twice; take one out",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "house/one.md:1: begin the file with “---”"),
        (BODY, "house/one.md:1: begin the file with “---”"),
        ("---\nsystem: hcpcs\n", "house/one.md:1: the keys do not end; write “---”"),
        ("---\n---\ntext\n", "house/one.md:2: write one key and value a line"),
        ("---\n- system\n---\ntext\n", "house/one.md:2: write one key and value a line"),
        ("---\n" + "[" * 5000 + "\n---\n", "house/one.md:2: the keys are no YAML"),
        ("---\nsystem: \0\n---\n", "house/one.md:2: the keys are no YAML"),
    ],
)
def test_a_file_without_a_head_is_refused(tmp_path: Path, content: str, told: str) -> None:
    (fault,) = faults(pack(tmp_path / "house", one=content))
    assert fault.startswith(told)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("# A heading", "headings are not shown"),
        ("A heading\n---", "rules and underlined headings are not shown"),
        ("A heading\n=", "rules and underlined headings are not shown"),
        ("* * *", "rules and underlined headings are not shown"),
        ("> quoted", "quotations are not shown"),
        ("```", "code is not shown"),
        ("Write `this` down.", "take the backticks out"),
        ("    indented", "begin the text at the margin"),
        ("| a | b |", "tables are not shown"),
        ("1. first", "numbered lists are not shown"),
        ("* point", "begin a point of a list with “- ”"),
        ("-point", "begin a point of a list with “- ”"),
        ("- point\n  - point below it", "lists have one level"),
        ("See [here](https://example.org).", "links and pictures are not shown"),
        ("See [here][1].", "links and pictures are not shown"),
        ("[1]: https://example.org", "take the link's definition out"),
        ("![drawing](drawing.png)", "links and pictures are not shown"),
        ("See https://example.org.", "name the source under “sources”"),
        ("See <https://example.org>.", "HTML and links are not shown"),
        ("A <b>bold</b> word.", "HTML and links are not shown"),
        ("<!-- hidden -->", "HTML and links are not shown"),
        ("Salt &amp; water.", "HTML is not shown; write the character itself"),
        ("Salt &#38; water.", "HTML is not shown; write the character itself"),
        ("A *strong* word.", "emphasis is not shown"),
        ("A _strong_ word.", "emphasis is not shown"),
        ("A ~~wrong~~ word.", "emphasis is not shown"),
        ("A line\\", "nothing needs a backslash"),
        ("A\u202ereversed word.", "U+202E is an invisible character"),
        ("A\tstop.", "U+0009 is an invisible character"),
        ("A\rreturn.", "U+000D is an invisible character"),
        ("It stands for 12345 too.", "“12345” has the form of a CPT or CDT code"),
        ("It stands for 1234T too.", "“1234T” has the form of a CPT or CDT code"),
        ("It stands for D1234 too.", "“D1234” has the form of a CPT or CDT code"),
    ],
)
def test_what_would_not_be_shown_is_refused_where_it_stands(
    tmp_path: Path, line: str, told: str
) -> None:
    # The head has eight lines and the usual text one, so that the line begins on the eleventh.
    (fault,) = faults(pack(tmp_path / "house", one=text(f"{BODY}\n\n{line}")))
    assert fault.startswith(f"house/one.md:{11 + line.count(chr(10))}: ")
    assert told in fault


@pytest.mark.parametrize(
    "line",
    [
        "It is less than < 7 & more than > 5, or −3.",
        "HIV disease [B20] is something else, as 12,345 people know, for $12345 or 12345.6.",
        "Codes such as E11.65, 0016070 and A0427 may be named.",
        "-5 degrees; then 1.5 grams; then #1 of two.",
    ],
)
def test_ordinary_prose_is_not_taken_for_markup(tmp_path: Path, line: str) -> None:
    read = read_pack(pack(tmp_path / "house", one=text(f"{BODY}\n\n{line}")), TODAY)
    assert read.faults == ()
    assert read.texts[0].paragraphs == (BODY, line)


def test_a_text_has_neither_too_few_words_nor_too_many(tmp_path: Path) -> None:
    folder = pack(
        tmp_path / "house",
        empty=text(""),
        long=text("word " * 251, code="E11.8"),
        short=text("word " * 29, code="E11.7"),
    )
    assert faults(folder) == [
        "house/empty.md:9: there is no text after the keys; write it",
        "house/long.md:9: has 251 words; cut it to 250 or fewer",
        "house/short.md:9: has 29 words; write 30 or more",
    ]


def test_one_code_has_one_text_and_one_text_one_code(tmp_path: Path) -> None:
    folder = pack(
        tmp_path / "house",
        a=text(),
        b=text(f"{BODY} And so on.", status="draft"),
        c=text(code="E11.8"),
    )
    assert faults(folder) == [
        "house/b.md:3: icd-10-cm E11.9 common_language is written in house/a.md already; keep one "
        "of them",
        "house/c.md:3: says of E11.8 word for word what house/a.md says of E11.9; say what is "
        "true of this code",
    ]


def test_bytes_that_are_not_utf_8_are_named_with_their_line(tmp_path: Path) -> None:
    folder = pack(tmp_path / "house")
    (folder / "one.md").write_bytes(text("Caf\u00e9").encode("latin-1"))
    assert faults(folder) == ["house/one.md:9: byte 0xE9 is not UTF-8; save the file as UTF-8"]


def test_files_that_editors_would_miss_are_named(tmp_path: Path) -> None:
    folder = pack(tmp_path / "house", one=text(), README="About this pack.")
    (folder / "two.MD").write_text(text())
    (folder / "three.markdown").write_text(text())
    (folder / "four.md").write_bytes(b" " * (MAX_BYTES + 1))
    (folder / "notes.txt").write_text("no text")
    (folder / ".hidden.md").write_text("no text")
    pack(folder / "old", one=text())
    assert faults(folder) == [
        "house/four.md: is larger than 32 KiB; it must be a text of one code",
        "house/old: folders in a pack are not read; move its .md files up into the pack",
        "house/three.markdown: would not be read; let the name end in .md",
        "house/two.MD: would not be read; let the name end in .md",
    ]


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    assert [str(fault) for fault in check(pack(tmp_path / "house"))] == [
        f"{tmp_path}/house: holds no text; a text is a file that ends in .md"
    ]
    (fault,) = check(tmp_path / "nowhere")
    assert "nowhere: cannot be read (No such file or directory); name a folder" in str(fault)


def test_the_review_of_today_is_not_in_the_future(tmp_path: Path) -> None:
    folder = pack(tmp_path / "house", one=text(reviewed_on=date.today().isoformat()))
    assert check(folder) == []
