"""Tables of MS-DRGs, common to the code sets that lead to them."""

TABLES = """
CREATE TABLE ms_drg_versions (
    version TEXT PRIMARY KEY,  -- of the grouper, "43.1"
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,     -- inclusive
    source_id TEXT NOT NULL REFERENCES sources
) WITHOUT ROWID;

CREATE TABLE ms_drgs (
    version TEXT NOT NULL REFERENCES ms_drg_versions,
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    mdc TEXT NOT NULL,         -- two digits, '' where it belongs to none
    surgical INTEGER NOT NULL,
    medical INTEGER NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (version, number)
) WITHOUT ROWID;

CREATE TABLE ms_drg_weights (
    fiscal_year INTEGER NOT NULL,
    number TEXT NOT NULL,
    weight TEXT NOT NULL,      -- the capped one, which pays; '' where none is published
    uncapped TEXT NOT NULL,
    geometric_stay TEXT NOT NULL,
    arithmetic_stay TEXT NOT NULL,
    post_acute INTEGER NOT NULL,
    special_pay INTEGER NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (fiscal_year, number)
) WITHOUT ROWID;
"""
