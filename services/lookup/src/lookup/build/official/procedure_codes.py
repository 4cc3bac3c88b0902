"""The form of a procedure code in CMS's files: HCPCS of either level, dental codes included.

Files are read with every row they hold; which rows may be kept is for the licence gate.
"""

import re
from typing import Final

PROCEDURE_CODE: Final = re.compile(r"[0-9A-Z]\d{3}[0-9A-Z]")
MODIFIER: Final = re.compile(r"[0-9A-Z]{2}")
