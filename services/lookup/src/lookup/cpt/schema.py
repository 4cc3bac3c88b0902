"""Tables of CPT content. They are empty without a licence."""

TABLES = """
CREATE TABLE cpt_licence (
    holder TEXT NOT NULL,
    agreement TEXT NOT NULL,
    release_year INTEGER NOT NULL,
    user_cap INTEGER NOT NULL,
    accepted_by TEXT NOT NULL,
    accepted_on TEXT NOT NULL
);
CREATE TABLE cpt_descriptors (
    code_key TEXT NOT NULL,
    kind TEXT NOT NULL,        -- long, medium, short, consumer, clinician
    number INTEGER NOT NULL,   -- a code has several clinician descriptors
    text TEXT NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, kind, number)
) WITHOUT ROWID;
"""
