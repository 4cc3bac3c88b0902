"""ICD-10 order files and equivalence mappings in their published layouts, a few lines long."""

from lookup.build.official.official_file import OfficialFile

# Code, whether it can be reported, short and long description.
CM_CODES = (
    ("A00", "0", "Cholera", "Cholera"),
    (
        *("A000", "1", "Cholera due to Vibrio cholerae 01, biovar cholerae"),
        "Cholera due to Vibrio cholerae 01, biovar cholerae",
    ),
    ("S022", "0", "Fracture of nasal bones", "Fracture of nasal bones"),
    (
        *("S022XXA", "1", "Fracture of nasal bones, init encntr for closed fracture"),
        "Fracture of nasal bones, initial encounter for closed fracture",
    ),
    ("Z99", "0", "Dependence on enabling machines and devices, NEC", "Dependence on enabling"),
    (
        *("Z9989", "1", "Dependence on other enabling machines and devices"),
        "Dependence on other enabling machines and devices",
    ),
)
PCS_CODES = (
    *(
        ("001", "0", *2 * ("Central Nervous System and Cranial Nerves, Bypass",)),
        ("0016070", "1", "Bypass Cereb Vent to Nasophar", "Bypass Cerebral Ventricle to Nasophar"),
        ("XW0", "0", *2 * ("New Technology, Anatomical Regions, Introduction",)),
        ("XW0DX82", "1", *2 * ("Introduction of Uridine Triacetate",)),
    ),
)
CM_TO_9 = (
    ("A000", "0010", "00000"),
    ("E1165", "25080", "10000"),
    ("E1165", "2508", "10000"),
    ("T8853XD", "v5889", "10000"),
    ("T500X6A", "NoDx", "11000"),
    ("Z7901", "V5861", "10111"),
    ("Z7901", "V5863", "10112"),
    ("Z9989", "V468", "10000"),
)
CM_FROM_9 = (
    ("0010", "A000", "00000"),
    ("25062", "E1140", "10111"),
    ("25062", "E1165", "10112"),
    ("E8001", "NoDx", "11000"),
    ("V9199", "O30899", "10000"),
)
PCS_TO_9 = (
    ("0016070", "0231", "10000"),
    ("005F0ZZ", "042", "10000"),
    ("02H40NZ", "NoI9", "10000"),
    ("0NDB0ZZ", "8628", "10001"),
    ("XY0VX83", "9999", "10000"),
)
PCS_FROM_9 = (
    ("0001", "6A750Z7", "10000"),
    ("0044", "NoPCS", "11000"),
    ("9999", "XY0VX83", "10000"),
)


def order_lines(codes: tuple[tuple[str, ...], ...]) -> list[str]:
    """*codes* in columns, numbered from 1."""
    return [
        f"{number:05} {code:<7} {billable} {short:<60} {long}"
        for number, (code, billable, short, long) in enumerate(codes, 1)
    ]


def gem_lines(entries: tuple[tuple[str, ...], ...], source_width: int) -> list[str]:
    """*entries* in columns; the source takes *source_width* columns, the target the others."""
    return [
        f"{source:<{source_width}} {target:<{12 - source_width}} {flags}"
        for source, target, flags in entries
    ]


def text_file(lines: list[str], name: str) -> OfficialFile:
    """*lines* as CMS ends them."""
    return OfficialFile(name, "".join(f"{line}\r\n" for line in lines).encode())
