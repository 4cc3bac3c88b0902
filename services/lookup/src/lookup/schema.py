"""Tables of a catalog and of its search index."""

VERSION = 2
"""Raised when a reader of the old tables could not read the new ones, or the other way round."""

CATALOG = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- What the facts come from; every row of every table below names one.
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

-- The classification in tabular order: what lies below a node is node_id < x <= last_id.
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
    source_id TEXT NOT NULL REFERENCES sources
);
CREATE INDEX nodes_below ON nodes (parent_id, node_id);
CREATE INDEX nodes_billable ON nodes (billable) WHERE billable = 1;
CREATE INDEX nodes_spanning ON nodes (span, release_id) WHERE span != '';

-- Codes by spelling. Sections have no place here: 39 of them are named like a category.
CREATE TABLE codes (
    code_key TEXT NOT NULL,
    release_id TEXT NOT NULL REFERENCES releases,
    node_id INTEGER NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources,
    PRIMARY KEY (code_key, release_id)
) WITHOUT ROWID;
CREATE INDEX codes_by_length ON codes (length(code_key), code_key);

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
"""

SEARCH = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Public texts only: codes, titles, inclusion terms. The rowid is a rank that holds before any
-- query is known: codes that can be reported first, headings last, short titles before long.
CREATE VIRTUAL TABLE stems USING fts5 (
    code, title, terms, node_id UNINDEXED, tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE extended USING fts5 (
    code, title, node_id UNINDEXED, tokenize = "porter unicode61 remove_diacritics 2"
);
-- The same texts word for word, for completing what is being typed.
CREATE VIRTUAL TABLE words USING fts5 (
    title, terms, node_id UNINDEXED, tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3',
    detail = none
);
-- Rows of words that hold a common word, or a word that begins so. FTS5 would have to read and
-- merge thousands of them at every key that is typed.
CREATE TABLE common_words (
    word TEXT NOT NULL,
    whole INTEGER NOT NULL,    -- 1: the word itself; 0: words that begin so
    held_by BLOB NOT NULL,     -- a bit for each row
    PRIMARY KEY (word, whole)
);
"""
