import GRDB
import SaraiStore

/// The tables of loop.db. Times are milliseconds since 1970.
enum LoopSchema {
  /// Only ever added to.
  static let migrations = [StoreMigration("2026-11-loop", createTables)]

  @Sendable private static func createTables(_ database: Database) throws {
    try database.execute(sql: jobs)
    try database.execute(sql: actions)
    try database.execute(sql: messages)
    try database.execute(sql: knowledge)
  }

  private static let jobs = """
    CREATE TABLE job (
      id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, owner TEXT NOT NULL, schedule TEXT NOT NULL,
      -- The kind of event that calls for it; null for one that goes by the clock.
      event TEXT,
      zone TEXT, catch_up TEXT NOT NULL, action TEXT NOT NULL, arguments TEXT NOT NULL, priority INTEGER NOT NULL,
      limit_seconds INTEGER NOT NULL, is_enabled INTEGER NOT NULL, source TEXT NOT NULL, anchor INTEGER NOT NULL,
      next_at INTEGER, last_at INTEGER, failures INTEGER NOT NULL DEFAULT 0, is_suspended INTEGER NOT NULL DEFAULT 0)
      STRICT;
    CREATE INDEX job_by_time ON job (next_at) WHERE next_at IS NOT NULL;
    CREATE INDEX job_by_event ON job (event) WHERE event IS NOT NULL;
    CREATE INDEX job_by_owner ON job (owner, name);
    """

  private static let actions = """
    CREATE TABLE action (
      key TEXT PRIMARY KEY, job_id INTEGER, owner TEXT NOT NULL, trigger TEXT NOT NULL, priority INTEGER NOT NULL,
      action TEXT NOT NULL, arguments TEXT NOT NULL, due_at INTEGER NOT NULL, limit_seconds INTEGER NOT NULL,
      state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
      -- After a failure, not again before then.
      not_before INTEGER NOT NULL DEFAULT 0,
      is_uncertain INTEGER NOT NULL DEFAULT 0, started_at INTEGER, ended_at INTEGER, unit TEXT, before INTEGER,
      after INTEGER, text_es TEXT, text_en TEXT) STRICT, WITHOUT ROWID;
    CREATE INDEX action_open ON action (priority DESC, due_at) WHERE ended_at IS NULL;
    CREATE INDEX action_open_by_job ON action (job_id) WHERE ended_at IS NULL;
    CREATE INDEX action_ended ON action (ended_at) WHERE ended_at IS NOT NULL;
    -- Sums of what ended, which outlive the rows.
    CREATE TABLE tally (
      action TEXT NOT NULL, outcome TEXT NOT NULL, is_useful INTEGER NOT NULL, unit TEXT NOT NULL,
      count INTEGER NOT NULL, milliseconds INTEGER NOT NULL, gain INTEGER NOT NULL,
      PRIMARY KEY (action, outcome, is_useful, unit)) STRICT, WITHOUT ROWID;
    """

  private static let messages = """
    CREATE TABLE inbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, kind TEXT NOT NULL, text_es TEXT NOT NULL,
      text_en TEXT NOT NULL, why_es TEXT NOT NULL, why_en TEXT NOT NULL, topic TEXT NOT NULL, offer TEXT,
      -- The action that wrote it: it writes one item however often it is tried.
      action_key TEXT UNIQUE,
      created_at INTEGER NOT NULL, shown_at INTEGER, read_at INTEGER, acted_at INTEGER, dismissed_at INTEGER) STRICT;
    CREATE INDEX inbox_by_owner ON inbox (owner, created_at);
    CREATE INDEX inbox_by_topic ON inbox (owner, topic, created_at);
    CREATE TABLE muted (
      owner TEXT NOT NULL, topic TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (owner, topic)) STRICT, WITHOUT ROWID;
    """

  private static let knowledge = """
    -- Events of the last weeks, as far as rules count them; a key keeps one from counting twice.
    CREATE TABLE event (
      id INTEGER PRIMARY KEY, key TEXT UNIQUE, kind TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
    CREATE INDEX event_by_subject ON event (kind, subject, at);
    -- How usual a model or skill is in an hour of the week, 0...167 from Monday at midnight.
    CREATE TABLE habit (
      owner TEXT NOT NULL, name TEXT NOT NULL, hour INTEGER NOT NULL, weight REAL NOT NULL, week INTEGER NOT NULL,
      PRIMARY KEY (owner, name, hour)) STRICT, WITHOUT ROWID;
    -- Dates in facts.
    CREATE TABLE dated (
      owner TEXT NOT NULL, fact TEXT NOT NULL, subject TEXT NOT NULL, verb TEXT NOT NULL, object TEXT NOT NULL,
      said TEXT NOT NULL, told_at INTEGER NOT NULL, month INTEGER NOT NULL, day INTEGER NOT NULL, year INTEGER,
      second INTEGER, PRIMARY KEY (owner, fact)) STRICT, WITHOUT ROWID;
    -- What was measured last, and what the person chose.
    CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    -- Rows that could not be understood, as JSON.
    CREATE TABLE set_aside (
      id INTEGER PRIMARY KEY, origin TEXT NOT NULL, content TEXT NOT NULL, fault TEXT NOT NULL, at INTEGER NOT NULL)
      STRICT;
    """
}
