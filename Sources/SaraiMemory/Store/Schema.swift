import GRDB
import SaraiStore

/// The tables of memory.db.
///
/// Facts are small: what they say are numbers of terms, and terms belong to one owner, so that an index over terms
/// needs no owner. Every order of lookup has an index whose second column is the standing: history, however long, lies
/// apart from what holds.
enum Schema {
  /// Only ever added to.
  static let migrations = [
    StoreMigration("2026-11-facts-and-turns", createTables),
    StoreMigration("2026-11-settings-and-upkeep", addSettings),
    StoreMigration("2026-11-words-of-terms", indexWords),
    StoreMigration("2026-11-spellings-and-tellings", keepSpellings),
    StoreMigration("2026-11-fewer-pages", writeLess),
  ]

  @Sendable private static func createTables(_ database: Database) throws {
    try database.execute(sql: owners)
    try database.execute(sql: facts)
    try database.execute(sql: turns)
    try database.execute(sql: operations)
  }

  @Sendable private static func addSettings(_ database: Database) throws {
    try database.execute(
      sql: """
        -- What an owner chose; absent where it is as it comes.
        CREATE TABLE setting (
          owner_id INTEGER NOT NULL REFERENCES owner (id) ON DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL,
          PRIMARY KEY (owner_id, name)) STRICT, WITHOUT ROWID;
        -- When upkeep last did what, and what the memory held then.
        CREATE TABLE upkeep (name TEXT PRIMARY KEY, at INTEGER NOT NULL, mark INTEGER) STRICT, WITHOUT ROWID;
        -- Copies taken before then are the ones to delete; absent in what an older version left undone: all of them.
        ALTER TABLE duty ADD COLUMN copies_before INTEGER;
        """)
  }

  /// A full-text index reads all words that begin so before it gives the first, and rewrites much for little; of terms,
  /// a plain index does the same with less.
  @Sendable private static func indexWords(_ database: Database) throws {
    try database.execute(
      sql: """
        DROP TABLE term_word;
        -- Words of terms, folded; of long ones the beginning.
        CREATE TABLE term_word (
          owner_id INTEGER NOT NULL, word TEXT NOT NULL, term_id INTEGER NOT NULL,
          PRIMARY KEY (owner_id, word, term_id)) STRICT, WITHOUT ROWID;
        """)
    try database.rows("SELECT id, owner_id, coalesce(folded, text) FROM term") { row in
      try Terms.index(database, row[0], folded: row[2], owner: row[1])
    }
  }

  /// A password is what was typed, and a name is one whoever types it: only names share their spelling.
  @Sendable private static func keepSpellings(_ database: Database) throws {
    try database.execute(
      sql: """
        ALTER TABLE term ADD COLUMN is_value INTEGER NOT NULL DEFAULT 0;
        UPDATE term SET is_value = 1 WHERE EXISTS (SELECT 1 FROM fact WHERE object_id = term.id)
          AND NOT EXISTS (SELECT 1 FROM fact WHERE subject_id = term.id)
          AND NOT EXISTS (SELECT 1 FROM fact WHERE verb_id = term.id);
        -- Turns that told a fact again; the first one is in the fact.
        CREATE TABLE told (
          fact_id INTEGER NOT NULL REFERENCES fact (id) ON DELETE CASCADE,
          turn_id INTEGER NOT NULL REFERENCES turn (id) ON DELETE CASCADE,
          PRIMARY KEY (fact_id, turn_id)) STRICT, WITHOUT ROWID;
        CREATE INDEX told_by_turn ON told (turn_id);
        CREATE INDEX operation_undone ON operation (id) WHERE is_undone = 1;
        """)
  }

  /// Who waits for a lesson waits for each page that it changes. Owners have a thousand operations and some batches,
  /// which are read through where anybody asks; lengths of turns were for SQLite's own ranking, which nothing uses.
  @Sendable private static func writeLess(_ database: Database) throws {
    try database.execute(
      sql: """
        DROP INDEX batch_by_time;
        DROP INDEX operation_by_owner;
        DROP TABLE turn_word;
        DROP TABLE turn_text;
        CREATE VIRTUAL TABLE turn_text USING fts5 (text, content = 'turn', content_rowid = 'id', columnsize = 0,
          tokenize = 'unicode61 remove_diacritics 2');
        INSERT INTO turn_text (turn_text, rank) VALUES ('automerge', 0), ('crisismerge', 384);
        INSERT INTO turn_text (turn_text) VALUES ('rebuild');
        """)
  }

  private static let owners = """
    CREATE TABLE owner (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    -- `folded` is absent where it is the text itself. Found by hash: an index over texts would hold each one twice.
    CREATE TABLE term (
      id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES owner (id), hash INTEGER NOT NULL,
      text TEXT NOT NULL, folded TEXT) STRICT;
    CREATE INDEX term_by_hash ON term (hash);
    -- Words of terms, each with its owner before it, so that a search reads nothing of another owner.
    CREATE VIRTUAL TABLE term_word USING fts5 (words, content = '', columnsize = 0, detail = none,
      tokenize = 'unicode61 remove_diacritics 2');
    -- By itself FTS5 merges 64 pages at a time within the transaction that happens to be next: too long to wait for.
    -- Here one commit in 384 merges what came since the last one, and upkeep does the rest.
    INSERT INTO term_word (term_word, rank) VALUES ('automerge', 0), ('crisismerge', 384);
    -- What has to be finished after a crash.
    CREATE TABLE duty (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    """

