"""Tables of HCPCS Level II.

Rows hold from *effective* to *expires*, both included. Without a licence no row names a CPT
code; how many were left out is counted for each code in ``hcpcs_withheld``.
"""

TABLES = """
-- What is loaded for which days: a kind of fact that has no row here is not loaded, not absent.
CREATE TABLE hcpcs_loaded (
    fact TEXT NOT NULL,        -- see lookup.hcpcs.facts.Fact
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (fact, effective, source_id)
);

-- What the outpatient code editor (I/OCE) says of a code.
CREATE TABLE hcpcs_statuses (
    code_key TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    short_text TEXT NOT NULL,  -- 28 characters; '' on CPT codes
    status TEXT NOT NULL,
    payment INTEGER NOT NULL,
    apc TEXT NOT NULL,         -- four digits, '' for none
    low_age INTEGER NOT NULL,
    high_age INTEGER NOT NULL,
    approval_edit INTEGER NOT NULL,  -- 0 for none
    approved TEXT NOT NULL,    -- ISO date, '' for none
    ended TEXT NOT NULL,
    flags TEXT NOT NULL,       -- names joined with a blank, in order
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, effective)
) WITHOUT ROWID;

-- What indicators mean: kind 'status' or 'payment'.
CREATE TABLE hcpcs_meanings (
    kind TEXT NOT NULL,
    indicator TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    meaning TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (kind, indicator, effective)
) WITHOUT ROWID;

CREATE TABLE hcpcs_rates (
    apc TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    status TEXT NOT NULL,
    cents INTEGER NOT NULL,    -- national, unadjusted, one unit; 0: no fixed amount
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (apc, effective)
) WITHOUT ROWID;

CREATE TABLE hcpcs_edits (
    number INTEGER NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    name TEXT NOT NULL,
    disposition TEXT NOT NULL, -- "Return to Provider", '' where none is given
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (number, effective)
) WITHOUT ROWID;

-- NCCI pairs: the second code is not paid beside the first.
CREATE TABLE hcpcs_pairs (
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    claims TEXT NOT NULL,      -- 'hospital' or 'practitioner'
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,     -- '' while in force, in official tables only
    modifier TEXT NOT NULL,    -- 'yes', 'no'; official tables have '0', '1', '9'
    before_1996 INTEGER NOT NULL,
    rationale TEXT NOT NULL,   -- '' where the table gives none
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (first, second, source_id, claims, effective, expires)
);
CREATE INDEX hcpcs_pairs_second ON hcpcs_pairs (second);

-- Codes that go together: add-on and primary, device and procedure, and others.
CREATE TABLE hcpcs_companions (
    kind TEXT NOT NULL,        -- see lookup.hcpcs.facts.Companionship
    code_key TEXT NOT NULL,
    other_key TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    cents INTEGER,
    apc TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, kind, other_key, effective)
) WITHOUT ROWID;
CREATE INDEX hcpcs_companions_other ON hcpcs_companions (other_key);

-- What is said of a code alone: add-on type II, composite APC, offsets, caps.
CREATE TABLE hcpcs_details (
    kind TEXT NOT NULL,        -- see lookup.hcpcs.facts.DetailKind
    code_key TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    value TEXT NOT NULL,
    cents INTEGER,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, kind, value, effective)
) WITHOUT ROWID;

-- How many rows of a relation were left out for a code because they name a CPT code.
CREATE TABLE hcpcs_withheld (
    code_key TEXT NOT NULL,
    relation TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, relation, effective)
) WITHOUT ROWID;

CREATE TABLE hcpcs_modifiers (
    modifier TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    flags TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (modifier, effective)
) WITHOUT ROWID;

CREATE TABLE hcpcs_modifier_conflicts (
    modifier TEXT NOT NULL,
    other TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (modifier, other, effective)
) WITHOUT ROWID;

-- Records of CMS's HCPCS files, for the quarter of each file.
CREATE TABLE hcpcs_records (
    code_key TEXT NOT NULL,
    modifier INTEGER NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    long_text TEXT NOT NULL,
    short_text TEXT NOT NULL,
    coverage TEXT NOT NULL,
    action TEXT NOT NULL,
    added TEXT NOT NULL,
    action_effective TEXT NOT NULL,  -- ISO date, '' for none
    ended TEXT NOT NULL,
    betos TEXT NOT NULL,
    multiple_pricing TEXT NOT NULL,
    statute TEXT NOT NULL,
    asc_group TEXT NOT NULL,
    asc_effective TEXT NOT NULL,
    lists TEXT NOT NULL,       -- JSON: pricing, manuals, laboratory, cross-references, types
    withheld INTEGER NOT NULL, -- cross-references that name CPT codes
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, modifier, effective)
) WITHOUT ROWID;

-- Medically unlikely edits.
CREATE TABLE hcpcs_units (
    code_key TEXT NOT NULL,
    claims TEXT NOT NULL,      -- 'practitioner', 'hospital' or 'supplier'
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    units INTEGER NOT NULL,
    indicator INTEGER NOT NULL,
    indicator_text TEXT NOT NULL,
    rationale TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, claims, effective)
) WITHOUT ROWID;

-- The physician fee schedule's relative values.
CREATE TABLE hcpcs_values (
    code_key TEXT NOT NULL,
    modifier TEXT NOT NULL,
    conversion TEXT NOT NULL,  -- whose conversion factor it is
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    cells TEXT NOT NULL,       -- JSON by the names of lookup.hcpcs.facts.RelativeValue
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, modifier, conversion, effective)
) WITHOUT ROWID;

CREATE TABLE hcpcs_localities (
    contractor TEXT NOT NULL,
    number TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,
    state TEXT NOT NULL,
    name TEXT NOT NULL,
    work TEXT NOT NULL,
    practice_expense TEXT NOT NULL,
    malpractice TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (contractor, number, effective)
) WITHOUT ROWID;

-- Policies that name a code: 'NCD' by its text or the code's manual reference, 'LCD' by its list.
-- With row ids: SQLite 3.40 takes tables without them for damaged when the key has the last column.
CREATE TABLE hcpcs_policies (
    code_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    version TEXT NOT NULL,
    title TEXT NOT NULL,
    coverage TEXT NOT NULL,
    effective TEXT NOT NULL,   -- '' where the export does not say
    expires TEXT NOT NULL,     -- '' while in force
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, kind, number, version, source_id)
);
"""
