"""Pages of the other code sets and of older releases, written by hand.

CPT codes here have the form of such codes and nothing else: numbers and words are invented.
"""

from codingahead.lookup.v1 import lookup_pb2 as pb
from tests.support import code_pages

CM_OLDER = pb.Release(
    id="icd-10-cm-2025-10",
    name="ICD-10-CM October 2025",
    effective="2025-10-01",
    expires="2026-03-31",
)
PCS = pb.Release(
    id="icd-10-pcs-2026-04",
    name="ICD-10-PCS April 2026",
    effective="2026-04-01",
    expires="2026-09-30",
)
HCPCS_OLDEST = pb.Release(
    id="hcpcs-2025-10", name="HCPCS October 2025", effective="2025-10-01", expires="2025-12-31"
)
HCPCS_OLDER = pb.Release(
    id="hcpcs-2026-01", name="HCPCS January 2026", effective="2026-01-01", expires="2026-03-31"
)
HCPCS = pb.Release(
    id="hcpcs-2026-04", name="HCPCS April 2026", effective="2026-04-01", expires="2026-06-30"
)
CPT = pb.Release(id="cpt-2026", name="CPT 2026", effective="2026-01-01", expires="2026-12-31")

CPT_WORD = "quuxotomy"
"""In every text of an invented CPT code."""
NOTICES = (
    "CPT copyright 2026 American Medical Association. All rights reserved.",
    "CPT is a registered trademark of the American Medical Association.",
)


def licence(version: str = "terms-1") -> pb.CptLicence:
    """A licence that nobody gave, for invented codes."""
    return pb.CptLicence(
        release_year=2026,
        terms=f"Invented terms, version {version}.",
        terms_version=version,
        notices=NOTICES,
    )


def page(
    system: str, number: str, display: str, release: pb.Release, *, billable: bool = True
) -> pb.CodePage:
    """A page of one code in one release."""
    made = code_pages.page(number, display, billable=billable)
    made.code.system = system
    made.release.CopyFrom(release)
    del made.ancestors[:]
    if system == "cpt":
        made.licence_notices.extend(NOTICES)
    return made


def cm_older() -> list[pb.CodePage]:
    """E11.9 read otherwise, and there was a code that is gone."""
    return [
        page("icd-10-cm", "E11.9", "Diabetes as it was called before", CM_OLDER),
        page("icd-10-cm", "E11.8", "Diabetes of a kind that is gone", CM_OLDER),
    ]


def pcs() -> list[pb.CodePage]:
    return [
        page("icd-10-pcs", number, display, PCS)
        for number, display in (
            ("02703ZZ", "Dilation of Coronary Artery, One Artery, Percutaneous Approach"),
            ("0DTJ0ZZ", "Resection of Appendix, Open Approach"),
            ("0DTJ4ZZ", "Resection of Appendix, Percutaneous Endoscopic Approach"),
        )
    ]


def hcpcs() -> list[pb.CodePage]:
    """J0570 leaves and comes back, E0601 is revised, K0001 ends, A4000 is added."""
    made = [
        page("hcpcs", number, display, release)
        for release, codes in (
            (HCPCS_OLDEST, {"E0601": "Cont airway device", "J0570": "Buprenorphine implant"}),
            (HCPCS_OLDER, {"E0601": "Cont airway device", "K0001": "Standard wheelchair"}),
            (
                HCPCS,
                {
                    "A4000": "A supply that is new",
                    "E0601": "Continuous airway pressure device",
                    "J0570": "Buprenorphine implant, 74.2 mg",
                },
            ),
        )
        for number, display in codes.items()
    ]
    # A code that reads as one of another set does.
    made.append(page("hcpcs", "E0800", "A device that reads as a diagnosis does", HCPCS))
    made[-2].previous.CopyFrom(made[-3].code)
    made[-2].next.CopyFrom(made[-1].code)
    return made


def cpt() -> list[pb.CodePage]:
    return [
        page("cpt", f"0000{n}", f"Invented {CPT_WORD} number {n} of a test", CPT) for n in (1, 2)
    ]


def hcpcs_with_cpt() -> pb.CodePage:
    """A code of another set, one of whose facts names a CPT code."""
    made = page("hcpcs", "G0001", "A service beside a procedure", HCPCS)
    made.sections[2].blocks[0].text = f"Not with 00001, invented {CPT_WORD}."
    made.licence_notices.extend(NOTICES)
    return made
