"""Tables of ICD-10-PCS."""

TABLES = """
-- What each list that was read says: which codes it names, and for which discharges.
CREATE TABLE pcs_lists (
    list_id INTEGER PRIMARY KEY,  -- its bit in pcs_listings.lists
    name TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,        -- inclusive
    complete_for TEXT NOT NULL,   -- sections of which it names every code, '' for none
    source_id TEXT NOT NULL REFERENCES sources
);

-- In which of the lists a code stands: bit list_id of lists.
CREATE TABLE pcs_listings (
    code_key TEXT PRIMARY KEY,
    lists INTEGER NOT NULL,
    described INTEGER NOT NULL,   -- 0: no list has its description
    source_id TEXT NOT NULL REFERENCES sources
) WITHOUT ROWID;

-- How many codes begin with one, two and three characters.
CREATE TABLE pcs_places (
    release_id TEXT NOT NULL REFERENCES releases,
    prefix TEXT NOT NULL,
    code_count INTEGER NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (release_id, prefix)
) WITHOUT ROWID;

-- What a character means. Its meaning depends on what is before it: context is '' for the
-- section, the section for the second character, section and body system for the third, the
-- table for the others; "3E0/V" where it depends on the sixth character as well.
CREATE TABLE pcs_values (
    context TEXT NOT NULL,
    position INTEGER NOT NULL,
    character TEXT NOT NULL,
    label TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (context, position, character)
) WITHOUT ROWID;

CREATE TABLE pcs_definitions (
    section TEXT NOT NULL,
    position INTEGER NOT NULL,
    character TEXT NOT NULL,
    definition TEXT NOT NULL,
    explanation TEXT NOT NULL,
    examples TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (section, position, character)
) WITHOUT ROWID;

CREATE TABLE pcs_guidelines (
    guideline_id TEXT PRIMARY KEY,
    place INTEGER NOT NULL,       -- in the order of publication
    title TEXT NOT NULL,
    paragraphs TEXT NOT NULL,     -- JSON
    source_id TEXT NOT NULL REFERENCES sources
) WITHOUT ROWID;

-- Entries of the Alphabetic Index by the beginning of a code to which they lead.
CREATE TABLE pcs_index (
    prefix TEXT NOT NULL,
    term TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (prefix, term)
) WITHOUT ROWID;

-- Terms of the Alphabetic Index for which a meaning is to be used.
CREATE TABLE pcs_terms (
    label TEXT NOT NULL,
    term TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (label, term)
) WITHOUT ROWID;

-- General Equivalence Mappings; forward: from ICD-10-PCS to ICD-9-CM.
CREATE TABLE pcs_gems (
    forward INTEGER NOT NULL,
    code_key TEXT NOT NULL,
    icd9 TEXT NOT NULL,           -- '' where there is no equivalent
    approximate INTEGER NOT NULL,
    combination INTEGER NOT NULL,
    scenario INTEGER NOT NULL,
    choice_list INTEGER NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, forward, icd9, scenario, choice_list)
) WITHOUT ROWID;
CREATE INDEX pcs_gems_of_icd9 ON pcs_gems (icd9, scenario, choice_list) WHERE combination = 1;

-- How the MS-DRG grouper lists a code, by stretches of releases; what many share is a row.
CREATE TABLE pcs_drg_listings (
    listing_id INTEGER PRIMARY KEY,
    listings TEXT NOT NULL,       -- JSON: [[DRGs, heading, codes needed beside it]…]
    source_id TEXT NOT NULL REFERENCES sources
);
CREATE TABLE pcs_groupings (
    code_key TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,        -- inclusive
    listing_id INTEGER NOT NULL REFERENCES pcs_drg_listings,
    operating_room INTEGER NOT NULL,  -- 1: O.R. procedure, 2: non-extensive O.R. procedure
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, effective)
) WITHOUT ROWID;
"""
