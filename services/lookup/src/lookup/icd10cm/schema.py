"""Tables of ICD-10-CM: the tabular list, and what other publications say of its codes.

Keys of codes in what other publications say are those of the publications ("E119"); a code that
they list need not be one of a loaded release.
"""

TABLES = """
-- The classification in tabular order, one release after another: what lies below a node is
-- node_id < x <= last_id. Sections have no code key: 39 of them are named like a category.
CREATE TABLE nodes (
    node_id INTEGER PRIMARY KEY,
    release_id TEXT NOT NULL REFERENCES releases,
    parent_id INTEGER,
    last_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    span TEXT NOT NULL,
    title TEXT NOT NULL,
    inline_title TEXT NOT NULL,
    billable INTEGER NOT NULL,
    stem_id INTEGER,           -- set on codes made with a 7th character
    code_key TEXT,             -- NULL on chapters and sections
    source_id TEXT NOT NULL REFERENCES sources
);
CREATE UNIQUE INDEX nodes_by_key ON nodes (code_key, release_id) WHERE code_key IS NOT NULL;
CREATE INDEX nodes_below ON nodes (parent_id, node_id);
CREATE INDEX nodes_billable ON nodes (billable) WHERE billable = 1;
CREATE INDEX nodes_spanning ON nodes (span, release_id) WHERE span != '';

CREATE TABLE notes (
    note_id INTEGER PRIMARY KEY,
    node_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    lines TEXT NOT NULL,       -- JSON: lines of spans, "text" or ["text", "target", is_range]
    source_id TEXT NOT NULL REFERENCES sources
);
CREATE INDEX notes_of ON notes (node_id, note_id);

-- Which nodes a note's line names, so that it can be read from the other end.
CREATE TABLE namings (
    note_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    first_id INTEGER NOT NULL, -- nodes named: first_id <= x <= last_id
    last_id INTEGER NOT NULL,
    whole INTEGER NOT NULL,    -- 1: one node with all below it; 0: a range of several
    qualifier TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources
);
CREATE INDEX namings_of_node ON namings (first_id) WHERE whole = 1;
CREATE INDEX namings_of_range ON namings (first_id, last_id) WHERE whole = 0;

CREATE TABLE seventh_characters (
    node_id INTEGER PRIMARY KEY,
    instruction TEXT NOT NULL,
    extensions TEXT NOT NULL,  -- JSON: [character, meaning, remark…]
    source_id TEXT NOT NULL REFERENCES sources
);

-- Which kinds of facts are loaded, and for which days: a fact that is not here is "not loaded".
CREATE TABLE diagnosis_sources (
    kind TEXT NOT NULL,        -- as in lookup.icd10cm.relations.Kind
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,     -- inclusive; '9999-12-31' where the publisher sets no end
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (kind, effective)
) WITHOUT ROWID;

CREATE TABLE icd9_codes (
    code_key TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources
) WITHOUT ROWID;

-- General Equivalence Mappings, in the order in which they are published.
CREATE TABLE gems (
    to_icd10 INTEGER NOT NULL, -- 0: from ICD-10-CM to ICD-9-CM, 1: the other way
    source_key TEXT NOT NULL,
    place INTEGER NOT NULL,
    target_key TEXT NOT NULL,  -- '' where there is none
    approximate INTEGER NOT NULL,
    no_map INTEGER NOT NULL,
    combination INTEGER NOT NULL,
    scenario INTEGER NOT NULL,
    choice_list INTEGER NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (to_icd10, source_key, place)
) WITHOUT ROWID;
CREATE INDEX gems_naming ON gems (target_key) WHERE to_icd10 = 1;

CREATE TABLE ccsr_categories (
    code_key TEXT PRIMARY KEY,
    category TEXT NOT NULL,    -- the first of the code's categories, "END002"
    source_id TEXT NOT NULL REFERENCES sources
) WITHOUT ROWID;

CREATE TABLE chronic_indicators (
    code_key TEXT PRIMARY KEY,
    indicator INTEGER NOT NULL, -- 0 not chronic, 1 chronic, 9 no determination
    source_id TEXT NOT NULL REFERENCES sources
) WITHOUT ROWID;

CREATE TABLE hcc_mappings (
    code_key TEXT NOT NULL,
    model TEXT NOT NULL,       -- "CMS-HCC V28"
    hcc INTEGER NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, model, hcc)
) WITHOUT ROWID;

CREATE TABLE hccs (
    model TEXT NOT NULL,
    hcc INTEGER NOT NULL,
    label TEXT NOT NULL,
    drops TEXT NOT NULL,       -- JSON: HCCs that do not count beside this one
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (model, hcc)
) WITHOUT ROWID;

-- Where age or sex changes the HCC of a code.
CREATE TABLE hcc_edits (
    code_key TEXT NOT NULL,
    model TEXT NOT NULL,
    place INTEGER NOT NULL,
    kind TEXT NOT NULL,        -- sex, age or mce_age
    sex TEXT NOT NULL,         -- male, female or ''
    from_age INTEGER,          -- holds from this age on
    to_age INTEGER,            -- holds up to this age; outside both where both are set
    hcc INTEGER,               -- counted instead; NULL when none is
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, model, place)
) WITHOUT ROWID;

CREATE TABLE severities (
    version TEXT NOT NULL,     -- of the MS-DRG grouper, "43.1"
    code_key TEXT NOT NULL,
    level TEXT NOT NULL,       -- CC or MCC
    collection TEXT NOT NULL,  -- of principal diagnoses with which it does not count
    hospital_acquired TEXT NOT NULL,
    only_if_alive INTEGER NOT NULL,
    not_in TEXT NOT NULL,      -- JSON: MS-DRGs in which it does not count
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (version, code_key)
) WITHOUT ROWID;

CREATE TABLE severity_exclusions (
    version TEXT NOT NULL,
    collection TEXT NOT NULL,
    principals TEXT NOT NULL,  -- JSON: [first, last] keys of runs of codes in tabular order
    code_count INTEGER NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (version, collection)
) WITHOUT ROWID;

-- MS-DRGs to which a principal diagnosis leads without an operating-room procedure.
CREATE TABLE principal_drgs (
    version TEXT NOT NULL,
    code_key TEXT NOT NULL,
    drgs TEXT NOT NULL,        -- "637 638 639"
    mdcs TEXT NOT NULL,        -- "10", '' where the principal diagnosis leads to none
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (version, code_key)
) WITHOUT ROWID;

-- Flags of the Integrated Outpatient Code Editor, where any is set.
CREATE TABLE editor_flags (
    code_key TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,     -- inclusive
    manifestation INTEGER NOT NULL,
    unacceptable INTEGER NOT NULL,  -- as principal diagnosis
    exempt TEXT NOT NULL,      -- '', 'outpatient' or 'all': where that edit is not raised
    external_cause INTEGER NOT NULL,
    mental_health INTEGER NOT NULL,
    code_first INTEGER NOT NULL,
    low_age INTEGER NOT NULL,  -- years
    high_age INTEGER NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, effective)
) WITHOUT ROWID;

-- Codes that can be reported in a release, but are not in the editor's list when it begins.
CREATE TABLE editor_gaps (
    release_id TEXT NOT NULL REFERENCES releases,
    code_key TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (release_id, code_key)
) WITHOUT ROWID;

-- National coverage determinations whose text names a code.
CREATE TABLE diagnosis_policies (
    code_key TEXT NOT NULL,
    policy INTEGER NOT NULL,
    version INTEGER NOT NULL,
    section TEXT NOT NULL,     -- of the NCD manual, "240.4.1"
    title TEXT NOT NULL,
    coverage TEXT NOT NULL,    -- in words, '' where the export's level has no published meaning
    effective TEXT NOT NULL,
    terminated TEXT NOT NULL,  -- '' while it stands
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, policy, version)
) WITHOUT ROWID;

CREATE TABLE index_entries (
    code_key TEXT NOT NULL,
    place INTEGER NOT NULL,
    release_id TEXT NOT NULL REFERENCES releases,
    entry TEXT NOT NULL,       -- "Diabetes, type 2, with neuropathy"
    manifestation TEXT NOT NULL,  -- the code to add in brackets, ''
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, release_id, place)
) WITHOUT ROWID;
"""