  private static let turns = """
    CREATE TABLE conversation (
      id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES owner (id), name TEXT NOT NULL,
      UNIQUE (owner_id, name)) STRICT;
    CREATE TABLE turn (
      id INTEGER PRIMARY KEY AUTOINCREMENT, owner_id INTEGER NOT NULL,
      conversation_id INTEGER NOT NULL REFERENCES conversation (id),
      role INTEGER NOT NULL, speaker TEXT NOT NULL, said_at INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
    CREATE INDEX turn_by_conversation ON turn (conversation_id);
    CREATE INDEX turn_by_time ON turn (owner_id, said_at);
    CREATE VIRTUAL TABLE turn_text USING fts5 (text, content = 'turn', content_rowid = 'id',
      tokenize = 'unicode61 remove_diacritics 2');
    INSERT INTO turn_text (turn_text, rank) VALUES ('automerge', 0), ('crisismerge', 384);
    -- In how many turns a word is: `SELECT doc FROM turn_word WHERE term = ?`.
    CREATE VIRTUAL TABLE turn_word USING fts5vocab (turn_text, row);
    CREATE TABLE embedding_model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE turn_vector (
      id INTEGER PRIMARY KEY REFERENCES turn (id) ON DELETE CASCADE,
      model_id INTEGER NOT NULL, scale REAL NOT NULL, data BLOB NOT NULL) STRICT;
    CREATE TABLE window_vector (
      id INTEGER PRIMARY KEY REFERENCES turn (id) ON DELETE CASCADE,
      model_id INTEGER NOT NULL, scale REAL NOT NULL, data BLOB NOT NULL) STRICT;
    CREATE TABLE fact_vector (
      id INTEGER PRIMARY KEY REFERENCES fact (id) ON DELETE CASCADE,
      model_id INTEGER NOT NULL, scale REAL NOT NULL, data BLOB NOT NULL) STRICT;
    """

  private static let facts = """
    CREATE TABLE fact (
      id INTEGER PRIMARY KEY AUTOINCREMENT, owner_id INTEGER NOT NULL,
      subject_id INTEGER NOT NULL REFERENCES term (id), verb_id INTEGER NOT NULL REFERENCES term (id),
      object_id INTEGER NOT NULL REFERENCES term (id),
      standing INTEGER NOT NULL, flags INTEGER NOT NULL, confidence INTEGER NOT NULL,
      turn_id INTEGER REFERENCES turn (id) ON DELETE SET NULL, said_at INTEGER NOT NULL,
      valid_from INTEGER, valid_to INTEGER,
      superseded_by INTEGER REFERENCES fact (id) ON DELETE SET NULL) STRICT;
    -- Holds all that an answer needs: what is known of a subject lies side by side here, and scattered in the table.
    CREATE INDEX fact_by_subject ON fact (subject_id, standing, verb_id, object_id, id, flags, confidence, turn_id,
      said_at, valid_from, valid_to, superseded_by);
    CREATE INDEX fact_by_verb ON fact (verb_id, standing, object_id, subject_id);
    CREATE INDEX fact_by_object ON fact (object_id, standing, subject_id, verb_id);
    CREATE INDEX fact_by_time ON fact (owner_id, said_at);
    CREATE INDEX fact_by_confidence ON fact (owner_id, standing, confidence);
    CREATE INDEX fact_by_turn ON fact (turn_id) WHERE turn_id IS NOT NULL;
    CREATE INDEX fact_by_successor ON fact (superseded_by) WHERE superseded_by IS NOT NULL;
    """

  private static let operations = """
    CREATE TABLE operation (
      id INTEGER PRIMARY KEY AUTOINCREMENT, owner_id INTEGER NOT NULL, kind INTEGER NOT NULL, at INTEGER NOT NULL,
      is_undone INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE INDEX operation_by_owner ON operation (owner_id, id);
    -- What a fact was before; absent where there was none. Terms are absent where they stayed.
    CREATE TABLE change (
      operation_id INTEGER NOT NULL REFERENCES operation (id) ON DELETE CASCADE, number INTEGER NOT NULL,
      fact_id INTEGER NOT NULL, was TEXT, subject_id INTEGER, verb_id INTEGER, object_id INTEGER,
      PRIMARY KEY (operation_id, number)) STRICT, WITHOUT ROWID;
    CREATE INDEX change_by_fact ON change (fact_id);
    -- Terms that only an undo still needs.
    CREATE TABLE held_term (
      term_id INTEGER NOT NULL, operation_id INTEGER NOT NULL REFERENCES operation (id) ON DELETE CASCADE,
      PRIMARY KEY (term_id, operation_id)) STRICT, WITHOUT ROWID;
    CREATE INDEX held_term_by_operation ON held_term (operation_id);
    -- Batches with a key, by a hash of it: a key may quote what was said.
    CREATE TABLE batch (
      owner_id INTEGER NOT NULL, key_high INTEGER NOT NULL, key_low INTEGER NOT NULL, at INTEGER NOT NULL,
      operation_id INTEGER, turn_id INTEGER, outcomes TEXT NOT NULL,
      PRIMARY KEY (owner_id, key_high, key_low)) STRICT, WITHOUT ROWID;
    CREATE INDEX batch_by_time ON batch (at);
    """
}
