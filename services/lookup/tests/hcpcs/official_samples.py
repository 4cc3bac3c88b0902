"""A HCPCS file of April 2026, a few records long: real codes, dates and some texts invented."""

from services.lookup.tests.build.official.hcpcs_layout import Row

ROWS = (
    Row(
        "XE",
        ("Separate encounter, a service that is distinct because it occurred apart",),
        "Separate encounter",
    ),
    Row(
        "A0021",
        ("Ambulance service, outside state per mile, transport (medicaid only)",),
        "Outside state ambulance serv",
        cells={"PRICE1": "00", "MULT_PI": "9", "COV": "I", "BETOS": "O1A", "TOS1": "D"},
    ),
    Row(
        "A0427",
        ("Invented new long text of an ambulance service",),
        "Invented ambulance text",
        effective="20260401",
        action="B",
    ),
    Row(
        "E0100",
        ("Cane, includes canes of all materials, adjustable or fixed, with tip",),
        "Cane adjust/fixed with tip",
        effective="20260401",
        action="F",
        cells={"PRICE1": "32", "MULT_PI": "A", "CIM1": "60-3", "CIM2": "60-9", "COV": "D"}
        | {"STATUTE": "1862(a)(7)", "XREF1": "A0021", "XREF2": "99998", "BETOS": "D1E"},
    ),
    Row(
        "J1885",
        ("Injection, ketorolac tromethamine, per 15 mg",),
        "Ketorolac tromethamine inj",
        terminated="20260131",
        effective="20260201",
        action="D",
    ),
    Row(
        "V9999",
        ("Invented code that only the file knows",),
        "Invented vision item",
        effective="20260401",
        added="20260401",
        action="A",
    ),
)
