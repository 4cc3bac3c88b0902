"""The text of a file whose publisher states no encoding, and whether it came in whole.

CMS and the AMA write some files from spreadsheets (Windows-1252) and some from databases
(UTF-8). Accented letters are rare in both, so a file that is valid UTF-8 is taken as that.
"""

import re
from typing import Final

from lookup.build.official.official_file import OfficialFile

# Old systems end a file with it; a spreadsheet then fills the record up with empty cells.
_END_OF_FILE_MARK: Final = re.compile("\x1a[\x1a,\t\r\n]*\\Z")
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")


def read_text(file: OfficialFile) -> str:
    """The whole text, without byte order mark and end-of-file mark.

    Raises:
        SourceError: naming the line, when the file is in neither encoding, holds what is not
            text, or ends within a line.
    """
    try:
        text = file.content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        text = file.text("cp1252")
    text = _END_OF_FILE_MARK.sub("", text)
    if found := _NOT_TEXT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise file.fault(
            line,
            f"character U+{ord(found[0]):04X} is not text: the file was saved in another "
            "encoding (UTF-8 and Windows-1252 are read) or is damaged; "
            "use it as its publisher ships it",
        )
    if not text:
        raise file.fault(None, "it is empty; download it again")
    if not text.endswith(("\n", "\r")):
        line = text.count("\n") + 1
        raise file.fault(line, "the last line has no end: the file is cut short; download it again")
    return text
