"""Tables that every catalog has; each code set has its own in a ``schema.py`` beside its store."""

VERSION = 3
"""Raised when a reader of the old tables could not read the new ones, or the other way round."""

CATALOG = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- What the facts come from; every row of every table names one.
CREATE TABLE sources (
    source_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    release TEXT NOT NULL,
    published TEXT NOT NULL,   -- ISO date, '' where the source does not say
    effective TEXT NOT NULL,
    licence TEXT NOT NULL,
    origin TEXT NOT NULL       -- package and version, file names and their SHA-256
) WITHOUT ROWID;

CREATE TABLE releases (
    release_id TEXT PRIMARY KEY,
    system TEXT NOT NULL,
    name TEXT NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,     -- inclusive
    code_count INTEGER NOT NULL,
    billable_count INTEGER NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources
) WITHOUT ROWID;

-- Codes by spelling, a row for each stretch of releases in which one reads the same.
CREATE TABLE codes (
    system TEXT NOT NULL,
    code_key TEXT NOT NULL,    -- capitals and digits
    code TEXT NOT NULL,        -- as published
    title TEXT NOT NULL,
    billable INTEGER NOT NULL,
    effective TEXT NOT NULL,
    expires TEXT NOT NULL,     -- inclusive
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (system, code_key, effective)
) WITHOUT ROWID;
CREATE INDEX codes_by_length ON codes (system, length(code_key), code_key);

-- How many rows each relation has, for people who ask what is loaded.
CREATE TABLE relations (
    system TEXT NOT NULL,
    name TEXT NOT NULL,        -- for people: "NCCI procedure-to-procedure pairs"
    source_id TEXT NOT NULL REFERENCES sources,
    rows_held INTEGER NOT NULL,
    rows_withheld INTEGER NOT NULL,  -- left out because a licence is missing
    PRIMARY KEY (system, name, source_id)
) WITHOUT ROWID;

-- Texts by the site's editors that stand in for composed ones.
CREATE TABLE editors_texts (
    system TEXT NOT NULL,
    code_key TEXT NOT NULL,
    section TEXT NOT NULL,
    author TEXT NOT NULL,
    reviewed_on TEXT NOT NULL,
    paragraphs TEXT NOT NULL,  -- JSON
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (system, code_key, section)
) WITHOUT ROWID;
"""
