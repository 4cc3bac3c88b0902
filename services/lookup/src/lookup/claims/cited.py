"""What rules cite besides the sources of the catalog."""

from typing import Final

from lookup.cited import SITE
from lookup.facts import Source
from lookup.icd10cm.sections.sources import GUIDELINES

CODE_SETS: Final = Source(
    id="hipaa-code-sets",
    name="HIPAA standard medical data code sets, 45 CFR 162.1002",
    release="As amended to 2015",
    published="",
    effective="2015-10-01",
    licence="Public domain, U.S. Department of Health and Human Services",
    origin="Cited; the text is not loaded",
)
CITED: Final = {source.id: source for source in (SITE, GUIDELINES, CODE_SETS)}
"""By id; a catalog need not hold them."""
